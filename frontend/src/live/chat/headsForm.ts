/** The assistant says how many are in the room; the answer goes where the page for it goes. */
import { fill, h } from "../../lib/dom";
import { csrfToken } from "../../lib/config";
import { t } from "../../lib/i18n";
import { setText } from "../ui";

interface Known {
  present: number | null;
  expected: number;
  message?: string;
}

export class HeadsForm {
  readonly element: HTMLFormElement;
  private readonly input = h("input", { type: "number", class: "input lr-count", min: 0, max: 200, step: 1, inputmode: "numeric", required: true, "aria-label": t("本班实到人数") });
  private readonly status = h("p", { class: "lr-status", role: "status" });
  private readonly go = h("button", { type: "submit", class: "btn btn-primary", disabled: true }, t("确认人数"));

  constructor(private readonly url: string) {
    const label = h("span", { class: "lc-label" }, t("本班实到"));
    this.element = h("form", { class: "lc-heads" }, h("div", { class: "lc-form" }, label, this.input, this.go), this.status);
    this.element.addEventListener("submit", (event) => {
      event.preventDefault();
      void this.confirm();
    });
    void this.ask();
  }

  private async ask(): Promise<void> {
    const known = await this.fetch(null);
    this.go.disabled = false;
    if (!known) return;
    if (!this.input.value) this.input.value = String(known.present ?? known.expected);
    this.say(known);
  }

  private async confirm(): Promise<void> {
    this.go.disabled = true;
    const known = await this.fetch(new URLSearchParams({ present: this.input.value, note: "" }));
    this.go.disabled = false;
    this.status.dataset.tone = known && !known.message ? "" : "bad";
    if (!known) setText(this.status, t("没有记下，请再试一次。"));
    else if (known.message) setText(this.status, known.message);
    else this.say(known);
  }

  private say(known: Known): void {
    const { present, expected } = known;
    setText(this.status, present === null ? t("应到 {n} 人，请数一数再确认。", { n: expected }) : t("已确认 {present} 人，应到 {expected} 人。可以再改。", { present, expected }));
    fill(this.go, present === null ? t("确认人数") : t("更改人数"));
  }

  private async fetch(body: URLSearchParams | null): Promise<Known | null> {
    const answer = await fetch(this.url, {
      method: body ? "POST" : "GET",
      credentials: "same-origin",
      redirect: "manual",
      headers: { Accept: "application/json", ...(body ? { "X-CSRFToken": csrfToken() } : {}) },
      body,
    }).catch(() => null);
    if (!answer || (answer.status !== 200 && answer.status !== 422)) return null;
    return (await answer.json().catch(() => null)) as Known | null;
  }
}
