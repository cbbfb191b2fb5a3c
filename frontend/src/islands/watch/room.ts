/** A student's or guest's room without its face: waits, watches, and plays the replay when the lesson is over. */
import { isSignedOut } from "../../lib/config";
import type { Replay, WatchConfig } from "../../live/config";
import { KeyCache } from "../../live/keys";
import { type Happening, Timeline } from "../../live/timeline";
import { type Overlay, overlayFor } from "../../live/mode";
import { Player } from "../../live/player";
import { LessonViewer } from "../../live/viewer";
import { savedPosition, savePosition } from "./position";

export type Mode = WatchConfig["mode"];

const POLL_MS = 15_000;

export class WatchRoom {
  mode: Mode;
  viewer: LessonViewer | null = null;
  replayPlayer: Player | null = null;
  /** What a replay shows beside its picture; live, the viewer has it. */
  recorded: Timeline | null = null;
  /** Its events, for the list of sheets. */
  happenings: readonly Happening[] = [];
  blocked = false;
  /** Nothing opens the keys of (the rest of) the replay. */
  lost = false;
  /** The replay of a lesson that ended on this page: it waits for a tap. */
  private offered: Replay | null = null;
  private stillSince = performance.now();
  private timers: number[] = [];
  private pollTimer: number | undefined;
  private readonly clockOffset: number;

  constructor(
    public config: WatchConfig,
    readonly video: HTMLVideoElement,
    private readonly changed: () => void,
    private readonly happened: (keys: string[] | null) => void,
  ) {
    this.clockOffset = config.now_ms - Date.now();
    this.mode = config.mode;
    this.timers.push(window.setInterval(() => this.keepPosition(), 5000));
    this.timers.push(window.setInterval(() => this.recorded?.seek(this.video.currentTime), 100));
    video.addEventListener("seeking", this.sought);
    this.enter(config);
  }

  destroy(): void {
    for (const timer of this.timers) window.clearInterval(timer);
    window.clearTimeout(this.pollTimer);
    this.video.removeEventListener("seeking", this.sought);
    this.keepPosition();
    this.leave();
  }

  private readonly sought = (): void => this.recorded?.seek(this.video.currentTime);

  get timeline(): Timeline | null {
    return this.viewer?.floor.timeline ?? this.recorded;
  }

  now(): number {
    return this.viewer?.clock.now() ?? Date.now() + this.clockOffset;
  }

  get player(): Player | null {
    return this.viewer?.player ?? this.replayPlayer;
  }

  get overlay(): Overlay {
    const { viewer } = this;
    if (this.mode === "waiting") return "waiting";
    if (this.mode === "none") return "ended";
    if (this.lost) return "lost";
    if (this.offered) return "over";
    if (!viewer) return this.mode === "live" ? "ended" : "none"; // over, and the replay is being asked for
    if (viewer.running) this.stillSince = performance.now();
    return overlayFor({ state: viewer.state, line: viewer.line, running: viewer.running, still: performance.now() - this.stillSince });
  }

  /** Seconds behind the teacher that can be made up by a jump. */
  get behind(): number {
    return this.mode === "live" ? (this.viewer?.lag ?? 0) : 0;
  }

  async unmute(): Promise<void> {
    if (await this.player?.unmute()) this.setBlocked(false);
  }

  playOffered(): void {
    const { offered } = this;
    this.offered = null;
    if (offered) this.replay(offered);
    this.changed();
  }

  togglePlay(): void {
    if (this.offered) return this.playOffered();
    if (!this.video.paused) return this.video.pause();
    if (this.mode === "live") this.player?.toEdge();
    void this.video.play().catch(() => undefined);
  }

  seekBy(seconds: number): void {
    if (this.mode !== "replay" || !Number.isFinite(this.video.duration)) return;
    this.video.currentTime = Math.min(Math.max(0, this.video.currentTime + seconds), this.video.duration - 0.2);
    this.changed();
  }

  /** Replay: to a moment, in seconds. */
  seekTo(seconds: number): void {
    if (this.mode !== "replay") return;
    this.video.currentTime = seconds;
    this.changed();
  }

