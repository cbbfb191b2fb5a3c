/** Forms: focus on the error summary, one submission per click, and a summary before what cannot be undone. */
import { h } from "../lib/dom";
import { t } from "../lib/i18n";

function busy(form: HTMLFormElement, on: boolean): void {
  form.querySelectorAll<HTMLButtonElement>('button[type="submit"], button:not([type])').forEach((button) => {
    button.disabled = on;
    if (on) button.setAttribute("aria-busy", "true");
    else button.removeAttribute("aria-busy");
  });
}

/** What the person is about to send, as pairs of label and words. */
export function summaryOf(form: HTMLFormElement): [string, string][] {
  const pairs: [string, string][] = [];
  form.querySelectorAll<HTMLElement>("[data-field]").forEach((field) => {
    const label = field.querySelector(".field-label-text")?.textContent?.trim() ?? "";
    const values: string[] = [];
    field.querySelectorAll<HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement>("input, select, textarea").forEach((each) => {
      if (each instanceof HTMLSelectElement) {
        for (const option of Array.from(each.selectedOptions)) if (option.value) values.push(option.text.trim());
      } else if (each.type === "checkbox" || each.type === "radio") {
        if ((each as HTMLInputElement).checked) values.push(each.closest("label")?.textContent?.trim() || t("是"));
      } else if (each.type === "password") {
        if (each.value) values.push("••••");
      } else if (each.type !== "hidden" && each.value.trim()) values.push(each.value.trim());
    });
    if (label) pairs.push([label, values.join("、") || t("（未填）")]);
  });
  return pairs;
}

function confirmFirst(form: HTMLFormElement, submitter: HTMLElement | null): void {
  const facts = h("dl", { class: "facts" });
  for (const [label, value] of summaryOf(form)) {
    facts.append(h("div", { class: "fact" }, h("dt", {}, label), h("dd", {}, value)));
  }
  const title = form.dataset.confirm || t("请核对后确认");
  if (typeof HTMLDialogElement === "undefined") {
    const words = summaryOf(form).map(([label, value]) => `${label}：${value}`);
    if (window.confirm([title, ...words].join("\n"))) send(form, submitter);
    return;
  }
  const back = h("button", { type: "button", class: "btn" }, t("返回"));
  const go = h("button", { type: "button", class: "btn btn-primary" }, submitter?.textContent?.trim() || t("确认提交"));
  if (form.dataset.confirmTone === "danger") go.className = "btn btn-danger";
  const dialog = h(
    "dialog",
    { class: "dialog", "aria-labelledby": "confirm-title" },
    h("h2", { class: "dialog-title", id: "confirm-title" }, title),
    form.dataset.confirmText ? h("p", { class: "muted mb-4" }, form.dataset.confirmText) : null,
    facts,
    h("div", { class: "dialog-actions" }, back, go),
  );
  back.addEventListener("click", () => dialog.close());
  go.addEventListener("click", () => {
    dialog.close();
    send(form, submitter);
  });
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
  back.focus();
}

function send(form: HTMLFormElement, submitter: HTMLElement | null): void {
  form.dataset.confirmed = "";
  if (form.requestSubmit) form.requestSubmit(submitter instanceof HTMLButtonElement ? submitter : undefined);
  else form.submit();
}

function onSubmit(event: SubmitEvent): void {
  const form = event.target as HTMLFormElement;
  if (form.dataset.confirm !== undefined && form.dataset.confirmed === undefined) {
    event.preventDefault();
    confirmFirst(form, event.submitter);
    return;
  }
  delete form.dataset.confirmed;
  if (form.dataset.once === undefined) return;
  if (form.dataset.sending !== undefined) {
    event.preventDefault();
    return;
  }
  form.dataset.sending = "";
  form.dispatchEvent(new CustomEvent("lantian:sent"));
  // after this turn: a disabled button would not send its own name and value
  window.setTimeout(() => busy(form, true), 0);
}

/** A page brought back from memory (back button), or an answer by htmx, must not keep dead buttons. */
function wake(root: ParentNode): void {
  root.querySelectorAll<HTMLFormElement>("form[data-sending]").forEach((form) => {
    delete form.dataset.sending;
    busy(form, false);
  });
}

export function watchForms(): void {
  document.addEventListener("submit", onSubmit);
  window.addEventListener("pageshow", () => wake(document));
  document.addEventListener("htmx:afterRequest", () => wake(document));
  document.addEventListener("htmx:afterSettle", focusErrors);
  document.addEventListener("click", onDialogButton);
  document.addEventListener("change", onAutoSubmit);
  focusErrors();
}

function focusErrors(): void {
  document.querySelector<HTMLElement>("form:not([data-sample]) [data-error-summary]")?.focus();
}

/** [data-open-dialog=id] opens, [data-close-dialog] closes, a click on the backdrop closes. */
function onDialogButton(event: Event): void {
  if (!(event.target instanceof Element)) return;
  const opener = event.target.closest<HTMLElement>("[data-open-dialog]");
  if (opener) {
    const dialog = document.getElementById(opener.dataset.openDialog ?? "") as HTMLDialogElement | null;
    if (dialog?.showModal) dialog.showModal();
    else dialog?.setAttribute("open", "");
  }
  const dialog = event.target.closest<HTMLDialogElement>("dialog");
  if (!dialog) return;
  if (event.target.closest("[data-close-dialog]") || event.target === dialog) {
    if (dialog.close) dialog.close();
    else dialog.removeAttribute("open");
  }
}

/** A <select data-auto> sends its form when changed; the button beside it is for those without script. */
function onAutoSubmit(event: Event): void {
  const field = event.target;
  if (field instanceof HTMLSelectElement && field.dataset.auto !== undefined) field.form?.requestSubmit?.();
}
