/** During the lesson: how the line does, and which classes are there. */
import { h } from "../../lib/dom";
import { number, t } from "../../lib/i18n";
import { PresenceList } from "../../live/presence/list";
import { setText } from "../../live/ui";
import type { TeachRoom } from "./room";

export class BoardPanel {
  readonly element: HTMLElement;
  private readonly figures: Record<"classes" | "students" | "guests", HTMLElement>;
  private readonly line = h("p", { class: "lv-line", role: "status" });
  private readonly list: PresenceList;

  constructor(private readonly room: TeachRoom) {
    const { lesson, places } = room.config;
    this.figures = { classes: h("dd"), students: h("dd"), guests: h("dd") };
    this.list = new PresenceList(lesson.receivers, places);
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
      this.list.element,
    );
  }

  update(): void {
    const { viewers, config } = this.room;
    setText(this.figures.classes, `${told(viewers?.classes)} / ${number(config.lesson.receivers.length)}`);
    setText(this.figures.students, told(viewers?.students));
    setText(this.figures.guests, told(viewers?.guests));
    setText(this.line, this.lineWords());
    this.line.dataset.health = this.room.health.health;
    this.list.update(viewers, this.room.seenClasses);
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
}

function told(count: number | undefined): string {
  return count === undefined ? "–" : number(count);
}
