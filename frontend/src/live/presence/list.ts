/** Which classes are there, school by school, with the map of their counties. */
import "./presence.css";
import { fill, h } from "../../lib/dom";
import { t } from "../../lib/i18n";
import type { Places, Receiver } from "../config";
import type { Viewers } from "../protocol";
import { setText, show } from "../ui";
import { PlacesPanel } from "./places";
import { type ClassRow, presenceRows, type SchoolRow, type Where } from "./rows";

const WORDS: Record<Where, () => string> = {
  joining: () => t("正在接入"),
  watching: () => t("在听"),
  stalled: () => t("卡住了"),
  away: () => t("离开了"),
  absent: () => t("还没来"),
};

export class PresenceList {
  readonly element = h("div", { class: "lv-presence" });
  /** A long list scrolls, and must do so by the arrow keys as well: hence the focus. */
  private readonly schools = h("div", { class: "lv-schools", role: "group", tabindex: "0", "aria-label": t("各校听课情况") });
  private readonly summary = h("p", { class: "lv-note" });
  private readonly present = h("div", { class: "lv-present" });
  private readonly absent = h("div", { class: "lv-present" });
  private readonly absentWords = h("summary");
  /** Folded once somebody is there, until the reader says otherwise. */
  private readonly fold = h("details", { class: "lv-absentees" }, this.absentWords, this.absent);
  private readonly places: PlacesPanel | null;
  private rows: SchoolRow[] = [];
  private touched = false;
  private told = false;
  private shown = "";

  constructor(
    private readonly receivers: readonly Receiver[],
    places: Places | null,
  ) {
    this.places = places ? new PlacesPanel(places, () => this.draw()) : null;
    fill(this.element, this.summary, this.places?.element, this.schools);
    fill(this.schools, this.present, this.fold);
    this.absentWords.addEventListener("click", () => (this.touched = true));
  }

  update(viewers: Viewers | null, seen: ReadonlySet<string>): void {
    this.told = viewers !== null;
    this.rows = presenceRows(this.receivers, viewers, seen);
    this.places?.update(this.rows);
    this.draw();
  }

  private draw(): void {
    const wanted = this.places?.schools ?? null;
    const rows = wanted ? this.rows.filter((row) => wanted.has(row.id)) : this.rows;
    const key = JSON.stringify([this.told, rows]);
    if (key === this.shown) return;
    this.shown = key;
    const all = this.rows.flatMap((row) => row.classes);
    const count = (...where: Where[]): number => all.filter((each) => where.includes(each.where)).length;
    // nobody has said yet who is there: that is not the same as nobody being there
    const words = this.told ? summaryWords(all.length, count("stalled", "away"), count("joining"), count("absent")) : t("正在查看哪些班在听…");
    setText(this.summary, words);
    const there = rows.map((row) => part(row, (each) => each.where !== "absent")).filter((row) => row.classes.length || row.students);
    const missing = rows.map((row) => part(row, (each) => each.where === "absent")).filter((row) => row.classes.length);
    fill(this.present, ...there.map(schoolElement));
    fill(this.absent, ...missing.map((row) => schoolElement({ ...row, students: 0 })));
    const absent = missing.reduce((sum, row) => sum + row.classes.length, 0);
    setText(this.absentWords, t("还没来的班级（{n}）", { n: absent }));
    show(this.fold, absent > 0 && this.told);
    if (!this.touched) this.fold.open = there.length === 0;
  }
}

function part(row: SchoolRow, wanted: (each: ClassRow) => boolean): SchoolRow {
  return { ...row, classes: row.classes.filter(wanted) };
}

function schoolElement(row: SchoolRow): HTMLElement {
  return h(
    "div",
    { class: "lv-school" },
    h("h3", {}, h("span", {}, row.name), row.students ? h("small", {}, t("{n} 名学生", { n: row.students })) : null),
    h("ul", {}, ...row.classes.map(classElement)),
  );
}

function classElement(each: ClassRow): HTMLElement {
  return h(
    "li",
    { class: `lv-class lv-${each.where}`, "data-class": each.id, "data-where": each.where },
    h("span", { class: "lv-dot", "aria-hidden": "true" }),
    h("span", { class: "lv-class-name" }, each.name),
    h("span", { class: "lv-class-where" }, WORDS[each.where]()),
  );
}

function summaryWords(all: number, troubled: number, joining: number, absent: number): string {
  if (all === 0) return t("这节课没有指定接收班级。");
  if (troubled) return t("{n} 个班看不到画面，已排在最前。", { n: troubled });
  if (joining) return t("{n} 个班正在接入。", { n: joining });
  if (absent) return t("还有 {n} 个班没来。", { n: absent });
  return t("所有班级都在听。");
}
