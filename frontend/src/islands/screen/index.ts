/** The class screen: one page for the whole day, without a hand on it but one tap in the morning. */
import "../../live/room.css";
import "./screen.css";
import { announce, fill, h } from "../../lib/dom";
import { t } from "../../lib/i18n";
import { touchesBoard } from "../../live/board/seen";
import type { BoardView } from "../../live/board/view";
import type { ScreenConfig } from "../../live/config";
import { causeWords } from "../../live/cause";
import { faultAddress, Overlay as Over } from "../../live/fault";
import type { Overlay } from "../../live/mode";
import type { Parts } from "../../live/parts";
import type { GuestStage } from "../../live/stage/guest";
import type { LessonViewer } from "../../live/viewer";
import { savedPin } from "../../live/pin";
import { pictureChoice, Still } from "../../live/still";
import { button, onKeys, redress, setText, show } from "../../live/ui";
import { dayWords, endsWords, timeOfDay } from "../../live/words";
import { factsOf, IdleBoard } from "./board";
import { ScreenRoom } from "./room";

const HIDE_MS = 5000;

export default function mount(element: HTMLElement, config: ScreenConfig): () => void {
  const view = new ScreenView(element, config);
  return () => view.destroy();
}

class ScreenView {
  private readonly video = h("video", { class: "ls-video", playsinline: true, preload: "auto" });
  private readonly message = h("div", { class: "lv-message ls-message", role: "status" });
  private readonly time = h("time", { class: "ls-time" });
  private readonly date = h("span", { class: "ls-date" });
  private readonly line = h("p", { class: "ls-line", role: "status" });
  private readonly lessonTitle = h("p", { class: "ls-lesson" });
  private readonly tap: HTMLElement;
  private readonly sound: HTMLButtonElement;
  private readonly full: HTMLButtonElement;
  private readonly picture: HTMLSelectElement;
  private readonly still = new Still(this.video);
  private readonly bar: HTMLElement;
  private readonly idle: IdleBoard;
  private readonly room: ScreenRoom;
  private readonly over = new Over();
  /** The lesson, by its number today, that was on when the desk's page was opened. */
  private overIn: number | null = null;
  private readonly undoKeys: () => void;
  private readonly captions = h("div", { class: "ls-captions lr-captions", hidden: true });
  private parts: Parts | null = null;
  private partsOf: LessonViewer | null = null;
  private board: BoardView | null = null;
  private stage: GuestStage | null = null;
  private wokenAt = performance.now();
  private readonly wake = (): void => {
    this.wokenAt = performance.now();
    this.update();
  };

  constructor(
    private readonly root: HTMLElement,
    private readonly config: ScreenConfig,
  ) {
    this.room = new ScreenRoom(config, this.video, () => this.update(), (keys) => this.happened(keys));
    this.room.staged = (message) => this.stage?.hear(message);
    this.room.linked = () => this.stage?.linked();
    this.idle = new IdleBoard(this.room);
    this.sound = button("", { class: "ls-button", icon: "volume", keys: "M", onclick: () => this.room.toggleSound() });
    this.full = button("", { class: "ls-button", icon: "expand", keys: "F", onclick: () => this.toggleFull() });
    const again = button(t("重新连接"), { class: "ls-button", icon: "refresh", iconSize: 28, onclick: () => this.room.again() });
    const fault = button(t("报告故障"), { class: "ls-button", icon: "warning", iconSize: 28, onclick: () => this.reportFault() });
    show(fault, !!config.urls.fault);
    const leave = h("a", { class: "btn ls-button", href: config.urls.sign_out }, t("退出"));
    this.picture = pictureChoice("ls-picture", savedPin(), (pin) => this.room.viewer?.choose(pin));
    this.bar = h("div", { class: "ls-bar" }, this.lessonTitle, this.sound, this.picture, this.full, again, fault, leave);
    this.tap = this.tapPlace();
    this.build();
    this.undoKeys = onKeys({ m: () => this.room.toggleSound(), f: () => this.toggleFull() });
    for (const type of ["pointermove", "pointerdown", "keydown"]) root.addEventListener(type, this.wake);
    this.update();
  }

