/** Small pieces that all rooms are built of. */
import { fill, h } from "../lib/dom";
import { icon, type IconName } from "./icons";

/** Set the text only when it changed: a live region must not speak twice, and layout is not free. */
export function setText(element: Element, text: string): void {
  if (element.textContent !== text) element.textContent = text;
}

export function show(element: HTMLElement, shown: boolean): void {
  if (element.hidden === shown) element.hidden = !shown;
}

interface ButtonOptions {
  class?: string;
  icon?: IconName;
  iconSize?: number;
  label?: string;
  keys?: string;
  onclick: () => void;
}

/** A button with an icon and words; `label` names it where the words are missing. */
export function button(words: string, options: ButtonOptions): HTMLButtonElement {
  const element = h("button", {
    type: "button",
    class: `btn ${options.class ?? ""}`,
    "aria-label": words ? null : options.label,
    title: options.keys ? `${options.label ?? words}（${options.keys}）` : (options.label ?? null),
    "aria-keyshortcuts": options.keys ?? null,
    onclick: options.onclick,
  });
  fill(element, options.icon ? (icon(options.icon, options.iconSize) as unknown as Node) : null, words ? h("span", {}, words) : null);
  return element;
}

/** Exchange icon and words of a button made by `button`. */
export function redress(element: HTMLButtonElement, words: string, name: IconName, label?: string): void {
  const key = `${name}|${words}|${label ?? ""}`;
  if (element.dataset.dress === key) return;
  element.dataset.dress = key;
  fill(element, icon(name) as unknown as Node, words ? h("span", {}, words) : null);
  if (label) element.setAttribute("aria-label", label);
  if (label) element.title = label;
}

export function press(element: HTMLElement, pressed: boolean): void {
  element.setAttribute("aria-pressed", String(pressed));
}

interface Question {
  title: string;
  text: string;
  yes: string;
  no: string;
  danger?: boolean;
}

/** Ask in a dialog of the page; resolves to the answer. */
export function ask(root: HTMLElement, question: Question): Promise<boolean> {
  return new Promise((resolve) => {
    const dialog = h("dialog", { class: "lv-dialog", "aria-label": question.title });
    const answer = (value: boolean) => {
      dialog.close();
      dialog.remove();
      resolve(value);
    };
    const no = button(question.no, { class: "btn-lg", onclick: () => answer(false) });
    const yes = button(question.yes, { class: `btn-lg ${question.danger ? "btn-danger" : "btn-primary"}`, onclick: () => answer(true) });
    fill(dialog, h("h2", {}, question.title), h("p", {}, question.text), h("div", { class: "lv-dialog-actions" }, no, yes));
    dialog.addEventListener("cancel", (event) => {
      event.preventDefault();
      answer(false);
    });
    root.append(dialog);
    dialog.showModal();
    no.focus();
  });
}

/** Keys with no modifier, pressed outside of fields; `within`: only there. Returns what undoes it. */
export function onKeys(keys: Record<string, (event: KeyboardEvent) => void>, within: HTMLElement | null = null): () => void {
  const listen = (event: KeyboardEvent): void => {
    const target = event.target as HTMLElement | null;
    if (within && !within.contains(target)) return;
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (target?.closest("input, select, textarea, dialog[open]")) return;
    const run = keys[event.key] ?? keys[event.key.toLowerCase()];
    if (!run) return;
    if ((event.key === " " || event.key === "Enter") && target?.closest("button, a")) return;
    event.preventDefault();
    run(event);
  };
  document.addEventListener("keydown", listen);
  return () => document.removeEventListener("keydown", listen);
}
