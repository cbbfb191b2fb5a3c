/** The bar over the lower edge of the picture. Live: sound, newest, full screen. Replay: also seek and speed. */
import { fill, h } from "../../lib/dom";
import { t } from "../../lib/i18n";
import { savedPin } from "../../live/pin";
import { pictureChoice } from "../../live/still";
import { button, redress, setText, show } from "../../live/ui";
import { clockLength } from "../../live/words";
import type { Pin } from "../../live/ladder";
import type { Overlay } from "../../live/mode";

/** What is played: a lesson, its replay, or a film. */
export interface Played {
  readonly video: HTMLVideoElement;
  readonly mode: "waiting" | "live" | "replay" | "none";
  readonly overlay: Overlay;
  /** Seconds behind what is newest. */
  readonly behind: number;
  readonly player: { readonly mode: string; toEdge(): void } | null;
  readonly viewer: { choose(pin: Pin): void } | null;
  readonly config: { replay?: { seconds: number } | null };
  togglePlay(): void;
  seekBy(seconds: number): void;
  unmute(): Promise<void>;
}

const SPEEDS = [0.75, 1, 1.25, 1.5, 2];
const HIDE_MS = 3500;

export class WatchControls {
  readonly element: HTMLElement;
  private readonly play: HTMLButtonElement;
  private readonly sound: HTMLButtonElement;
  private readonly newest: HTMLButtonElement;
  private readonly small: HTMLButtonElement;
  private readonly full: HTMLButtonElement;
  private readonly seek = h("input", { type: "range", class: "lw-seek", min: "0", max: "1000", step: "1", value: "0", "aria-label": t("播放位置") });
  private readonly time = h("span", { class: "lw-time" });
  private readonly speed: HTMLSelectElement;
  private readonly picture: HTMLSelectElement;
  private dragging = false;
  private shownAt = performance.now();

  constructor(
    private readonly room: Played,
    private readonly frame: HTMLElement,
  ) {
    this.play = button("", { class: "lw-button", icon: "play", keys: "Space", onclick: () => room.togglePlay() });
    this.sound = button("", { class: "lw-button", icon: "volume", keys: "M", onclick: () => this.toggleSound() });
    this.newest = button(t("回到最新"), { class: "btn-live", icon: "radio", onclick: () => room.player?.toEdge() });
    this.small = button("", { class: "lw-button", icon: "corner", label: t("小窗播放"), onclick: () => void this.toggleSmall() });
    this.full = button("", { class: "lw-button", icon: "expand", keys: "F", label: t("全屏"), onclick: () => this.toggleFull() });
    this.speed = h("select", { class: "select lw-speed", "aria-label": t("播放速度") });
    fill(this.speed, ...SPEEDS.map((rate) => h("option", { value: rate, selected: rate === 1 }, `${rate}×`)));
    this.speed.addEventListener("change", () => this.hasten(Number(this.speed.value)));
    this.picture = pictureChoice("lw-picture", savedPin(), (pin) => room.viewer?.choose(pin));
    this.seek.addEventListener("input", () => this.scrub());
    this.seek.addEventListener("change", () => (this.dragging = false));
    this.seek.addEventListener("keydown", (event) => this.seekByKey(event));
    show(this.small, "pictureInPictureEnabled" in document && document.pictureInPictureEnabled);
    this.element = h(
      "div",
      { class: "lw-controls" },
      this.seek,
      h("div", { class: "lw-row" }, this.play, this.sound, this.time, h("span", { class: "lw-space" }), this.newest, this.speed, this.picture, this.small, this.full),
    );
    for (const type of ["pointermove", "pointerdown", "keydown"] as const) frame.addEventListener(type, () => this.wake());
  }

  keys(): Record<string, () => void> {
    const { room } = this;
    return {
      " ": () => room.togglePlay(),
      k: () => room.togglePlay(),
      m: () => this.toggleSound(),
      f: () => this.toggleFull(),
      ArrowLeft: () => room.seekBy(-10),
      ArrowRight: () => room.seekBy(10),
    };
  }

  /** A button of what belongs to the lesson, beside the others. */
  place(extra: HTMLElement): void {
    this.element.querySelector(".lw-space")?.after(extra);
  }

  wake(): void {
    this.shownAt = performance.now();
    this.update();
  }

  update(): void {
    const { room } = this;
    const { video } = room;
    const replay = room.mode === "replay" && room.overlay !== "over";
    show(this.element, replay || (room.mode === "live" && room.player?.mode === "live"));
    redress(this.play, "", video.paused ? "play" : "pause", video.paused ? t("播放") : t("暂停"));
    redress(this.sound, "", video.muted ? "volumeOff" : "volume", video.muted ? t("打开声音") : t("静音"));
    redress(this.full, "", document.fullscreenElement ? "shrink" : "expand", document.fullscreenElement ? t("退出全屏") : t("全屏"));
    show(this.newest, room.mode === "live" && (video.paused || room.behind > 9) && room.overlay === "none");
    show(this.seek, replay);
    show(this.speed, replay);
    show(this.picture, !replay);
    if (replay) this.drawTime();
    else setText(this.time, "");
    const idle = performance.now() - this.shownAt > HIDE_MS && !video.paused && !this.element.contains(document.activeElement);
    this.frame.classList.toggle("lw-quiet", idle);
  }

  private drawTime(): void {
    const { video } = this.room;
    const length = Number.isFinite(video.duration) ? video.duration : (this.room.config.replay?.seconds ?? 0);
    setText(this.time, `${clockLength(video.currentTime)} / ${clockLength(length)}`);
    if (this.dragging || length === 0) return;
    this.seek.value = String(Math.round((video.currentTime / length) * 1000));
    this.seek.setAttribute("aria-valuetext", clockLength(video.currentTime));
  }

  private scrub(): void {
    const { video } = this.room;
    if (!Number.isFinite(video.duration)) return;
    this.dragging = true;
    video.currentTime = (Number(this.seek.value) / 1000) * video.duration;
    this.wake();
    this.dragging = false;
  }

  /** As much as anywhere in the film: a thousandth of it, as the bar's own keys go, is nothing in a short one. */
  private seekByKey(event: KeyboardEvent): void {
    const by = { ArrowLeft: -10, ArrowDown: -10, ArrowRight: 10, ArrowUp: 10 }[event.key];
    if (by === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    this.room.seekBy(by);
  }

  /** For what is loaded next, too: a player that begins anew would go at the usual speed. */
  private hasten(rate: number): void {
    const { video } = this.room;
    video.defaultPlaybackRate = rate;
    video.playbackRate = rate;
  }

  private toggleSound(): void {
    const { video } = this.room;
    if (video.muted) void this.room.unmute();
    else video.muted = true;
    this.wake();
  }

  private async toggleSmall(): Promise<void> {
    try {
      if (document.pictureInPictureElement) await document.exitPictureInPicture();
      else await this.room.video.requestPictureInPicture();
    } catch {
      // the browser may refuse while nothing plays yet
    }
  }

  /** iPhones give full screen to the video alone. */
  private toggleFull(): void {
    const video = this.room.video as HTMLVideoElement & { webkitEnterFullscreen?: () => void };
    if (document.fullscreenElement) void document.exitFullscreen();
    else if (this.frame.requestFullscreen) void this.frame.requestFullscreen().catch(() => undefined);
    else video.webkitEnterFullscreen?.();
  }
}
