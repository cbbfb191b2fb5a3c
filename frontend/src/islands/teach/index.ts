/** The teacher's room: one picture, large buttons, and who is there. */
import "../../live/room.css";
import "../../live/parts/parts.css";
import "./desk.css";
import "./teach.css";
import { announce, fill, h } from "../../lib/dom";
import { t } from "../../lib/i18n";
import type { TeachConfig } from "../../live/config";
import { icon } from "../../live/icons";
import { button, onKeys, setText, show } from "../../live/ui";
import { clockLength, timeOfDay } from "../../live/words";
import { BoardPanel } from "./boardPanel";
import { Controls } from "./controls";
import { Desk } from "./desk";
import type { PenBox } from "./penBox";
import { PrepPanel } from "./prepPanel";
import { TeachRoom } from "./room";
import { Strip } from "./strip";
import { refusalWords } from "./trouble";

export default function mount(element: HTMLElement, config: TeachConfig): () => void {
  const view = new TeachView(element, config);
  return () => view.destroy();
}

class TeachView {
  private readonly room: TeachRoom;
  private readonly prep: PrepPanel;
  private readonly desk: Desk;
  private readonly controls: Controls;
  private readonly strip: Strip;
  private readonly facts = h("p");
  private readonly pill = h("span", { class: "lv-pill", role: "status" });
  private readonly stage = h("div", { class: "lv-stage" });
  private readonly badge = h("p", { class: "lv-badge" });
  private readonly message = h("div", { class: "lv-message", role: "alert" });
  private readonly notice = h("p", { class: "lv-notice", role: "status" });
  private readonly tools = h("div", { class: "lv-toolbox", hidden: true });
  private pens: PenBox | "coming" | null = null;
  private sheet: string | null = null;
  private frame = 0;
  private queued = false;
  private said = "";
  private readonly undoKeys: () => void;

  constructor(
    private readonly root: HTMLElement,
    config: TeachConfig,
  ) {
    this.room = new TeachRoom(config, () => this.later());
    this.prep = new PrepPanel(this.room);
    this.desk = new Desk(this.room, new BoardPanel(this.room));
    this.controls = new Controls(this.room, root);
    this.strip = new Strip(this.room);
    this.build(config);
    this.undoKeys = onKeys(this.controls.keys());
    this.update();
    this.animate();
    void this.room.comeBack();
  }

  destroy(): void {
    cancelAnimationFrame(this.frame);
    this.undoKeys();
    if (this.pens && this.pens !== "coming") this.pens.destroy();
    this.room.destroy();
  }

  private build(config: TeachConfig): void {
    const { lesson, urls } = config;
    this.root.classList.add("lv", "lv-teach");
    this.root.dataset.theme = "dark";
    const back = h("a", { class: "btn btn-ghost btn-square", href: urls.lesson, "aria-label": t("返回课堂页") });
    fill(back, icon("arrowLeft") as unknown as Node);
    const title = h("div", { class: "lv-title" }, h("p", { class: "lv-name" }, lesson.title), this.facts);
    const stage = h("div", { class: "lv-frame" }, this.stage, this.badge, this.message);
    fill(
      this.root,
      h("header", { class: "lv-bar" }, back, title, urls.fault ? h("a", { class: "btn btn-ghost", href: urls.fault, target: "_blank", rel: "noopener" }, t("报告故障")) : null, this.pill),
      h(
        "div",
        { class: "lv-body" },
        h("div", { class: "lv-work" }, stage, this.tools, this.notice, this.controls.element, this.strip.element),
        h("aside", { class: "lv-side" }, this.prep.element, this.desk.element),
      ),
    );
  }

  /** Many things change at once; the page is drawn once for all of them. */
  private later(): void {
    if (this.queued) return;
    this.queued = true;
    queueMicrotask(() => {
      this.queued = false;
      this.update();
    });
  }