  destroy(): void {
    this.undoKeys();
    this.parts?.destroy();
    this.board?.destroy();
    this.still.destroy();
    this.stage?.destroy();
    for (const type of ["pointermove", "pointerdown", "keydown"]) this.root.removeEventListener(type, this.wake);
    this.room.destroy();
  }

  private build(): void {
    const { room } = this.config;
    this.root.classList.add("lv", "lv-screen", "room-far");
    this.root.dataset.theme = "dark";
    const who = h("div", { class: "ls-who" }, h("strong", {}, room.class_group || room.name), h("span", {}, room.organization));
    const head = h("header", { class: "ls-head" }, who, h("div", { class: "ls-clock" }, this.time, this.date));
    fill(this.root, this.video, this.captions, head, this.idle.element, this.message, this.line, this.bar, this.tap, this.over.element);
  }

  /** The desk's page over this one; it closes by itself when a lesson begins, and stays over the one that it tells of. */
  private reportFault(): void {
    const { room } = this;
    const { task, viewer } = room;
    if (!this.config.urls.fault) return;
    const facts = {
      state: viewer?.state ?? "none",
      line: viewer?.line ?? "none",
      error: viewer?.player.lastError ?? null,
      stalls: viewer?.player.meter.stalls ?? 0,
      playing: viewer?.player.isPlaying ?? false,
      muted: room.video.muted,
    };
    const lesson = task.kind === "lesson" || task.kind === "due" ? task.lesson.id : null;
    this.overIn = viewer && viewer.state !== "waiting" ? room.joined : null;
    this.over.show(faultAddress(this.config.urls.fault, lesson, facts), t("报告故障"));
  }

  private tapPlace(): HTMLElement {
    const start = (): void => {
      void this.room.enableSound();
      this.wake();
      void this.root.requestFullscreen?.().catch(() => undefined);
    };
    const go = button(t("点一下，开启今天的声音"), { class: "btn-live ls-tap-button", icon: "volume", iconSize: 48, onclick: start });
    return h("div", { class: "ls-tap" }, go, h("p", {}, t("早上点一次就行，之后整天自动上课。")));
  }

  private update(): void {
    if (!this.idle || !this.tap) return; // the room speaks up before the face is there
    const { room } = this;
    const inLesson = room.task.kind === "lesson";
    const { overlay } = room;
    this.root.dataset.task = room.task.kind;
    this.root.dataset.overlay = overlay;
    this.root.dataset.state = room.viewer?.state ?? "none";
    this.root.classList.toggle("ls-in-lesson", inLesson);
    show(this.video, inLesson);
    if (this.over.shown && room.viewer?.running && room.joined !== this.overIn) this.over.hide();
    setText(this.time, timeOfDay(room.now()));
    setText(this.date, dayWords(room.now()));
    this.idle.update();
    this.drawMessage(inLesson ? overlay : "none");
    this.drawLine();
    show(this.tap, room.needsTap);
    this.drawBar(inLesson);
    this.still.update(room.viewer);
    void this.followLesson();
  }

  /** Polls, lots and the rest stand beside the picture as long as there is something of the kind. */
  private async followLesson(): Promise<void> {
    const { room } = this;
    const { viewer } = room;
    if (viewer === this.partsOf) return;
    this.partsOf = viewer;
    this.parts?.destroy();
    this.parts = null;
    this.board?.destroy();
    this.board = null;
    this.stage?.destroy();
    this.stage = null;
    this.root.classList.remove("ls-with-parts");
    if (!viewer) return;
    const { Parts: Made } = await import("../../live/parts");
    if (viewer !== room.viewer) return;
    this.parts = new Made({
      timeline: viewer.floor.timeline,
      floor: viewer.floor,
      part: "class",
      now: () => room.now(),
      captions: this.captions,
      changed: (shown) => this.root.classList.toggle("ls-with-parts", shown),
    });
    this.root.append(this.parts.element);
    if (this.parts.hand) {
      this.parts.hand.classList.add("ls-button");
      this.lessonTitle.after(this.parts.hand);
    }
  }

