/** Raised hands in their order, and who has the word. */
import { h } from "../../lib/dom";
import { number, t } from "../../lib/i18n";
import { type Row, Rows } from "../../lib/rows";
import { button, setText, show } from "../../live/ui";
import { timeOfDay } from "../../live/words";
import type { DeskPanel } from "./desk";
import type { TeachRoom } from "./room";

interface Hand {
  key: string;
  role: string;
  name: string;
  school: string;
  ms: number;
}

export class HandsPanel implements DeskPanel {
  readonly element: HTMLElement;
  private readonly summary = h("p", { class: "lv-note", role: "status" });
  private readonly words = h("ul", { class: "lv-queue", "aria-label": t("正在发言的") });
  private readonly queue = h("ol", { class: "lv-queue", "aria-label": t("举手的") });
  private readonly more: HTMLButtonElement;
  private readonly clear: HTMLButtonElement;
  private readonly wordRows = new Rows<Hand>(this.words, byKey, (hand) => this.row(hand, this.seated(hand), () => t("正在发言")));
  private readonly handRows = new Rows<Hand>(this.queue, byKey, (hand) => this.row(hand, this.actions(hand), ({ ms }) => timeOfDay(ms, true)));
  private further: Hand[] = [];
  private shown = "";

  constructor(private readonly room: TeachRoom) {
    this.more = button(t("再看一些"), { class: "btn-ghost", onclick: () => this.askMore() });
    this.clear = button(t("全部放下"), { onclick: () => void room.do("hand.clear") });
    this.element = h("section", { class: "lv-panel lv-hands", "aria-label": t("举手") }, this.summary, this.words, this.queue, h("div", { class: "lv-actions" }, this.more, this.clear));
  }

  update(): void {
    const { desk } = this.room.floor;
    const hands = desk.get("hands") as { count: number; first: Hand[] } | undefined;
    const words = (desk.get("words") as Hand[] | undefined) ?? [];
    const first = hands?.first ?? [];
    const key = JSON.stringify([hands, words, this.further.length]);
    if (key === this.shown) return;
    if (!this.shown.includes(JSON.stringify(hands))) this.further = []; // the queue moved on: what was asked for is old
    this.shown = JSON.stringify([hands, words, this.further.length]);
    const count = hands?.count ?? 0;
    setText(this.summary, count ? t("{n} 只手举着，先举的在前。", { n: number(count) }) : t("现在没有人举手。"));
    this.wordRows.draw(words);
    this.handRows.draw(withoutTwice([...first, ...this.further]));
    show(this.words, words.length > 0);
    show(this.more, count > first.length + this.further.length);
    show(this.clear, count > 0);
  }

  told(message: Record<string, unknown>): void {
    if (message.what !== "hands" || !Array.isArray(message.rows)) return;
    this.further.push(...(message.rows as Hand[]));
    this.update();
  }

  private askMore(): void {
    const first = (this.room.floor.desk.get("hands") as { first: Hand[] } | undefined)?.first.length ?? 0;
    this.room.floor.ask("hands", first + this.further.length);
  }

  private actions(hand: Hand): HTMLElement[] {
    const call = button(t("连线"), { icon: "phone", onclick: () => void this.room.do("stage.invite", { key: hand.key }) });
    return [
      ...(hand.role === "class" ? [call] : []),
      button(t("请发言"), { class: "btn-primary", onclick: () => void this.room.do("hand.word", { key: hand.key }) }),
      button(t("放下"), { class: "btn-ghost", onclick: () => void this.room.do("hand.dismiss", { key: hand.key }) }),
    ];
  }

  private seated(hand: Hand): HTMLElement[] {
    return [button(t("请坐"), { class: "btn-primary", onclick: () => void this.room.do("hand.done", { key: hand.key }) })];
  }

  private row(hand: Hand, actions: HTMLElement[], note: (hand: Hand) => string): Row<Hand> {
    const small = h("small");
    const element = h("li", { class: "lv-row", "data-key": hand.key }, h("span", { class: "lv-row-name" }, h("b", {}, hand.name), small), ...actions);
    return { element, draw: (now) => setText(small, [now.school, note(now)].filter(Boolean).join(" · ")) };
  }
}

function byKey(hand: Hand): string {
  return hand.key;
}

/** What was asked for begins where the first ones ended, and these may have moved on meanwhile. */
function withoutTwice(hands: Hand[]): Hand[] {
  return [...new Map(hands.map((hand) => [hand.key, hand])).values()];
}
