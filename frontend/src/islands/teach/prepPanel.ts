/** Before the lesson: what works, what does not and what to do about it, which camera and microphone. */
import { fill, h } from "../../lib/dom";
import { t } from "../../lib/i18n";
import { icon, type IconName } from "../../live/icons";
import { button, setText, show } from "../../live/ui";
import { dayWords, timeOfDay } from "../../live/words";
import type { Check } from "./checks";
import type { Kind } from "./devices";
import type { TeachRoom } from "./room";

const LEVELS: Record<Check["level"], IconName> = { ok: "check", warn: "warning", stop: "close", wait: "circle" };

export class PrepPanel {
  readonly element: HTMLElement;
  private readonly list = h("ul", { class: "lv-checks" });
  private readonly selects: Record<Kind, HTMLSelectElement>;
  private readonly devices: HTMLElement;
  private readonly bar = h("div", { class: "lv-meter-fill" });
  private readonly meter: HTMLElement;
  private readonly open: HTMLButtonElement;
  private readonly again: HTMLButtonElement;
  private readonly when = h("p", { class: "lv-note" });
  private shown = "";

  constructor(private readonly room: TeachRoom) {
    this.selects = { camera: this.select("camera", t("摄像头")), microphone: this.select("microphone", t("麦克风")) };
    this.meter = h("div", { class: "lv-meter", role: "img", "aria-label": t("麦克风音量") }, this.bar);
    this.devices = h(
      "div",
      { class: "lv-devices" },
      h("label", {}, h("span", {}, t("摄像头")), this.selects.camera),
      h("label", {}, h("span", {}, t("麦克风")), this.selects.microphone),
      this.meter,
    );
    this.open = button(t("打开摄像头和麦克风"), { class: "btn-primary btn-block btn-lg", icon: "camera", onclick: () => void room.prepare() });
    this.again = button(t("重新检查"), { class: "btn-block", icon: "refresh", onclick: () => void room.prepare() });
    this.element = h(
      "section",
      { class: "lv-panel", "aria-label": t("课前检查") },
      h("h2", {}, t("课前检查")),
      this.when,
      this.list,
      this.open,
      this.devices,
      this.again,
    );
  }

  update(): void {
    const { room } = this;
    const { camera, microphone } = room.devices.states;
    const fresh = camera === "unasked";
    show(this.open, room.canCompose && fresh && !room.offersDevices);
    show(this.devices, room.canCompose && !fresh);
    show(this.again, room.canCompose && !fresh && camera !== "asking" && (camera !== "ok" || microphone !== "ok"));
    setText(this.when, this.whenWords());
    this.drawChecks(room.checks);
    for (const kind of ["camera", "microphone"] as const) this.drawChoices(kind);
  }

  /** Called often: only the bar moves. */
  tick(): void {
    this.bar.style.transform = `scaleX(${(this.room.audio?.level() ?? 0).toFixed(3)})`;
  }

  private whenWords(): string {
    const { may_open: may, lesson } = this.room.config;
    switch (this.room.opening) {
      case "never":
        return may.reason;
      case "later":
        return t("{day} {time} 起可以开播，现在可以先试设备、传讲义。", { day: dayWords(may.opens_ms), time: timeOfDay(may.opens_ms) });
      case "over":
        return t("这节课的时间已经过了，不能再开播。");
      default:
        if (this.room.serverNow > lesson.starts_ms) return t("上课时间 {start} 已到，{n} 个班会来听。", { start: timeOfDay(lesson.starts_ms), n: lesson.receivers.length });
        return t("{start} 上课，{n} 个班会来听。", { start: timeOfDay(lesson.starts_ms), n: lesson.receivers.length });
    }
  }

  private drawChecks(checks: Check[]): void {
    const key = JSON.stringify(checks);
    if (key === this.shown) return;
    this.shown = key;
    fill(
      this.list,
      ...checks.map((check) =>
        h(
          "li",
          { class: `lv-check lv-check-${check.level}`, "data-check": check.id, "data-level": check.level },
          icon(LEVELS[check.level], 18) as unknown as Node,
          h("div", {}, h("strong", {}, check.text), check.help && check.level !== "ok" ? h("p", {}, check.help) : null),
        ),
      ),
    );
  }

  private drawChoices(kind: Kind): void {
    const select = this.selects[kind];
    const choices = this.room.devices.choices[kind];
    const key = choices.map((choice) => choice.id + choice.label).join("|") + this.room.devices.chosen[kind];
    if (select.dataset.key === key) return;
    select.dataset.key = key;
    const options = choices.map((choice, index) =>
      h("option", { value: choice.id, selected: choice.id === this.room.devices.chosen[kind] }, choice.label || t("设备 {n}", { n: index + 1 })),
    );
    fill(select, ...(options.length ? options : [h("option", { value: "" }, t("没有找到"))]));
    select.disabled = options.length === 0;
  }

  private select(kind: Kind, label: string): HTMLSelectElement {
    const select = h("select", { class: "select", "aria-label": label });
    select.addEventListener("change", () => void this.room.devices.choose(kind, select.value));
    return select;
  }
}
