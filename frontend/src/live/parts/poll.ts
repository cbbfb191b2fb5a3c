/** A poll before a student or a class: answer it, change the answer, see the results. */
import { fill, h } from "../../lib/dom";
import { number, t } from "../../lib/i18n";
import type { Floor } from "../floor";
import { refusalOf } from "../floorWords";
import { button, press, setText, show } from "../ui";
import { bars } from "./bars";
import { letter, type OwnAnswer, type Poll } from "./shapes";

export type Part = "student" | "class" | "other";
const MOST_IN_CLASS = 200;

export class PollCard {
  readonly element = h("section", { class: "lr-card lr-poll", hidden: true });
  private readonly title = h("h2", { class: "lr-question" });
  private readonly picture = h("img", { class: "lr-picture", alt: t("题目图片"), hidden: true });
  private readonly body = h("div", { class: "lr-answer" });
  private readonly status = h("p", { class: "lr-status", role: "status" });
  private readonly send: HTMLButtonElement;
  private shown = "";
  private poll: Poll | null = null;
  private chosen = new Set<number>();
  private counts: number[] = [];
  private text = "";
  private sending = false;

  constructor(
    private readonly floor: () => Floor | null,
    private readonly part: Part,
    private readonly pictureUrl: (id: string) => string,
  ) {
    this.send = button(t("提交"), { class: "btn-primary lr-send", onclick: () => void this.submit() });
    this.element.setAttribute("aria-label", t("课堂提问"));
    fill(this.element, h("p", { class: "lr-kicker" }, t("课堂提问")), this.title, this.picture, this.body, this.send, this.status);
  }

  /** `poll`: as it is at this moment of the picture; `mine`: the answer that the server has of this one. */
  update(poll: Poll | null, mine: OwnAnswer | undefined): void {
    show(this.element, poll !== null);
    const fresh = poll?.id !== this.poll?.id;
    this.poll = poll;
    if (!poll) return;
    const own = mine?.poll === poll.id ? mine : undefined;
    if (fresh) this.begin(poll, own);
    const key = JSON.stringify([poll, own]);
    if (key === this.shown) return;
    this.shown = key;
    setText(this.title, poll.question);
    show(this.picture, poll.picture !== null);
    if (poll.picture && fresh) this.picture.src = this.pictureUrl(poll.picture);
    const answering = poll.open && this.part !== "other";
    if (!fresh && answering && own && !this.element.contains(document.activeElement)) this.take(own);
    if (fresh || !answering || !this.body.firstChild || this.body.dataset.kind !== "answer") this.draw(poll, answering);
    this.mark();
    show(this.send, answering && (this.part === "class" || poll.type !== "one"));
    this.say(poll, own);
  }

  private begin(poll: Poll, own: OwnAnswer | undefined): void {
    this.chosen = new Set();
    this.counts = poll.options.map(() => 0);
    this.text = "";
    this.body.dataset.kind = "";
    if (own) this.take(own);
  }

  private take(own: OwnAnswer): void {
    this.chosen = new Set(own.choice ?? []);
    if (own.counts) this.counts = [...own.counts];
    this.text = own.text ?? this.text;
  }

  private say(poll: Poll, own: OwnAnswer | undefined): void {
    this.status.dataset.tone = "";
    if (this.part === "other") setText(this.status, poll.results || !poll.open ? "" : t("同学们正在作答。"));
    else if (!poll.open) setText(this.status, own ? t("提问已结束，您的回答已计入。") : t("提问已结束。"));
    else if (!own) setText(this.status, this.part === "class" ? t("请数一数各选项举手的人数，再提交。") : "");
    else if (own.counts) setText(this.status, t("已提交，共 {n} 人次。结束前都可以改。", { n: number(own.counts.reduce((sum, each) => sum + each, 0)) }));
    else setText(this.status, t("已提交。结束前都可以改。"));
  }

  private draw(poll: Poll, answering: boolean): void {
    this.body.dataset.kind = answering ? "answer" : "seen";
    if (poll.results && !answering) return fill(this.body, this.results(poll));
    const form = !answering ? this.options(poll) : poll.type === "text" ? this.field() : this.part === "class" ? this.counters(poll) : this.choices(poll);
    fill(this.body, form, poll.results ? this.results(poll) : null);
  }

  private results(poll: Poll): HTMLElement {
    const { results } = poll;
    if (!results) return h("div");
    if (poll.type !== "text") return h("div", {}, h("p", { class: "lr-total" }, t("{n} 人作答", { n: number(results.people) })), bars(poll.options, results.votes, results.people));
    const list = h("ul", { class: "lr-texts" }, ...(results.texts ?? []).map((each) => h("li", {}, h("q", {}, each.text), h("small", {}, each.school))));
    return h("div", {}, h("p", { class: "lr-total" }, t("收到 {n} 份回答", { n: number(results.answers) })), list);
  }

