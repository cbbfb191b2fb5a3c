/** The row of lesson pages under the picture. */
import { fill, h } from "../../lib/dom";
import { t } from "../../lib/i18n";
import { sheetName } from "../../live/board/describe";
import type { Sheet } from "../../live/config";
import { button, setText, show } from "../../live/ui";
import type { TeachRoom } from "./room";

export class Strip {
  readonly element: HTMLElement;
  private readonly row = h("div", { class: "lv-pages", role: "list", "aria-label": t("讲义页") });
  private readonly count = h("span", { class: "lv-page-count" });
  private readonly fault = h("p", { class: "lv-fault", role: "alert" });
  private readonly progress = h("progress", { class: "lv-progress", max: "1", "aria-label": t("上传进度") });
  private readonly progressWords = h("span", { class: "lv-note" });
  private readonly turns: HTMLElement;
  private shown: string | null = null;

  constructor(private readonly room: TeachRoom) {
    const file = h("input", { type: "file", class: "visually-hidden", tabindex: "-1", "aria-hidden": "true" });
    file.accept = room.config.limits.upload_types.join(",");
    file.addEventListener("change", () => {
      if (file.files?.[0]) room.pages.send(file.files[0]);
      file.value = "";
    });
    const board = button(t("加白板"), { class: "btn-sm", icon: "plus", iconSize: 16, onclick: () => void room.addBoard() });
    const add = button(t("上传讲义"), { class: "btn-sm", icon: "upload", iconSize: 16, onclick: () => file.click() });
    this.turns = h(
      "div",
      { class: "lv-turns" },
      button("", { class: "btn-square btn-sm", icon: "left", label: t("上一页"), keys: "←", onclick: () => room.pages.previous() }),
      this.count,
      button("", { class: "btn-square btn-sm", icon: "right", label: t("下一页"), keys: "→", onclick: () => room.pages.next() }),
    );
    const head = h("div", { class: "lv-strip-head" }, h("h2", {}, t("讲义")), this.turns, this.progressWords, this.progress, h("div", { class: "lv-adds" }, board, add), file);
    this.element = h("section", { class: "lv-strip", "aria-label": t("讲义") }, head, this.fault, this.row);
    this.acceptDrops();
  }

  update(): void {
    const { pages } = this.room;
    const { list } = pages;
    setText(this.count, list.length ? `${pages.index + 1} / ${list.length}` : "");
    show(this.turns, list.length > 0);
    setText(this.fault, pages.fault || (pages.uploads.find((upload) => upload.state === "failed")?.error ?? ""));
    show(this.fault, this.fault.textContent !== "");
    this.drawProgress();
    this.drawRow();
  }

  private drawProgress(): void {
    const { sending, working } = this.room.pages;
    const first = working[0];
    show(this.progress, sending !== null || !!first);
    if (sending !== null) this.progress.value = sending;
    else if (first) this.progress.value = first.progress / 100;
    setText(this.progressWords, sending !== null ? t("正在上传 {p}%", { p: Math.round(sending * 100) }) : first ? t("正在转换 {name}", { name: first.name }) : "");
  }

  private drawRow(): void {
    const { pages } = this.room;
    const { list } = pages;
    const key = list.map((sheet) => sheet.id + sheet.name).join("|");
    if (key !== this.shown) {
      this.shown = key;
      this.row.setAttribute("role", list.length ? "list" : "group"); // a list holds items, never a sentence
      const empty = h("p", { class: "lv-note" }, t("还没有讲义。可以上传文件，也可以把文件拖到这里，或者加一块白板。"));
      fill(this.row, ...(list.length ? list.map((sheet, index) => this.thumb(sheet, index)) : [empty]));
    }
    const shown = this.room.compositor?.main === "pages";
    this.row.querySelectorAll<HTMLElement>(".lv-page").forEach((element, index) => {
      const current = index === pages.index;
      if (current && element.getAttribute("aria-current") !== "true") element.scrollIntoView({ block: "nearest", inline: "nearest" });
      element.setAttribute("aria-current", String(current));
      element.classList.toggle("lv-on-air", current && shown);
    });
  }

  private thumb(sheet: Sheet, index: number): HTMLElement {
    const blank = sheet.form === "board";
    const name = sheetName(sheet);
    const image = blank ? h("b", {}, name) : h("img", { src: sheet.thumb_url, alt: name, loading: "lazy", draggable: "false" });
    const go = (): void => {
      void this.room.pages.show(index);
      this.room.setMain("pages");
    };
    // named by what it shows: whoever speaks to the computer says what stands there
    const open = h("button", { type: "button", class: "lv-page", title: sheet.name || null, onclick: go }, image, " ", h("span", {}, String(index + 1)));
    return h("div", { role: "listitem" }, open);
  }

  private acceptDrops(): void {
    const { element } = this;
    element.addEventListener("dragover", (event) => {
      event.preventDefault();
      element.classList.add("lv-drop");
    });
    element.addEventListener("dragleave", () => element.classList.remove("lv-drop"));
    element.addEventListener("drop", (event) => {
      event.preventDefault();
      element.classList.remove("lv-drop");
      const file = event.dataTransfer?.files[0];
      if (file) this.room.pages.send(file);
    });
  }

}
