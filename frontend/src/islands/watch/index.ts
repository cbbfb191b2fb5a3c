/** The room of a student at home or a guest: the lesson while it is live, its replay afterwards, at the same address. */
import "../../live/room.css";
import "./watch.css";
import { announce, fill, h } from "../../lib/dom";
import { number, t } from "../../lib/i18n";
import type { BoardView } from "../../live/board/view";
import { chapters, touchesBoard } from "../../live/board/seen";
import type { WatchConfig } from "../../live/config";
import { causeWords } from "../../live/cause";
import { icon } from "../../live/icons";
import { countdownWords, type Overlay } from "../../live/mode";
import type { Parts, PartsOptions } from "../../live/parts";
import type { Part } from "../../live/parts/poll";
import type { PresenceList } from "../../live/presence/list";
import type { Timeline } from "../../live/timeline";
import { Still } from "../../live/still";
import { button, onKeys, press, setText, show } from "../../live/ui";
import { clockLength, endsWords, timeOfDay } from "../../live/words";
import { WatchControls } from "./controls";
import { WatchRoom } from "./room";

export default function mount(element: HTMLElement, config: WatchConfig): () => void {
  const view = new WatchView(element, config);
  return () => view.destroy();
}

class WatchView {
  private readonly video = h("video", { class: "lw-video", playsinline: true, preload: "auto" });
  private readonly frame = h("div", { class: "lw-frame" });
  private readonly overlay = h("div", { class: "lv-message", role: "status" });
  private readonly digits = h("p", { class: "lw-digits" });
  private readonly pill = h("span", { class: "lv-pill" });
  private readonly facts = h("p");
  private readonly people = h("span", { class: "lv-note lw-people" });
  private readonly captions = h("div", { class: "lw-captions lr-captions", hidden: true });
  private readonly main = h("div", { class: "lw-main" });
  /** The hand is always at hand: the bar over the picture hides itself. */
  private readonly foot = h("div", { class: "lw-foot", hidden: true });
  private parts: Parts | null = null;
  private partsOf: Timeline | null = null;
  private watchers: PresenceList | null = null;
  private board: BoardView | null = null;
  private boardOf: Timeline | null = null;
  private readonly still = new Still(this.video);
  private readonly sheets: HTMLButtonElement;
  private readonly tap: HTMLButtonElement;
  private readonly room: WatchRoom;
  private readonly controls: WatchControls;
  private readonly timer: number;
  private readonly undoKeys: () => void;
  private spoken = "";

  constructor(
    private readonly root: HTMLElement,
    config: WatchConfig,
  ) {
    this.room = new WatchRoom(config, this.video, () => this.update(), (keys) => this.happened(keys));
    this.tap = button(t("点一下，打开声音"), { class: "btn-live lw-tap", icon: "volumeOff", iconSize: 28, onclick: () => void this.room.unmute() });
    this.sheets = button(t("讲义"), { class: "lw-sheets", icon: "files", keys: "P", onclick: () => this.toggleSheets() });
    this.controls = new WatchControls(this.room, this.frame);
    this.build(config);
    this.controls.place(this.sheets);
    this.undoKeys = onKeys({ ...this.controls.keys(), p: () => this.toggleSheets() });
    this.timer = window.setInterval(() => this.update(), 500);
    this.update();
  }

  destroy(): void {
    window.clearInterval(this.timer);
    this.parts?.destroy();
    this.board?.destroy();
    this.still.destroy();
    this.undoKeys();
    this.room.destroy();
  }

  private build(config: WatchConfig): void {
    const { lesson, urls } = config;
    this.root.classList.add("lv", "lv-watch");
    this.root.dataset.theme = "dark";
    const back = h("a", { class: "btn btn-ghost btn-square", href: urls.lesson || urls.home, "aria-label": t("返回课堂页") });
    fill(back, icon("arrowLeft") as unknown as Node);
    fill(
      this.root,
      h("header", { class: "lw-bar" }, back, h("div", { class: "lw-title" }, h("p", { class: "lv-name" }, lesson.title), this.facts), this.people, urls.fault ? h("a", { class: "btn btn-ghost", href: urls.fault, target: "_blank", rel: "noopener" }, t("报告故障")) : null, this.pill),
      this.main,
      this.foot,
      lesson.summary ? h("p", { class: "lw-summary" }, lesson.summary) : null,
    );
    fill(this.main, this.frame);
    fill(this.frame, this.video, this.captions, this.overlay, this.controls.element, this.tap);
    this.video.addEventListener("click", () => (this.room.blocked ? void this.room.unmute() : this.controls.wake()));
  }

