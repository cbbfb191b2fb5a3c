/** During the lesson: how the line does, and which classes are there. */
import { fill, h } from "../../lib/dom";
import { number, t } from "../../lib/i18n";
import { setText, show } from "../../live/ui";
import { type ClassRow, presenceRows, type SchoolRow, type Where } from "./presence";
import type { TeachRoom } from "./room";

const WORDS: Record<Where, () => string> = {
  joining: () => t("正在接入"),
  watching: () => t("在听"),
  stalled: () => t("卡住了"),
  away: () => t("离开了"),
  absent: () => t("还没来"),
};

export class BoardPanel {
  readonly element: HTMLElement;
  private readonly figures: Record<"classes" | "students" | "guests", HTMLElement>;
  /** A long list scrolls, and must do so by the arrow keys as well: hence the focus. */
  private readonly schools = h("div", { class: "lv-schools", role: "group", tabindex: "0", "aria-label": t("各校听课情况") });
  private readonly line = h("p", { class: "lv-line", role: "status" });
  private readonly summary = h("p", { class: "lv-note" });
  private readonly present = h("div", { class: "lv-present" });
  private readonly absent = h("div", { class: "lv-present" });
  private readonly absentWords = h("summary");
  /** Folded once somebody is there, until the teacher says otherwise. */
  private readonly fold = h("details", { class: "lv-absentees" }, this.absentWords, this.absent);
  private touched = false;
  private shown = "";

  constructor(private readonly room: TeachRoom) {
    this.figures = { classes: h("dd"), students: h("dd"), guests: h("dd") };
    this.element = h(
      "section",
      { class: "lv-panel lv-board", "aria-label": t("谁在听课") },
      this.line,
      h(
        "dl",
        { class: "lv-figures" },
        h("div", {}, h("dt", {}, t("班级")), this.figures.classes),
        h("div", {}, h("dt", {}, t("学生自己听")), this.figures.students),
        h("div", {}, h("dt", {}, t("来宾")), this.figures.guests),
      ),
      this.summary,
      this.schools,
    );
    fill(this.schools, this.present, this.fold);
    this.absentWords.addEventListener("click", () => (this.touched = true));
  }

  update(): void {
    const { viewers, config } = this.room;
    setText(this.figures.classes, `${number(viewers?.classes ?? 0)} / ${number(config.lesson.receivers.length)}`);
    setText(this.figures.students, number(viewers?.students ?? 0));
    setText(this.figures.guests, number(viewers?.guests ?? 0));
    setText(this.line, this.lineWords());
    this.line.dataset.health = this.room.health.health;
    this.drawSchools(presenceRows(config.lesson.receivers, viewers, this.room.seenClasses));
  }

  private lineWords(): string {
    const { room } = this;
    const backlog = room.uplink?.backlogSeconds ?? 0;
    switch (room.health.health) {
      case "cut":
        return t("网络断了，正在重连。讲的内容先存在这台电脑上（{s} 秒），恢复后自动补传。", { s: Math.round(backlog) });
      case "weak":
        return t("网络较慢，有 {s} 秒还没传完，正在追赶。", { s: Math.round(backlog) });
      default:
        return t("网络正常");
    }
  }

  private drawSchools(rows: SchoolRow[]): void {
    const key = JSON.stringify(rows);
    if (key === this.shown) return;
    this.shown = key;
    const all = rows.flatMap((row) => row.classes);
    const troubled = all.filter((each) => each.where === "stalled" || each.where === "away").length;
    const absent = all.filter((each) => each.where === "absent").length;
    const joining = all.filter((each) => each.where === "joining").length;
    setText(this.summary, summaryWords(all.length, troubled, joining, absent));
    const there = rows.map((row) => part(row, (each) => each.where !== "absent")).filter((row) => row.classes.length || row.students);
    const missing = rows.map((row) => part(row, (each) => each.where === "absent")).filter((row) => row.classes.length);
    fill(this.present, ...there.map(schoolElement));
    fill(this.absent, ...missing.map((row) => schoolElement({ ...row, students: 0 })));
    setText(this.absentWords, t("还没来的班级（{n}）", { n: absent }));
    show(this.fold, absent > 0);
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
