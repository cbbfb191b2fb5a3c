/** A list of messages that grows at its end: keeps its place while somebody reads back, and is one stop for the tab key. */
import { h } from "../../lib/dom";
import { t } from "../../lib/i18n";
import { timeOfDay } from "../words";
import { inOrder, type Message, type Part } from "./shapes";

const NEAR_END = 40;

const BADGES: Record<Part, () => string> = {
  teach: () => t("老师"),
  host: () => t("主讲方"),
  room: () => t("助教"),
  student: () => "",
};

export class MessageLog<T extends Message> {
  readonly element: HTMLElement;
  private readonly list = h("ul", { class: "lc-list" });
  private readonly rows = new Map<number, HTMLElement>();

  /** `actions`: buttons of one message; `note`: a word beside its writer. */
  constructor(
    label: string,
    private readonly actions: (message: T) => HTMLElement[],
    private readonly note: (message: T) => string = () => "",
  ) {
    this.element = h("div", { class: "lc-log", role: "group", "aria-label": label, tabindex: 0 }, this.list);
    this.list.addEventListener("keydown", (event) => this.move(event));
  }

  draw(messages: T[]): void {
    const { element } = this;
    const wanted = inOrder(messages);
    const known = new Set(wanted.map((each) => each.n));
    const atEnd = element.scrollHeight - element.scrollTop - element.clientHeight < NEAR_END;
    let changed = false;
    for (const [n, row] of this.rows) {
      if (known.has(n)) continue;
      row.remove();
      this.rows.delete(n);
      changed = true;
    }
    for (const message of wanted) {
      if (this.rows.has(message.n)) continue;
      const row = this.row(message);
      this.rows.set(message.n, row);
      this.list.append(row);
      changed = true;
    }
    if (!changed) return;
    this.oneStop();
    if (atEnd) element.scrollTop = element.scrollHeight;
  }

  private row(message: T): HTMLElement {
    const badge = BADGES[message.part]?.() ?? "";
    const facts = [message.school, this.note(message), timeOfDay(message.ms)].filter(Boolean).join(" · ");
    const actions = this.actions(message);
    const menu = h("span", { class: "lc-actions" }, ...actions);
    return h(
      "li",
      { class: "lc-said", "data-part": message.part, "data-n": message.n },
      h("p", { class: "lc-who" }, h("b", {}, message.name || t("佚名")), badge ? h("em", {}, badge) : null, h("small", {}, facts)),
      h("p", { class: "lc-text" }, message.text),
      actions.length ? menu : null,
    );
  }

  /** Only the newest message's first button is reached by Tab; arrows lead to the others. */
  private oneStop(): void {
    const buttons = [...this.list.querySelectorAll<HTMLButtonElement>("button")];
    const last = this.list.lastElementChild?.querySelector("button");
    for (const each of buttons) each.tabIndex = each === last || each === document.activeElement ? 0 : -1;
  }

  private move(event: KeyboardEvent): void {
    const step = { ArrowUp: -1, ArrowLeft: -1, ArrowDown: 1, ArrowRight: 1 }[event.key];
    if (!step) return;
    const buttons = [...this.list.querySelectorAll<HTMLButtonElement>("button")];
    const next = buttons[buttons.indexOf(document.activeElement as HTMLButtonElement) + step];
    if (!next) return;
    event.preventDefault();
    for (const each of buttons) each.tabIndex = each === next ? 0 : -1;
    next.focus();
  }
}
