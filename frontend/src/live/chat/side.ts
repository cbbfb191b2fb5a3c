/** The assistants' side channel, and the head count of a room; pupils see neither. */
import "./chat.css";
import { announce, fill, h } from "../../lib/dom";
import { number, t } from "../../lib/i18n";
import type { Receiver } from "../config";
import type { Floor } from "../floor";
import { refusalOf } from "../floorWords";
import { setText, show } from "../ui";
import { HeadsForm } from "./headsForm";
import { MessageLog } from "./log";
import { type Heads, inOrder, type Line } from "./shapes";

const LONGEST = 300;

export interface SideOptions {
  floor: Floor;
  /** Of the sending side: reads all rooms' threads. */
  hosts: boolean;
  receivers: readonly Receiver[];
  /** Where the own room's head count is confirmed. */
  heads: string | null;
}

export class SideCard {
  readonly element = h("section", { class: "lr-card lc lc-side" });
  private readonly log: MessageLog<Line>;
  private readonly input: HTMLInputElement;
  private readonly to = h("select", { class: "select lv-field", "aria-label": t("发给") });
  private readonly status = h("p", { class: "lr-status", role: "status" });
  private readonly heads = h("div", { class: "lc-heads" });
  private readonly names: Map<string, string>;
  private readonly mine = new Set<number>();
  private newest = -1;
  private shownHeads = "";

  constructor(private readonly options: SideOptions) {
    const { hosts, receivers, heads } = options;
    this.names = new Map(receivers.map((each) => [each.id, `${each.organization} ${each.name}`]));
    this.element.setAttribute("aria-label", t("助教通道"));
    this.log = new MessageLog(t("助教通道的话"), (line) => this.reply(line), (line) => this.thread(line));
    this.input = h("input", { type: "text", class: "input lr-text lc-input", maxlength: LONGEST, "aria-label": t("对助教说"), placeholder: hosts ? t("对助教说") : t("对主讲方说"), autocomplete: "off", enterkeyhint: "send" });
    if (!hosts) this.input.setAttribute("aria-label", t("对主讲方说"));
    fill(this.to, h("option", { value: "" }, t("全部教室的助教")), ...receivers.map((each) => h("option", { value: each.id }, `${each.organization} ${each.name}`)));
    const form = h("form", { class: "lc-form" }, this.input, h("button", { type: "submit", class: "btn btn-primary" }, t("发送")));
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      void this.say();
    });
    fill(
      this.element,
      h("h2", { class: "lr-kicker" }, t("助教通道")),
      h("p", { class: "lr-status" }, hosts ? t("各教室的助教和主讲方看得到，学生看不到。") : t("本班助教和主讲方看得到，学生看不到。")),
      heads ? new HeadsForm(heads).element : this.heads,
      this.log.element,
      hosts ? this.to : null,
      form,
      this.status,
    );
    this.update();
  }

  get unread(): number {
    return inOrder(this.lines).filter((line) => line.n > this.newest && !this.mine.has(line.n)).length;
  }

  /** What stands here has been seen. */
  read(): void {
    this.newest = Math.max(this.newest, ...this.lines.map((line) => line.n));
  }

  update(): void {
    const { lines } = this;
    const fresh = this.newest >= 0 ? inOrder(lines).filter((line) => line.n > this.newest && !this.mine.has(line.n)) : [];
    const last = fresh[fresh.length - 1];
    this.log.draw(lines);
    show(this.log.element, lines.length > 0);
    if (!this.options.hosts) {
      if (last) announce(t("{name}说：{text}", { name: last.name, text: last.text }));
      this.newest = 0;
      this.read();
    }
    if (!this.options.heads) this.drawHeads();
  }

  private get lines(): Line[] {
    return this.all<Line>("side:");
  }

  private all<T>(start: string): T[] {
    return [...this.options.floor.desk].filter(([key]) => key.startsWith(start)).map(([, value]) => value as T);
  }

  private thread(line: Line): string {
    if (!this.options.hosts) return line.to === null ? t("对全部教室") : "";
    if (line.part === "room") return "";
    return line.to === null ? t("对全部教室") : t("对 {name}", { name: this.names.get(line.to) ?? "" });
  }

  private reply(line: Line): HTMLElement[] {
    const { hosts } = this.options;
    if (!hosts || line.part !== "room" || line.to === null) return [];
    const answer = h("button", { type: "button", class: "btn btn-ghost lc-small", "aria-label": t("回复{name}", { name: line.name }) }, t("回复"));
    answer.addEventListener("click", () => {
      this.to.value = line.to ?? "";
      this.input.focus();
    });
    return [answer];
  }

  private async say(): Promise<void> {
    const text = this.input.value.trim();
    if (!text) return;
    const data = this.options.hosts ? { text, to: this.to.value || null } : { text };
    const answer = await this.options.floor.do("side.say", data);
    if (answer.ok) {
      this.mine.add(answer.seq);
      this.input.value = "";
    }
    this.status.dataset.tone = answer.ok ? "" : "bad";
    setText(this.status, answer.ok ? "" : refusalOf(answer.code, answer.message));
  }

  private drawHeads(): void {
    const counts = this.all<Heads>("heads:");
    const key = counts.map((each) => `${each.class}${each.present}`).join();
    if (key === this.shownHeads) return;
    this.shownHeads = key;
    const sum = counts.reduce((total, each) => total + each.present, 0);
    const rows = counts.map((each) => h("li", {}, t("{name}：{present} 人，应到 {expected} 人", { name: `${each.school} ${each.name}`, present: number(each.present), expected: number(each.expected) })));
    const words = t("{n} 个班确认了人数，共 {sum} 人", { n: number(counts.length), sum: number(sum) });
    fill(this.heads, counts.length ? h("details", {}, h("summary", {}, words), h("ul", { class: "lc-counts" }, ...rows)) : null);
  }
}