  private happened(keys: string[] | null): void {
    if (!this.idle) return; // the room speaks up before the face is there
    this.parts?.update();
    const { viewer } = this.room;
    this.still.update(viewer);
    if (!viewer || viewer !== this.partsOf) return;
    if (this.stage) this.stage.update();
    else if (viewer.floor.own.has("stage")) void this.loadStage(viewer);
    if (this.board) this.board.happened(keys);
    else if (touchesBoard(keys, viewer.floor.timeline.state)) void this.loadBoard(viewer);
  }

  private async loadBoard(viewer: LessonViewer): Promise<void> {
    const { BoardView: Made } = await import("../../live/board/view");
    if (this.board || viewer !== this.room.viewer) return;
    this.board = new Made({ video: this.video, map: viewer.floor.timeline.state });
  }

  /** The class is called into the lesson. */
  private async loadStage(viewer: LessonViewer): Promise<void> {
    const { GuestStage: Made } = await import("../../live/stage/guest");
    if (this.stage || viewer !== this.room.viewer) return;
    this.stage = new Made({ viewer, video: this.video, changed: (talking) => this.root.classList.toggle("ls-talking", talking) });
    this.root.append(this.stage.element);
  }

  private drawBar(inLesson: boolean): void {
    const { room } = this;
    setText(this.lessonTitle, room.task.kind === "lesson" ? [room.task.lesson.title, factsOf(room.task.lesson), endsWords(room.task.session.planned_end_ms)].join(" · ") : "");
    redress(this.sound, room.video.muted ? t("打开声音") : t("静音"), room.video.muted ? "volumeOff" : "volume");
    redress(this.full, document.fullscreenElement ? t("退出全屏") : t("全屏"), document.fullscreenElement ? "shrink" : "expand");
    show(this.sound, inLesson);
    show(this.picture, inLesson);
    const quiet = performance.now() - this.wokenAt > HIDE_MS && !room.needsTap;
    this.root.classList.toggle("ls-quiet", quiet);
  }

  private drawLine(): void {
    const { room } = this;
    const words = room.signedOut
      ? t("这块屏幕已退出登录，请管理员重新登录。")
      : room.overlay === "line-down" || (room.reachable && room.viewer?.line !== "down")
        ? "" // all is well, or the message in the middle says it
        : causeWords(room.viewer?.line === "down" ? room.viewer.cause : room.cause)[0];
    setText(this.line, words);
    show(this.line, words !== "");
  }

  private drawMessage(overlay: Overlay): void {
    show(this.message, overlay !== "none");
    const key = `${overlay}|${this.room.viewer?.cause ?? ""}`;
    if (this.message.dataset.key === key) return;
    this.message.dataset.key = key;
    const [title, text] = this.words(overlay);
    fill(this.message, h("h2", {}, title), text ? h("p", {}, text) : null);
    if (overlay !== "none" && overlay !== "loading") announce(title);
  }

  private words(overlay: Overlay): [string, string] {
    switch (overlay) {
      case "waiting":
        return [t("老师马上就来"), t("开始后自动播放。")];
      case "teacher-away":
        return [t("老师的线路断了，正在等待恢复"), t("请同学们坐好，恢复后自动继续。")];
      case "line-down":
        return causeWords(this.room.viewer?.cause ?? "unknown");
      case "refused":
        return [t("不能进入这节课"), this.room.viewer?.refusal || t("请联系学校管理员。")];
      case "ended":
        return [t("下课了"), ""];
      case "loading":
        return [t("正在接上画面…"), ""];
      default:
        return ["", ""];
    }
  }

  private toggleFull(): void {
    if (document.fullscreenElement) void document.exitFullscreen();
    else void this.root.requestFullscreen?.().catch(() => undefined);
  }
}