  private options(poll: Poll): HTMLElement {
    return h("ol", { class: "lr-options" }, ...poll.options.map((option, index) => h("li", {}, h("b", {}, letter(index)), " ", option)));
  }

  /** A student's: one tap answers a single choice. */
  private choices(poll: Poll): HTMLElement {
    const rows = poll.options.map((option, index) => {
      const choice = h("button", { type: "button", class: "btn lr-choice", "data-option": index, "aria-pressed": "false", onclick: () => this.choose(poll, index) });
      fill(choice, h("b", {}, letter(index)), h("span", {}, option));
      return choice;
    });
    return h("div", { class: "lr-choices", role: "group", "aria-label": poll.type === "many" ? t("可以选几个") : t("选一个") }, ...rows);
  }

  private choose(poll: Poll, index: number): void {
    if (poll.type === "one") {
      this.chosen = new Set([index]);
      this.mark();
      void this.submit();
      return;
    }
    if (!this.chosen.delete(index)) this.chosen.add(index);
    this.mark();
  }

  /** A class's: how many for each option; large enough for a finger on a panel. */
  private counters(poll: Poll): HTMLElement {
    const rows = poll.options.map((option, index) => {
      const name = `${letter(index)} ${option}`;
      const input = h("input", { type: "number", class: "input lr-count", min: 0, max: MOST_IN_CLASS, step: 1, inputmode: "numeric", "data-count": index, "aria-label": t("选 {option} 的人数", { option: name }) });
      input.addEventListener("input", () => this.count(index, Number(input.value), false));
      const less = button("−", { class: "lr-step", onclick: () => this.count(index, (this.counts[index] ?? 0) - 1, true) });
      const more = button("+", { class: "lr-step", onclick: () => this.count(index, (this.counts[index] ?? 0) + 1, true) });
      less.setAttribute("aria-label", t("{option} 减一", { option: name }));
      more.setAttribute("aria-label", t("{option} 加一", { option: name }));
      more.dataset.more = String(index);
      return h("li", { class: "lr-counter" }, h("span", { class: "lr-counter-name" }, h("b", {}, letter(index)), " ", option), h("span", { class: "lr-steps" }, less, input, more));
    });
    return h("ol", { class: "lr-counters" }, ...rows);
  }

  private count(index: number, value: number, redraw: boolean): void {
    const whole = Number.isFinite(value) ? Math.round(value) : 0;
    this.counts[index] = Math.min(MOST_IN_CLASS, Math.max(0, whole));
    if (redraw) this.mark();
    this.send.disabled = this.sending || !this.counts.some(Boolean);
  }

  private field(): HTMLElement {
    const input = h("textarea", { class: "input lr-text", rows: 2, maxlength: 140, "aria-label": t("您的回答") });
    input.value = this.text;
    input.addEventListener("input", () => {
      this.text = input.value;
      this.send.disabled = this.sending || !this.text.trim();
    });
    return input;
  }

  /** Show what is chosen and whether it may be sent. */
  private mark(): void {
    const { poll } = this;
    this.body.querySelectorAll<HTMLElement>("[data-option]").forEach((row) => press(row, this.chosen.has(Number(row.dataset.option))));
    this.body.querySelectorAll<HTMLInputElement>("[data-count]").forEach((input) => {
      const value = String(this.counts[Number(input.dataset.count)] ?? 0);
      if (document.activeElement !== input && input.value !== value) input.value = value;
    });
    const field = this.body.querySelector("textarea");
    if (field && document.activeElement !== field) field.value = this.text;
    const ready = poll?.type === "text" ? this.text.trim() !== "" : this.part === "class" ? this.counts.some(Boolean) : this.chosen.size > 0;
    this.send.disabled = this.sending || !ready;
  }

  private async submit(): Promise<void> {
    const { poll } = this;
    const floor = this.floor();
    if (!poll || !floor || this.sending) return;
    this.sending = true;
    this.mark();
    this.status.dataset.tone = "";
    setText(this.status, t("正在提交…"));
    const data = poll.type === "text" ? { text: this.text } : this.part === "class" ? { counts: this.counts } : { choice: [...this.chosen] };
    const answer = await floor.do("poll.answer", { poll: poll.id, ...data });
    this.sending = false;
    this.mark();
    if (poll.id !== this.poll?.id) return;
    const own = floor.own.get("answer") as OwnAnswer | undefined;
    if (answer.ok) return this.say(this.poll, own?.poll === poll.id ? own : undefined);
    this.status.dataset.tone = "bad";
    setText(this.status, refusalOf(answer.code));
  }
}
