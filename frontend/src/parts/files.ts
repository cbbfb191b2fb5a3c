/** What is picked in a form, in the page's words: the browser's own says "Choose File" in the language of the browser. */
import { h } from "../lib/dom";
import { t } from "../lib/i18n";

/** The name of one file; of several how many and which. */
export function pickedWords(names: string[], several: boolean): string {
  if (!names.length) return several ? t("还没有选文件，可以选几个") : t("还没有选文件");
  return names.length === 1 ? (names[0] ?? "") : t("{n} 个文件：{names}", { n: names.length, names: names.join(t("、")) });
}

function dress(input: HTMLInputElement): void {
  if (input.closest(".file-box")) return;
  const name = h("span", { class: "file-name muted" });
  const box = h("span", { class: "file-box" });
  const face = h("span", { class: "file-pick" }, t("选择文件"));
  for (const part of [face, name]) part.setAttribute("aria-hidden", "true"); // the input says it itself
  const say = (): void => {
    const names = Array.from(input.files ?? [], (file) => file.name);
    name.textContent = pickedWords(names, input.multiple);
    name.classList.toggle("muted", !names.length);
  };
  input.replaceWith(box);
  box.append(input, face, name);
  input.addEventListener("change", say);
  input.form?.addEventListener("reset", () => setTimeout(say));
  say();
}

/** Without script there is the browser's own. */
export function watchFiles(): void {
  const all = (): void => document.querySelectorAll<HTMLInputElement>("input.file-input").forEach(dress);
  all();
  document.addEventListener("htmx:afterSettle", all);
}
