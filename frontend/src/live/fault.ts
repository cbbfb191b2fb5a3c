/** The way to the desk when something is wrong: its page, told what this player knows. */
import { h } from "../lib/dom";
import { t } from "../lib/i18n";
import { button } from "./ui";

export interface PlayerFacts {
  state: string;
  line: string;
  error: string | null;
  stalls: number;
  playing: boolean;
  muted: boolean;
}

/** The desk's page about one lesson, or about none, with the player's facts for its form to send along. */
export function faultAddress(url: string, lesson: string | null, facts: Partial<PlayerFacts> = {}): string {
  const told = Object.entries(facts).filter(([, value]) => value !== null && value !== undefined);
  const query = new URLSearchParams({ player: JSON.stringify(Object.fromEntries(told)) });
  return `${url}${lesson ? `${lesson}/` : ""}?${query.toString()}`;
}

/** A page of ours shown over a room that has to stay: the class screen goes on underneath. */
export class Overlay {
  readonly element = h("div", { class: "lv-over", hidden: true });
  private readonly close: HTMLButtonElement;

  constructor() {
    this.close = button(t("关闭"), { class: "lv-over-close", onclick: () => this.hide() });
    this.element.append(this.close);
  }

  show(url: string, title: string): void {
    this.hide();
    this.element.append(h("iframe", { class: "lv-over-page", src: url, title }));
    this.element.hidden = false;
    this.close.focus();
  }

  hide(): void {
    this.element.querySelector("iframe")?.remove();
    this.element.hidden = true;
  }

  get shown(): boolean {
    return !this.element.hidden;
  }
}