  private update(): void {
    const { room } = this;
    const sending = room.phase === "live" || room.phase === "ending";
    if (room.compositor && !room.compositor.canvas.isConnected) this.stage.append(room.compositor.canvas);
    const { subject, grade, starts_ms } = room.config.lesson;
    setText(this.facts, [subject, grade, `${timeOfDay(starts_ms)}–${timeOfDay(room.plannedEnd)}`].filter(Boolean).join(" · "));
    this.root.dataset.phase = room.phase;
    this.root.dataset.uplink = room.uplink?.state ?? "none";
    this.root.dataset.epochs = String(room.recorder?.epochs ?? 0);
    show(this.prep.element, !sending && room.phase !== "ended" && room.phase !== "stopped");
    show(this.desk.element, sending);
    this.prep.update();
    if (sending) this.desk.update();
    this.controls.update();
    this.strip.update();
    this.drawPens();
    this.drawPill();
    this.drawBadge();
    this.drawMessage();
    setText(this.notice, room.notice);
    show(this.notice, room.notice !== "");
  }

  /** Pen and surface, fetched when they are first wanted or there is something to be seen on them. */
  private drawPens(): void {
    const { room } = this;
    const open = room.writingOpen && room.sheet !== null && room.phase !== "ended" && room.phase !== "stopped";
    if (open || room.writing.board.strokes.size) void this.fetchPens();
    show(this.tools, open);
    const { pens } = this;
    if (!pens || pens === "coming") return;
    if (this.sheet !== room.sheet) pens.settle();
    this.sheet = room.sheet;
    if (open) pens.open();
    else pens.close();
    pens.update();
  }

  private async fetchPens(): Promise<void> {
    if (this.pens) return;
    this.pens = "coming";
    const { room } = this;
    try {
      const { PenBox } = await import("./penBox");
      const { board, hand } = room.writing;
      const pens = new PenBox({ board, hand, sheet: () => room.sheet, root: this.root, changed: () => this.later() });
      this.pens = pens;
      this.tools.append(pens.tools);
      this.stage.after(pens.surface);
    } catch {
      this.pens = null;
      room.writingOpen = false;
      room.notice = t("板书工具没有加载成功。请检查网络后再点一次“板书”。");
    }
    this.later();
  }

  private drawPill(): void {
    const [tone, words] = this.pillWords();
    this.pill.dataset.tone = tone;
    setText(this.pill, words);
    const spoken = `${this.room.phase} ${tone}`;
    if (spoken === this.said) return;
    this.said = spoken;
    announce(words);
  }

  private pillWords(): [string, string] {
    const { room } = this;
    const length = clockLength(room.elapsed);
    switch (room.phase) {
      case "live":
        return room.health.health === "cut" ? ["cut", t("正在重连 · {length}", { length })] : ["live", t("直播中 · {length}", { length })];
      case "opening":
        return ["wait", t("正在接通")];
      case "ending":
        return ["wait", t("正在下课")];
      case "ended":
        if (room.over) return ["done", room.over === "ended" ? t("已下课") : t("已取消")];
        return ["done", t("已下课 · 共 {length}", { length })];
      case "stopped":
        return ["cut", t("已停止")];
      default:
        if (room.elsewhere) return ["live", t("正在别处直播")];
        return room.resumable ? ["cut", t("课还在直播")] : ["wait", t("还没上课")];
    }
  }

  private drawBadge(): void {
    const { room } = this;
    const words =
      room.phase === "prep" && room.compositor ? t("预览，学生还看不到") : room.phase === "live" && !room.micOn ? t("已静音，学生听不到您") : "";
    setText(this.badge, words);
    show(this.badge, words !== "");
    this.badge.classList.toggle("lv-badge-warn", room.phase === "live");
  }

  private drawMessage(): void {
    const { room } = this;
    const facts = [room.phase, room.trouble?.code, room.trouble?.message, room.compositor !== null, room.replay, room.over];
    const key = [...facts, room.elsewhere, room.resumable, room.opening].join("|");
    if (this.message.dataset.key === key) return;
    this.message.dataset.key = key;
    const parts = this.messageParts();
    fill(this.message, ...parts);
    show(this.message, parts.length > 0);
  }