  private update(): void {
    if (!this.controls) return; // the room speaks up before the face is there
    const { room } = this;
    const { overlay } = room;
    this.root.dataset.mode = room.mode;
    this.root.dataset.overlay = overlay;
    this.root.dataset.state = room.viewer?.state ?? room.mode;
    this.drawOverlay(overlay);
    this.drawPill(overlay);
    this.drawFacts();
    show(this.tap, room.blocked && overlay === "none");
    this.controls.update();
    this.still.update(room.viewer);
    void this.followTimeline();
    this.drawBoard();
    if (room.viewer) this.watchers?.update(room.viewer.board, room.viewer.seen);
    const viewers = room.viewer?.viewers;
    setText(this.people, viewers ? t("{n} 处在看", { n: number(viewers) }) : "");
  }

  private happened(keys: string[] | null): void {
    if (!this.controls) return; // the room speaks up before the face is there
    this.parts?.update();
    this.still.update(this.room.viewer);
    const { timeline } = this.room;
    if (timeline !== this.boardOf) this.leaveBoard(timeline);
    if (!timeline) return;
    if (this.board) this.board.happened(keys);
    else if (touchesBoard(keys, timeline.state) || this.chapters.length) void this.loadBoard(timeline);
  }

  private get chapters(): ReturnType<typeof chapters> {
    return chapters(this.room.happenings, this.room.config.replay?.seconds);
  }

  /** Another lesson, or its replay: another board. */
  private leaveBoard(timeline: Timeline | null): void {
    this.board?.destroy();
    this.board = null;
    this.boardOf = timeline;
  }

  private async loadBoard(timeline: Timeline): Promise<void> {
    const { BoardView: Made } = await import("../../live/board/view");
    if (this.board || timeline !== this.room.timeline) return;
    const { room, video } = this;
    this.board = new Made({
      video,
      map: timeline.state,
      crowd: () => room.viewer?.viewers ?? 0,
      seek: (seconds) => room.seekTo(seconds),
    });
    this.board.setChapters(this.chapters);
    this.frame.after(this.board.element);
    if (room.mode === "replay" && window.innerWidth >= 1000) this.toggleSheets();
    this.drawBoard();
  }

  private toggleSheets(): void {
    if (!this.board?.worthOpening) return;
    this.board.show(!!this.board.element.hidden);
    this.drawBoard();
  }

  private drawBoard(): void {
    if (this.room.timeline !== this.boardOf) this.leaveBoard(this.room.timeline);
    const { board } = this;
    show(this.sheets, !!board?.worthOpening);
    press(this.sheets, !!board && !board.element.hidden);
    if (this.room.mode === "replay") board?.at(this.video.currentTime);
  }

  /** The parts beside the picture belong to one lesson live, or to its replay; loaded when there is one. */
  private async followTimeline(): Promise<void> {
    const { room } = this;
    const { timeline, viewer } = room;
    if (timeline === this.partsOf) return;
    this.partsOf = timeline;
    this.parts?.destroy();
    this.parts = null;
    this.watchers = null;
    show(this.foot, false);
    if (!timeline) return;
    const { Parts: Made } = await import("../../live/parts");
    if (timeline !== room.timeline) return;
    const part: Part = room.config.role === "student" || room.config.role === "class" ? room.config.role : "other";
    const watchers = viewer && room.config.duty === "host" ? await this.seatBeside(room.config) : null;
    if (timeline !== room.timeline) return;
    this.parts = new Made({ timeline, floor: viewer?.floor ?? null, part, now: () => room.now(), captions: this.captions, watchers, ...this.standing(room.config) });
    this.main.append(this.parts.element);
    if (this.parts.hand) fill(this.foot, this.parts.hand);
    show(this.foot, this.parts.hand !== null);
  }

  /** An assistant of the sending side sees what the teacher sees of the classes. */
  private async seatBeside(config: WatchConfig): Promise<HTMLElement> {
    const { PresenceList: Made } = await import("../../live/presence/list");
    this.watchers = new Made(config.lesson.receivers, config.places);
    return h("section", { class: "lr-card", "aria-label": t("谁在听课") }, h("h2", { class: "lr-kicker" }, t("谁在听课")), this.watchers.element);
  }