  private enter(config: WatchConfig): void {
    const before = this.config === config ? null : this.mode;
    this.config = config;
    this.mode = config.mode;
    this.offered = null;
    if (config.mode === "waiting") this.poll(POLL_MS);
    if (config.mode === "live" && config.session) this.watch();
    if (config.mode === "replay" && config.replay) {
      if (before === null) this.replay(config.replay); // the page was opened for it
      else this.offered = config.replay;
    }
    this.changed();
  }

  private leave(): void {
    this.viewer?.destroy();
    this.viewer = null;
    this.replayPlayer?.destroy();
    this.replayPlayer = null;
    this.recorded = null;
    this.happenings = [];
  }

  private watch(): void {
    const { session, urls } = this.config;
    if (!session) return;
    this.leave();
    this.viewer = new LessonViewer({
      video: this.video,
      path: urls.watch,
      ticket: session.ticket,
      ticketUrl: session.ticket_url,
      home: session.home,
      session: session.state,
      changed: (viewer) => this.viewerChanged(viewer),
      blocked: (blocked) => this.setBlocked(blocked),
      happened: (keys) => this.happened(keys),
    });
  }

  private replay(replay: Replay): void {
    this.leave();
    const keys = new KeyCache();
    keys.add(replay.keys);
    const ticket = this.config.session?.ticket ?? "";
    this.replayPlayer = new Player(this.video, { keys, ticket: () => ticket }, {
      blocked: (blocked) => this.setBlocked(blocked),
      running: () => this.changed(),
      lost: () => {
        this.lost = true;
        this.changed();
      },
    });
    this.replayPlayer.playReplay(replay.master, savedPosition(this.config.lesson.id));
    this.recorded = new Timeline((keys) => this.happened(keys));
    void this.loadEvents(this.recorded);
  }

  /** Without them a replay is a picture still: asked for again as long as the page is there. */
  private async loadEvents(timeline: Timeline, pause = 2000): Promise<void> {
    const answer = await fetch(this.config.urls.events, { credentials: "same-origin" }).catch(() => null);
    const found = answer?.ok ? ((await answer.json().catch(() => null)) as { events: Happening[] } | null) : null;
    if (timeline !== this.recorded) return;
    if (found) {
      this.happenings = found.events;
      timeline.seek(this.video.currentTime);
      timeline.load(found.events);
    } else if (!answer || answer.status >= 500) window.setTimeout(() => void this.loadEvents(timeline, Math.min(60_000, pause * 2)), pause);
  }

  private viewerChanged(viewer: LessonViewer): void {
    if (viewer.state === "ended" && viewer === this.viewer) {
      this.leave();
      this.stillSince = performance.now();
      this.poll(0);
    }
    this.changed();
  }

  /** Ask the page's own address what there is now: a session that opened, or the replay of one that ended. */
  private poll(pause: number): void {
    window.clearTimeout(this.pollTimer);
    const untilStart = this.config.lesson.starts_ms - this.now();
    // everyone's countdown ends in the same second: do not all ask in it
    const soon = pause > 0 && untilStart > 0 && untilStart < pause ? untilStart + 500 : pause;
    this.pollTimer = window.setTimeout(() => void this.ask(), soon + (pause ? Math.random() * 4000 : 0));
  }

  private async ask(): Promise<void> {
    const address = `${this.config.lesson.watch_url}?format=json`;
    const answer = await fetch(address, {
      credentials: "same-origin",
      headers: { Accept: "application/json" },
      redirect: "manual",
    }).catch(() => null);
    if (answer && isSignedOut(answer)) return location.reload(); // to the sign-in page, and from there back here
    const config = answer?.ok ? ((await answer.json().catch(() => null)) as WatchConfig | null) : null;
    if (!config) return this.poll(3000);
    // an ended session that the page does not yet know as such: ask again
    if (config.mode === "live" && this.mode === "live" && config.session?.state === "ended") return this.poll(1500);
    this.enter(config);
  }

  private setBlocked(blocked: boolean): void {
    this.blocked = blocked;
    this.changed();
  }

  private keepPosition(): void {
    if (this.mode === "replay" && Number.isFinite(this.video.duration) && this.video.currentTime > 0) {
      savePosition(this.config.lesson.id, this.video.currentTime, this.video.duration);
    }
  }
}