  private messageParts(): Node[] {
    const { room } = this;
    const { urls } = room.config;
    const back = h("div", { class: "lv-message-actions" }, link(t("返回课堂页"), urls.lesson, "btn-primary"));
    if (room.over === "cancelled") return [h("h2", {}, t("这节课已取消")), back];
    if (room.phase === "ended") {
      return [
        h("h2", {}, room.over ? t("这节课已经结束") : t("下课了，辛苦了")),
        h("p", {}, t("回放已经可以看，到课情况也已记下。")),
        h("div", { class: "lv-message-actions" }, link(t("看回放"), room.replay ?? urls.watch, "btn-primary"), link(t("到课情况"), urls.attendance), link(t("返回课堂页"), urls.lesson)),
      ];
    }
    if (room.trouble) return this.troubleParts(room.trouble.code, room.trouble.message);
    if (room.compositor) return [];
    if (room.opening === "over") return [h("h2", {}, t("这节课的时间已经过了")), h("p", {}, t("不能再开播。")), back];
    if (room.opening === "never") return [h("h2", {}, t("暂时不能上课")), h("p", {}, room.config.may_open.reason), back];
    if (!room.canCompose) return [h("h2", {}, t("这里还不能上课")), h("p", {}, t("原因和办法写在右边。"))];
    if (room.elsewhere && room.config.taking_over) return this.takeOverParts(room.config.taking_over);
    if (room.elsewhere) return this.troubleParts("other_publisher", refusalWords("other_publisher"));
    const resume = room.resumable;
    return [
      h("h2", {}, resume ? t("课还在直播，学生在等您") : t("先看看画面和声音")),
      h("p", {}, resume ? t("打开摄像头和麦克风，就能接着上。") : t("浏览器会问是否允许使用摄像头和麦克风，请选“允许”。现在学生还看不到。")),
      h("div", { class: "lv-message-actions" }, button(t("打开摄像头和麦克风"), { class: "btn-primary btn-lg", icon: "camera", onclick: () => void this.start() })),
    ];
  }

  private takeOverParts(name: string): Node[] {
    return [
      h("h2", {}, t("您来代课")),
      h("p", {}, t("{name} 老师的课正在播。您接上以后，各班不用动，课不会断。", { name })),
      h("div", { class: "lv-message-actions" }, button(t("接着上课"), { class: "btn-live btn-lg", icon: "radio", onclick: () => void this.takeOver() })),
    ];
  }

  private troubleParts(code: string, message: string): Node[] {
    const { room } = this;
    const actions: Node[] = [];
    if (code === "other_publisher" || code === "replaced") {
      actions.push(button(t("在这里上课"), { class: "btn-live btn-lg", icon: "radio", onclick: () => void this.takeOver() }));
    } else if (code === "network" || code === "too_early" || code === "busy") {
      actions.push(button(t("再试一次"), { class: "btn-primary btn-lg", icon: "refresh", onclick: () => void room.goLive() }));
    } else if (code === "handed_over") {
      actions.push(link(t("返回课堂页"), room.config.urls.lesson, "btn-primary"));
    } else actions.push(button(t("刷新页面"), { class: "btn-lg", icon: "refresh", onclick: () => location.reload() }));
    const title = code === "other_publisher" ? t("这节课正在别处直播") : code === "replaced" ? t("已在另一个窗口上课") : code === "handed_over" ? t("代课老师接上了") : t("暂时不能上课");
    return [h("h2", {}, title), h("p", {}, message), h("div", { class: "lv-message-actions" }, ...actions)];
  }

  private async start(): Promise<void> {
    await this.room.prepare();
    if (this.room.resumable && this.room.devices.states.microphone === "ok") await this.room.goLive();
  }

  private async takeOver(): Promise<void> {
    await this.room.look();
    if (this.room.phase === "ended") return;
    this.room.phase = "prep";
    if (!this.room.compositor) await this.room.prepare();
    await this.room.goLive(true);
  }

  private animate(): void {
    this.frame = requestAnimationFrame(() => {
      this.prep.tick();
      this.animate();
    });
  }
}

function link(words: string, href: string, style = ""): HTMLAnchorElement {
  return h("a", { class: `btn btn-lg ${style}`, href }, words);
}