  /** What somebody with a duty, or a name, may do beside watching. */
  private standing(config: WatchConfig): Pick<PartsOptions, "duty" | "named" | "receivers" | "heads"> {
    return { duty: config.duty, named: config.role === "observe", receivers: config.lesson.receivers, heads: config.urls.heads };
  }

  /** While it runs, when it ends: it may be made longer. */
  private drawFacts(): void {
    const { config, mode, viewer } = this.room;
    const { lesson } = config;
    const ends = mode === "live" && viewer?.plannedEndMs ? endsWords(viewer.plannedEndMs) : "";
    setText(this.facts, [lesson.subject, lesson.grade, t("{name} 老师", { name: lesson.teacher }), lesson.organization, ends].filter(Boolean).join(" · "));
  }

  private drawPill(overlay: Overlay): void {
    const { room } = this;
    const [tone, words] = this.pillWords(overlay);
    this.pill.dataset.tone = tone;
    setText(this.pill, words);
    const key = `${room.mode}${overlay}`;
    if (key !== this.spoken && overlay !== "loading") announce(words);
    this.spoken = key;
  }

  private pillWords(overlay: Overlay): [string, string] {
    const { room } = this;
    if (overlay === "over") return ["done", t("已结束")];
    if (room.mode === "replay") return ["done", t("回放")];
    if (room.mode === "none" || overlay === "ended") return ["done", t("已结束")];
    if (overlay === "waiting") return ["wait", t("还没开始")];
    if (overlay === "teacher-away" || overlay === "line-down" || overlay === "refused") return ["cut", t("等待恢复")];
    const started = room.viewer?.startedMs;
    return ["live", started ? t("直播中 · {length}", { length: clockLength((room.now() - started) / 1000) }) : t("直播中")];
  }

  private drawOverlay(overlay: Overlay): void {
    show(this.overlay, overlay !== "none");
    const { lesson } = this.room.config;
    const wait = lesson.starts_ms - this.room.now();
    if (overlay === "waiting") setText(this.digits, wait > 0 ? countdownWords(wait) : t("马上开始"));
    const key = `${overlay}|${this.room.mode}|${wait > 0}|${this.room.viewer?.refusal ?? ""}|${this.room.viewer?.cause ?? ""}`;
    if (this.overlay.dataset.key === key) return;
    this.overlay.dataset.key = key;
    fill(this.overlay, ...this.overlayParts(overlay, wait));
  }

  private overlayParts(overlay: Overlay, wait: number): Node[] {
    const { config, mode, viewer } = this.room;
    const { lesson, urls } = config;
    const words = (title: string, text: string): Node[] => [h("h2", {}, title), h("p", {}, text)];
    switch (overlay) {
      case "waiting":
        return [
          h("p", {}, wait > 0 ? t("{time} 上课", { time: timeOfDay(lesson.starts_ms) }) : t("老师正在准备")),
          this.digits,
          h("p", {}, wait > 0 ? t("到点自动开始，不用刷新。") : t("请稍等，开始后自动播放。")),
        ];
      case "teacher-away":
        return words(t("老师的线路断了，正在等待恢复"), t("请不要离开，恢复后自动继续。"));
      case "line-down":
        return [...words(...causeWords(viewer?.cause ?? "unknown")), h("p", {}, t("漏掉的可以看回放。"))];
      case "refused":
        return [...words(t("不能进入这节课"), viewer?.refusal || t("请返回课堂页重新进入。")), h("a", { class: "btn btn-lg", href: urls.lesson }, t("返回课堂页"))];
      case "lost":
        return words(t("这段录像打不开"), t("服务器上解开它的密钥丢失了，请告诉平台管理员。"));
      case "over":
        return [
          ...words(t("下课了"), t("这节课已经结束，可以看回放。")),
          button(t("看回放"), { class: "btn-primary btn-lg", icon: "play", onclick: () => this.room.playOffered() }),
          h("a", { class: "btn btn-lg", href: urls.lesson }, t("返回课堂页")),
        ];
      case "ended":
        return mode === "none"
          ? [...words(t("这节课已经结束"), t("这节课没有可以看的录像。")), h("a", { class: "btn btn-lg", href: urls.lesson }, t("返回课堂页"))]
          : words(t("下课了"), t("正在打开回放…"));
      default:
        return [h("div", { class: "lw-skeleton", "aria-hidden": "true" }), h("p", {}, t("正在接上画面…"))];
    }
  }
}
