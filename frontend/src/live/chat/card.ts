/** The chat: read it, write in it, report a message; the sending side also opens, slows and closes it, hides and silences. */
import "./chat.css";
import { announce, fill, h } from "../../lib/dom";
import { number, t } from "../../lib/i18n";
import type { Floor } from "../floor";
import { refusalOf } from "../floorWords";
import type { Timeline } from "../timeline";
import { button, setText, show } from "../ui";
import { MessageLog } from "./log";
import { type ChatState, inOrder, type Message, type Reported, waitFor } from "./shapes";

const LONGEST = 200;
const SLOW_S = [0, 5, 15, 30, 60];

export interface ChatOptions {
  timeline: Timeline;
  /** Null in a replay. */
  floor: Floor | null;
  /** Has a voice of its own. */
  speaks: boolean;
  /** May report what others wrote. */
  reports: boolean;
  /** Of the sending side. */
  hosts: boolean;
  now: () => number;
  /** A class screen shows the newest few alone. */
  newest?: number;
}

export class ChatCard {
  readonly element = h("section", { class: "lr-card lc", hidden: true });
  private readonly state = h("p", { class: "lr-status lc-state", role: "status" });
  private readonly log: MessageLog<Message>;
  private readonly form: HTMLFormElement;
  private readonly input: HTMLInputElement;
  private readonly send: HTMLButtonElement;
  private readonly toggle: HTMLButtonElement;
  private readonly slow = h("select", { class: "select lv-field", "aria-label": t("两次发言的间隔") });
  private readonly waiting = h("div", { class: "lc-desk", hidden: true });
  private readonly mine = new Set<number>();
  private sending = false;
  private fault = "";
  private shownDesk = "";

  private readonly options: ChatOptions;

