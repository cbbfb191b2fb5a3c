/** Between lessons: what comes next and when, and the day at a glance. Read from the back of a classroom. */
import { fill, h } from "../../lib/dom";
import { t } from "../../lib/i18n";
import type { Lesson } from "../../live/config";
import { countdownWords } from "../../live/mode";
import { setText, show } from "../../live/ui";
import { timeOfDay } from "../../live/words";
import { standing } from "./plan";
import type { ScreenRoom } from "./room";

/** A teacher may be this much late before the class is told what to do. */
const LATE_MS = 3 * 60_000;

const STANDINGS = {
  done: () => t("上完了"),
  now: () => t("正在上"),
  later: () => "",
  cancelled: () => t("取消了"),
};

export class IdleBoard {
  readonly element: HTMLElement;
  private readonly label = h("p", { class: "ls-label" });
  private readonly title = h("h2", { class: "ls-next" });
  private readonly facts = h("p", { class: "ls-facts" });
  private readonly digits = h("p", { class: "ls-digits" });
  private readonly list = h("ol", { class: "ls-day", "aria-label": t("今天的课") });
  private readonly standby = h("iframe", { class: "ls-standby", hidden: true, title: t("课还没有来") });
  private shown = "";

  constructor(private readonly room: ScreenRoom) {
    this.element = h("section", { class: "ls-idle" }, h("div", { class: "ls-main" }, this.label, this.title, this.facts, this.digits), this.standby, this.list);
  }

  update(): void {
    const { task } = this.room;
    show(this.element, task.kind !== "lesson");
    const lesson = task.kind === "free" || task.kind === "lesson" ? null : task.lesson;
    const wait = lesson ? lesson.starts_ms - this.room.now() : 0;
    setText(this.label, task.kind === "free" ? "" : task.kind === "due" && wait <= 0 ? t("这一节") : t("下一节 · {time}", { time: timeOfDay(lesson?.starts_ms ?? 0) }));
    setText(this.title, lesson ? lesson.title : this.freeWords());
    setText(this.facts, lesson ? factsOf(lesson) : t("有课时会自动打开。"));
    setText(this.digits, !lesson ? "" : wait > 0 ? countdownWords(wait) : t("老师马上就来"));
    show(this.digits, lesson !== null && wait < 24 * 3600_000);
    this.drawStandby(task.kind === "due" && wait < -LATE_MS ? (this.room.day.standby ?? "") : "");
    this.drawDay();
  }

  /** The lesson is late: what the class may do meanwhile. Gone, with whatever plays in it, as soon as the lesson comes. */
  private drawStandby(url: string): void {
    this.element.classList.toggle("ls-late", url !== "");
    if ((this.standby.getAttribute("src") ?? "") === url) return;
    if (url) this.standby.setAttribute("src", url);
    else this.standby.removeAttribute("src");
    show(this.standby, url !== "");
  }

  private freeWords(): string {
    return this.room.day.lessons.some((lesson) => lesson.state !== "cancelled") ? t("今天的课上完了") : t("今天没有直播课");
  }

  private drawDay(): void {
    const { lessons } = this.room.day;
    const now = this.room.now();
    const rows = lessons.map((lesson) => ({ lesson, where: standing(lesson, now) }));
    const key = rows.map((row) => row.lesson.id + row.where + row.lesson.title).join("|");
    if (key === this.shown) return;
    this.shown = key;
    show(this.list, rows.length > 0);
    fill(
      this.list,
      ...rows.map(({ lesson, where }) =>
        h("li", { class: `ls-row ls-${where}` }, h("time", {}, timeOfDay(lesson.starts_ms)), h("span", {}, nameOf(lesson)), h("em", {}, STANDINGS[where]())),
      ),
    );
  }
}

/** Lessons of the timetable are called by their subject alone. */
function nameOf(lesson: Lesson): string {
  return lesson.title === lesson.subject ? lesson.title : `${lesson.subject} · ${lesson.title}`;
}

export function factsOf(lesson: Lesson): string {
  return [lesson.subject, t("{name} 老师", { name: lesson.teacher }), lesson.organization].filter(Boolean).join(" · ");
}
