/** Calling classes in: who is on stage, how the picture is put together, and whom one may call. */
import { h } from "../../lib/dom";
import { t } from "../../lib/i18n";
import { type Row, Rows } from "../../lib/rows";
import { button, press, redress, setText, show } from "../../live/ui";
import type { DeskPanel } from "./desk";
import { presenceRows } from "../../live/presence/rows";
import type { TeachRoom } from "./room";
import type { Look } from "./scene";
import type { StageEnd, StageState } from "./stage";

const LOOKS: [Look, () => string][] = [
  ["row", () => t("小窗")],
  ["even", () => t("并排")],
];

interface Callable {
  key: string;
  name: string;
  school: string;
}

export class StagePanel implements DeskPanel {
  readonly element: HTMLElement;
  private readonly summary = h("p", { class: "lv-note", role: "status" });
  private readonly ends = h("ul", { class: "lv-queue", "aria-label": t("连线的班级") });
  private readonly looks: Map<Look, HTMLButtonElement>;
  private readonly look: HTMLElement;
  private readonly others = h("ul", { class: "lv-queue lv-callable", "aria-label": t("可以连线的班级") });
  private readonly othersTitle = h("h3", { class: "lv-stage-title" }, t("邀请班级连线"));
  private readonly advice = h("p", { class: "lv-note" }, t("请提醒对方：教室里的音箱离麦克风远一些，说话时再打开麦克风，就不会有回声。"));
  private readonly endRows = new Rows<StageEnd>(this.ends, (end) => end.key, (end) => this.end(end));
  private readonly otherRows = new Rows<Callable>(this.others, (each) => each.key, (each) => this.other(each));
  private shown = "";

  constructor(private readonly room: TeachRoom) {
    this.looks = new Map(LOOKS.map(([look, words]) => [look, button(words(), { onclick: () => void room.do("stage.look", { look }) })]));
    this.look = h("div", { class: "lv-actions", role: "group", "aria-label": t("画面怎样排") }, ...this.looks.values());
    this.element = h("section", { class: "lv-panel lv-stage-panel", "aria-label": t("连线") }, this.summary, this.ends, this.look, this.advice, this.othersTitle, this.others);
  }

  get unread(): number {
    return this.room.stage.state?.ends.length ?? 0;
  }

  update(): void {
    const { room } = this;
    const state = room.stage.state;
    const callable = this.callable(state);
    const lines = state?.ends.map((end) => room.stage.line(end.key));
    const key = JSON.stringify([state, callable, lines]);
    if (key === this.shown) return;
    this.shown = key;
    const ends = state?.ends ?? [];
    const most = state?.most;
    const full = most !== undefined && ends.length >= most;
    setText(this.summary, this.words(ends, full, callable.length));
    this.endRows.draw(ends);
    for (const [look, element] of this.looks) press(element, (state?.look ?? "row") === look);
    const talking = ends.some((end) => end.state === "on");
    show(this.ends, ends.length > 0);
    show(this.look, talking);
    show(this.advice, talking);
    show(this.othersTitle, callable.length > 0 && !full);
    show(this.others, callable.length > 0 && !full);
    this.otherRows.draw(callable);
  }

  private words(ends: StageEnd[], full: boolean, callable: number): string {
    if (full) return t("连线已满：最多同时 {n} 个班。先请一个班结束，再请别的班。", { n: ends.length });
    if (ends.length) return t("连线中的班，全体都看得见、听得见。");
    return callable ? t("请一个班打开摄像头和麦克风，和您对话；其他班都看得到。") : t("还没有班级在听课，不能连线。");
  }

  /** Classes that are there and not called yet. */
  private callable(state: StageState | undefined): Callable[] {
    const rows = presenceRows([], this.room.viewers, this.room.seenClasses);
    return rows.flatMap((school) =>
      school.classes
        .filter((each) => each.where !== "absent" && each.where !== "away")
        .map((each) => ({ key: `class:${each.id}`, name: each.name, school: school.name }))
        .filter((each) => !state?.ends.some((end) => end.key === each.key)),
    );
  }

  private other({ key, name, school }: Callable): Row<Callable> {
    const call = button(t("邀请"), { icon: "phone", onclick: () => void this.room.do("stage.invite", { key }) });
    call.setAttribute("aria-label", t("邀请 {name} 连线", { name: `${school} ${name}` }));
    const element = h("li", { class: "lv-row", "data-call": key }, h("span", { class: "lv-row-name" }, h("b", {}, name), h("small", {}, school)), call);
    return { element, draw: () => undefined };
  }

  private end(first: StageEnd): Row<StageEnd> {
    const { room } = this;
    const { key } = first;
    let now = first;
    const large = (): boolean => room.stage.state?.look === "one" && room.stage.state.large === key;
    const spot = button(t("放大"), { icon: "expand", onclick: () => void room.do("stage.look", large() ? { look: "row" } : { look: "one", key }) });
    const mute = button(t("静音"), { icon: "mic", onclick: () => void room.do("stage.mute", { key, on: !now.muted }) });
    const remove = button("", { class: "btn-ghost", onclick: () => void room.do("stage.remove", { key }) });
    const where = h("small");
    const element = h("li", { class: "lv-row", "data-end": key }, h("span", { class: "lv-row-name" }, h("b", {}, first.name), where), spot, mute, remove);
    const draw = (end: StageEnd): void => {
      now = end;
      element.dataset.state = end.state;
      element.dataset.line = room.stage.line(key);
      setText(where, `${end.school} · ${this.where(end)}`);
      for (const each of [spot, mute]) show(each, end.state === "on");
      press(spot, large());
      redress(mute, t("静音"), end.muted ? "micOff" : "mic");
      press(mute, end.muted);
      setText(remove, end.state === "on" ? t("结束") : t("取消邀请"));
    };
    return { element, draw };
  }

  private where(end: StageEnd): string {
    if (end.state === "invited") return t("等对方接受");
    if (end.muted) return t("已静音");
    return { up: t("正在连线"), connecting: t("正在接通"), down: t("断了，正在重连") }[this.room.stage.line(end.key)];
  }
}