  constructor(given: ChatOptions) {
    const options = given.floor ? given : { ...given, hosts: false }; // in a replay there is nothing to moderate
    this.options = options;
    this.element.setAttribute("aria-label", t("讨论"));
    this.log = new MessageLog(t("发言"), (message) => this.actions(message));
    this.input = h("input", { type: "text", class: "input lr-text lc-input", maxlength: LONGEST, "aria-label": t("说点什么"), placeholder: t("说点什么"), autocomplete: "off", enterkeyhint: "send" });
    this.send = h("button", { type: "submit", class: "btn btn-primary" }, t("发送"));
    this.form = h("form", { class: "lc-form" }, this.input, this.send);
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      void this.say();
    });
    this.input.addEventListener("input", () => {
      this.fault = "";
      this.tick();
    });
    this.toggle = button("", { class: "btn-primary lc-toggle", onclick: () => void this.set(!this.chat.open) });
    fill(this.slow, ...SLOW_S.map((seconds) => h("option", { value: seconds }, seconds ? t("每 {n} 秒一条", { n: seconds }) : t("不限快慢"))));
    this.slow.addEventListener("change", () => void this.set(this.chat.open, Number(this.slow.value)));
    fill(
      this.element,
      h("h2", { class: "lr-kicker" }, t("讨论")),
      options.hosts ? h("div", { class: "lc-settings" }, this.toggle, this.slow) : null,
      this.waiting,
      this.log.element,
      this.form,
      this.state,
    );
    this.update();
  }

  get shown(): boolean {
    return !this.element.hidden;
  }

  update(): void {
    const { timeline, hosts, newest } = this.options;
    const messages = inOrder(timeline.all<Message>("chat:"));
    show(this.element, hosts || this.chat.open || messages.length > 0);
    this.log.draw(newest ? messages.slice(-newest) : messages);
    show(this.log.element, messages.length > 0);
    if (hosts) this.drawDesk();
    this.tick();
  }

  /** What changes by the clock alone. */
  tick(): void {
    const { floor, speaks, hosts, now } = this.options;
    const { open, slow } = this.chat;
    const silenced = !!floor?.own.has("silenced");
    const writes = !!floor && speaks && (open || hosts) && !silenced;
    show(this.form, writes);
    const left = writes ? waitFor(floor.own.get("said") as number | undefined, hosts ? 0 : slow, now()) : 0;
    this.send.disabled = this.sending || left > 0 || !this.input.value.trim();
    const words = !floor
      ? ""
      : silenced
        ? t("老师让您先听课，这节课您不能再发言。")
        : !open
          ? hosts
            ? t("讨论关着，只有您一方能发言。")
            : t("老师关闭了讨论。")
          : this.fault || (left > 1 ? t("请等 {n} 秒再发。", { n: left }) : "");
    this.state.dataset.tone = this.fault && open ? "bad" : "";
    setText(this.state, words);
  }

  private get chat(): ChatState {
    return this.options.timeline.get<ChatState>("chat") ?? { open: false, slow: 0 };
  }

  private async say(): Promise<void> {
    const { floor } = this.options;
    const text = this.input.value.trim();
    if (!floor || !text || this.sending) return;
    this.sending = true;
    this.tick();
    const answer = await floor.do("chat.say", { text });
    this.sending = false;
    this.fault = answer.ok ? "" : refusalOf(answer.code, answer.message);
    if (answer.ok) {
      this.mine.add(answer.seq);
      this.log.element.querySelector(`[data-n="${answer.seq}"] .lc-actions`)?.remove();
      this.input.value = "";
    }
    this.tick();
    this.input.focus();
  }

  private async set(open: boolean, slow?: number): Promise<void> {
    await this.act("chat.set", slow === undefined ? { open } : { open, slow });
  }

  private async act(kind: string, data: Record<string, unknown>, done = ""): Promise<boolean> {
    const answer = await this.options.floor?.do(kind, data);
    if (answer) announce(answer.ok ? done : refusalOf(answer.code, answer.message));
    this.fault = answer && !answer.ok ? refusalOf(answer.code, answer.message) : "";
    this.tick();
    return !!answer?.ok;
  }

  private actions(message: Message): HTMLElement[] {
    const { floor, hosts, reports } = this.options;
    if (!floor) return [];
    const { n, name, part } = message;
    if (hosts) {
      const hide = this.small(t("隐藏"), t("隐藏{name}的发言", { name }), () => void this.act("chat.hide", { n }, t("已隐藏")));
      return part === "student" || part === "room" ? [hide, this.silence(message)] : [hide];
    }
    if (!reports || this.mine.has(n) || part === "teach" || part === "host") return [];
    const report: HTMLButtonElement = this.small(t("举报"), t("举报{name}的发言", { name }), () => {
      report.disabled = true;
      void this.act("chat.report", { n }, t("已告诉老师"));
    });
    return [report];
  }

  private silence(message: { n: number; name: string }): HTMLButtonElement {
    const { n, name } = message;
    return this.small(t("禁言"), t("这节课不让{name}再发言", { name }), () => void this.act("chat.silence", { n, on: true }, t("已禁言")));
  }

  private small(words: string, label: string, onclick: () => void): HTMLButtonElement {
    const made = button(words, { class: "btn-ghost lc-small", onclick });
    made.setAttribute("aria-label", label);
    return made;
  }

  /** What waits for the sending side: reports, and who is silenced. */
  private drawDesk(): void {
    const { floor } = this.options;
    const { open, slow } = this.chat;
    setText(this.toggle, open ? t("关闭讨论") : t("打开讨论"));
    if (document.activeElement !== this.slow) this.choose(slow);
    const reports = floor?.desk.get("reports") as { count: number; first: Reported[] } | undefined;
    const silenced = (floor?.desk.get("silenced") as Reported[] | undefined) ?? [];
    const key = JSON.stringify([reports, silenced]);
    if (key === this.shownDesk) return;
    this.shownDesk = key;
    const rows = (reports?.first ?? []).map((row) => this.reportRow(row));
    const quiet = silenced.map((row) => h("li", { class: "lc-said" }, h("p", { class: "lc-who" }, h("b", {}, row.name), h("small", {}, row.school)), h("span", { class: "lc-actions" }, this.small(t("解除"), t("让{name}重新发言", { name: row.name }), () => void this.act("chat.silence", { n: row.n, on: false })))));
    fill(
      this.waiting,
      rows.length ? h("h3", {}, t("被举报的发言：{n}", { n: number(reports?.count ?? 0) })) : null,
      rows.length ? h("ul", { class: "lc-list lc-reports" }, ...rows) : null,
      quiet.length ? h("details", {}, h("summary", {}, t("禁言的人：{n}", { n: number(quiet.length) })), h("ul", { class: "lc-list" }, ...quiet)) : null,
    );
    show(this.waiting, rows.length + quiet.length > 0);
  }

  private choose(slow: number): void {
    if (![...this.slow.options].some((option) => Number(option.value) === slow)) this.slow.append(h("option", { value: slow }, t("每 {n} 秒一条", { n: slow })));
    this.slow.value = String(slow);
  }

  private reportRow(row: Reported): HTMLElement {
    const { n, name } = row;
    const facts = [row.school, t("{n} 人举报", { n: row.count ?? 1 }), row.why].filter(Boolean).join(" · ");
    const actions = [
      this.small(t("隐藏"), t("隐藏{name}的发言", { name }), () => void this.act("chat.hide", { n }, t("已隐藏"))),
      this.silence(row),
      this.small(t("没有问题"), t("{name}的发言没有问题", { name }), () => void this.act("chat.keep", { n })),
    ];
    return h("li", { class: "lc-said" }, h("p", { class: "lc-who" }, h("b", {}, name), h("small", {}, facts)), h("p", { class: "lc-text" }, row.text), h("span", { class: "lc-actions" }, ...actions));
  }
}
