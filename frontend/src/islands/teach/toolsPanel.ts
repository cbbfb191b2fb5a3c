/** Lots, the timer, pinned notes and captions. */
import { fill, h } from "../../lib/dom";
import { number, t } from "../../lib/i18n";
import type { Lot, Note, Timer } from "../../live/parts/shapes";
import { button, setText, show } from "../../live/ui";
import { clockLength } from "../../live/words";
import type { DeskPanel } from "./desk";
import type { TeachRoom } from "./room";

const MINUTES = [1, 2, 3, 5, 10];

export class ToolsPanel implements DeskPanel {
  readonly element: HTMLElement;
  private readonly lot = h("p", { class: "lv-result", role: "status" });
  private readonly lotActions: HTMLElement;
  private readonly timer = h("p", { class: "lv-result", role: "timer" });
  private readonly stop: HTMLButtonElement;
  private readonly notes = h("ul", { class: "lv-queue" });
  private shownNotes = "";

  constructor(private readonly room: TeachRoom) {
    const clear = button(t("从屏幕上收起"), { class: "btn-ghost", onclick: () => void room.do("lot.clear") });
    const again = button(t("重新开始"), { class: "btn-ghost", onclick: () => void room.do("lot.again") });
    this.lotActions = h("div", { class: "lv-actions" }, clear, again);
    this.stop = button(t("停止计时"), { onclick: () => void room.do("timer.stop") });
    this.element = h(
      "div",
      { class: "lv-tools" },
      tool(t("抽一抽"), h("div", { class: "lv-actions" }, this.draw("classes", t("抽一个班")), this.draw("students", t("抽一名学生"))), this.lot, this.lotActions),
      tool(t("计时"), h("div", { class: "lv-actions" }, ...MINUTES.map((minutes) => button(t("{n} 分钟", { n: minutes }), { onclick: () => void room.do("timer.start", { seconds: minutes * 60 }) }))), this.timer, this.stop),
      tool(t("钉一句话"), this.line("note.pin", t("要钉在屏幕上的话"), t("钉上"), 500), this.notes),
      tool(t("字幕"), this.line("caption.say", t("在画面下方显示几秒"), t("显示"), 200)),
    );
  }

  update(): void {
    const { timeline, desk } = this.room.floor;
    const lot = timeline.get<Lot>("lot");
    const lots = desk.get("lots") as { count: number; last: (Lot & { of: number })[] } | undefined;
    const last = lots?.last[lots.last.length - 1];
    setText(this.lot, last ? t("{name}，{school}（从 {n} 个里抽）", { name: last.name, school: last.school, n: number(last.of) }) : t("只从在场的里抽，抽过的不再抽。"));
    show(this.lotActions, !!lots);
    (this.lotActions.firstElementChild as HTMLButtonElement).disabled = !lot;
    this.drawTimer(timeline.get<Timer>("timer"));
    this.drawNotes(timeline.all<Note>("note:"));
  }

  private drawTimer(timer: Timer | undefined): void {
    const left = timer ? timer.seconds - (this.room.now() - timer.ms) / 1000 : 0;
    setText(this.timer, timer ? (left > 0 ? t("还剩 {length}", { length: clockLength(Math.ceil(left)) }) : t("时间到")) : "");
    show(this.timer, !!timer);
    show(this.stop, !!timer);
  }

  private drawNotes(notes: Note[]): void {
    const key = notes.map((note) => note.n).join();
    if (key === this.shownNotes) return;
    this.shownNotes = key;
    fill(this.notes, ...notes.map((note) => h("li", { class: "lv-row" }, h("span", { class: "lv-row-name" }, note.text), button(t("取下"), { class: "btn-ghost", onclick: () => void this.room.do("note.unpin", { n: note.n }) }))));
  }

  private draw(among: string, words: string): HTMLButtonElement {
    const made = button(words, { class: "btn-primary", onclick: () => void this.room.do("lot.draw", { among }) });
    made.dataset.draw = among;
    return made;
  }

  private line(kind: string, label: string, go: string, most: number): HTMLElement {
    const input = h("input", { type: "text", class: "input lv-field", maxlength: most, required: true, "aria-label": label, placeholder: label });
    const form = h("form", { class: "lv-line-form", "data-kind": kind }, input, h("button", { type: "submit", class: "btn btn-primary" }, go));
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      if (!input.value.trim()) return;
      void this.room.do(kind, { text: input.value }).then((ok) => {
        if (ok) input.value = "";
      });
    });
    return form;
  }
}

function tool(title: string, ...parts: HTMLElement[]): HTMLElement {
  return h("section", { class: "lv-panel", "aria-label": title }, h("h2", {}, title), ...parts);
}
