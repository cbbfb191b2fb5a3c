/** One video element that keeps playing: hls.js or the browser's own HLS, with every way back that we know. */
import type HlsInstance from "hls.js/light";
import type { ErrorData, Events, LevelLoadedData } from "hls.js/light";
import { bufferAhead, StallMeter } from "./quality";
import { afterLost } from "./lost";
import { chooseLevel, Hls, LIVE_DELAY, liveSettings, playsNatively, replaySettings, rungOf, type Source } from "./hls";
import type { Pin, Rung } from "./ladder";
import { Pace } from "./pace";
import { Steps } from "./steps";
import { Wake } from "./wake";
import { Recovery, type Trouble } from "./recovery";
import { Rhythm, writtenAt } from "./rhythm";

export type PlayerMode = "idle" | "live" | "replay";

export interface PlayerEvents {
  /** The browser wants a tap before there is sound; it plays muted meanwhile. */
  blocked?: (blocked: boolean) => void;
  /** The picture began or stopped to run. */
  running?: (running: boolean) => void;
  /** The rest of the replay cannot be opened by any key, or the film is not there (any more) for whoever sees it: stopped. */
  lost?: () => void;
  /** A film's renditions are known. */
  parsed?: () => void;
}

const CHECK_MS = 250;
const FROZEN_MS = 6000;
/** What the server says of a film that is not there, or not for whoever asks: asking again is of no use. */
const NOT_THERE = [401, 403, 404, 410];
/** Of the dark picture that goes with sound alone. */
const DARK_WIDTH = 160;

export class Player {
  readonly meter = new StallMeter();
  mode: PlayerMode = "idle";
  lastError: string | null = null;
  /** It plays without sound because the browser wants a tap first. */
  soundBlocked = false;
  private motion = true;
  /** When the newest list was asked for, if it held nothing new; see `waitsForTeacher`. */
  private barrenAt: number | null = null;
  private hls: HlsInstance | null = null;
  private url = "";
  /** A film's renditions are hls.js's to choose from, or the viewer's; a lesson's are ours. */
  private film = false;
  private chosen = -1;
  private recovery = new Recovery();
  private dropsBefore = 0;
  private runningNow = false;
  private pace = new Pace(LIVE_DELAY);
  private rhythm = new Rhythm();
  private readonly steps = new Steps();
  private readonly wake = new Wake((dead) => this.lineChanged(dead));
  private timer: number;
  private retry: number | undefined;
  /** A stretch of the replay that no key opens: from where to where (s); `to` null: to the end. */
  private hole: { from: number; to: number | null } | null = null;

  constructor(
    readonly video: HTMLVideoElement,
    private readonly source: Source,
    private readonly events: PlayerEvents = {},
  ) {
    video.playsInline = true;
    this.timer = window.setInterval(() => this.check(), CHECK_MS);
    video.addEventListener("error", this.nativeError);
  }

  /** `ladder`: the list with what there may be for weak lines, for players that choose by themselves what to load. */
  playLive(master: string, ladder: string | null = null): void {
    const url = ladder && !playsNatively(this.video) ? ladder : master;
    if (this.mode === "live" && this.url === url) return;
    this.load("live", url, -1);
  }

  /** What there is for weak lines now. */
  offer(made: readonly string[]): void {
    this.steps.made = new Set(made);
  }

  get pin(): Pin {
    return this.steps.pin;
  }

  set pin(pin: Pin) {
    this.steps.pin = pin;
  }

  /** The small picture is wanted. */
  get wantsSmall(): boolean {
    return this.mode === "live" && this.steps.want;
  }

  /** What is played at this moment. */
  get rendition(): Rung {
    if (this.video.videoWidth === DARK_WIDTH) return "sound";
    return rungOf(this.hls?.levels[this.hls.currentLevel]) === "small" ? "small" : "full";
  }

  /** What the line carries at least, kbit/s. */
  get kbps(): number | null {
    return this.steps.kbps;
  }

  /** The teacher's line is up: when it is not, a standing picture is nobody's stall. */
  get expectsMotion(): boolean {
    return this.motion;
  }

  set expectsMotion(motion: boolean) {
    if (!motion) this.meter.excuse(); // what stands already ran out before the server called it an interruption
    this.motion = motion;
  }

  /** `position`: seconds from the beginning. */
  playReplay(url: string, position = 0): void {
    if (this.mode === "replay" && this.url === url) return;
    this.film = false;
    this.load("replay", url, position);
  }

  playFilm(url: string, position = 0): void {
    this.film = true;
    this.load("replay", url, position);
  }

  /** A film's renditions: the shorter sides of their pictures, in the order in which `choose` numbers them. */
  get sizes(): number[] {
    return this.film ? (this.hls?.levels ?? []).map((level) => Math.min(level.width, level.height)) : [];
  }

  /** One of a film's renditions from the next picture on; -1: whichever the line carries. */
  choose(index: number): void {
    this.chosen = index;
    if (this.film && this.hls) this.hls.nextLevel = index;
  }

  stop(): void {
    this.detach();
    this.mode = "idle";
    this.url = "";
    this.meter.forget();
    this.setRunning(false);
  }

  destroy(): void {
    this.stop();
    window.clearInterval(this.timer);
    this.video.removeEventListener("error", this.nativeError);
  }

  /** Called from a tap: sound on, and play. */
  async unmute(): Promise<boolean> {
    this.video.muted = false;
    try {
      await this.video.play();
      this.soundBlocked = false;
      this.events.blocked?.(false);
      return true;
    } catch {
      await this.start();
      return false;
    }
  }

  /** Go to the newest picture. */
  toEdge(): void {
    const edge = this.hls?.liveSyncPosition ?? this.nativeEdge();
    if (this.mode === "live" && edge !== null && edge > this.video.currentTime + 1) this.video.currentTime = edge;
    void this.start();
  }

  /** Fetch and decode everything anew, from a clean element. */
  rebuild(): void {
    const position = this.mode === "replay" ? this.video.currentTime : -1;
    if (this.mode !== "idle") this.load(this.mode, this.url, position);
  }

  /** Moment at which the frame on the screen was taken, ms since 1970, or null. */
  get frameDate(): number | null {
    const date = this.hls?.playingDate?.getTime();
    if (date !== undefined) return date;
    const start = (this.video as HTMLVideoElement & { getStartDate?: () => Date }).getStartDate?.().getTime();
    return start && Number.isFinite(start) ? start + this.video.currentTime * 1000 : null;
  }

  get buffer(): number {
    return bufferAhead(this.video.buffered, this.video.currentTime);
  }

  get droppedFrames(): number {
    return this.dropsBefore + (this.video.getVideoPlaybackQuality?.().droppedVideoFrames ?? 0);
  }

  /** For how long the picture has stood that should run, ms. */
  get standsFor(): number {
    return this.mode === "live" && this.expectsMotion ? this.meter.standsFor(performance.now()) : 0;
  }

  get isPlaying(): boolean {
    return this.mode !== "idle" && !this.video.paused && !this.meter.isStalled && this.video.readyState >= 2;
  }

  private load(mode: PlayerMode, url: string, position: number): void {
    this.detach();
    this.mode = mode;
    this.url = url;
    this.meter.forget();
    this.pace.forget();
    this.barrenAt = null;
    if (playsNatively(this.video)) this.loadNative(position);
    else this.loadHls(position);
    void this.start();
  }

  private loadHls(position: number): void {
    const settings = this.mode === "live" ? liveSettings(this.source) : replaySettings(this.source, position);
    const hls = new Hls(settings);
    this.hls = hls;
    hls.on(Hls.Events.MANIFEST_PARSED, () => {
      if (this.film) {
        if (this.chosen >= 0) hls.nextLevel = this.chosen; // a player that began anew
        return this.events.parsed?.();
      }
      const wanted = hls.levels[chooseLevel(hls.levels, Math.max(0, this.recovery.rebuildsInRow - 1))];
      for (let index = hls.levels.length - 1; index >= 0; index -= 1) {
        const level = hls.levels[index];
        if (level !== wanted && (this.mode !== "live" || rungOf(level) === "full")) hls.removeLevel(index);
      }
      this.steps.begin(hls);
    });
    if (!this.film) this.steps.follow(hls);
    hls.on(Hls.Events.ERROR, (_event: Events.ERROR, data: ErrorData) => {
      if (hls === this.hls) this.failed(data);
    });
    hls.on(Hls.Events.LEVEL_LOADED, (_event: Events.LEVEL_LOADED, data: LevelLoadedData) => {
      this.barrenAt = data.details.advanced ? null : data.stats.loading.start;
      this.keepRhythm(data);
    });
    hls.loadSource(this.url);
    hls.attachMedia(this.video);
  }

  private loadNative(position: number): void {
    this.video.src = this.url;
    if (position <= 0) return;
    this.video.addEventListener("loadedmetadata", () => (this.video.currentTime = position), { once: true });
  }

  private detach(): void {
    window.clearTimeout(this.retry);
    this.steps.leave();
    this.wake.forget();
    this.hole = null;
    this.dropsBefore = this.droppedFrames;
    if (this.hls) this.hls.destroy();
    else if (this.video.hasAttribute("src")) {
      this.video.removeAttribute("src");
      this.video.load();
    }
    this.hls = null;
  }

  private async start(): Promise<void> {
    try {
      await this.video.play();
      if (this.video.muted) return;
      this.soundBlocked = false;
      this.events.blocked?.(false);
    } catch (error) {
      if (!(error instanceof DOMException) || error.name !== "NotAllowedError" || this.video.muted) return;
      this.video.muted = true;
      this.soundBlocked = true;
      this.events.blocked?.(true);
      await this.video.play().catch(() => undefined);
    }
  }

  private failed(data: ErrorData): void {
    this.lastError = data.details;
    const status = data.response?.code ?? 0;
    if (status === 410 && data.frag && this.mode === "replay") {
      // a key that is lost for good, fatal or not: asking for it again is of no use
      const parts = this.hls?.levels[data.frag.level]?.details?.fragments ?? [];
      this.hole = { from: data.frag.start, to: afterLost(parts, data.frag) };
      this.hls?.stopLoad();
      return;
    }
    if (!data.fatal || this.wake.dead) return;
    if (this.film && NOT_THERE.includes(status)) {
      this.stop();
      return this.events.lost?.();
    }
    if (status === 404 && this.steps.isGone()) return;
    if (data.type === Hls.ErrorTypes.MEDIA_ERROR) this.mend("media");
    else if (status === 404 && data.frag) this.mend("gone");
    else if (data.type === Hls.ErrorTypes.NETWORK_ERROR) this.mend("network");
    else this.mend("other");
  }

  private readonly nativeError = (): void => {
    if (!this.hls && this.mode !== "idle") this.mend("other");
  };

  private mend(trouble: Trouble): void {
    const remedy = this.recovery.remedy(trouble, performance.now());
    switch (remedy) {
      case "rebuild":
        return this.rebuild();
      case "recover":
        this.hls?.recoverMediaError();
        return void this.start();
      case "edge":
        this.hls?.startLoad(-1);
        return this.toEdge();
      default:
        // the line or the server is away: ask again soon; a list that never came needs a fresh player
        window.clearTimeout(this.retry);
        this.retry = window.setTimeout(() => this.again(), remedy === "wait" ? 1500 : 700 + Math.random() * 800);
    }
  }

  private again(): void {
    if (!this.hls || this.hls.levels.length === 0) this.rebuild();
    else this.hls.startLoad(this.mode === "live" ? -1 : this.video.currentTime);
  }

  /** On a dead line nothing is asked for: it would only be in the way of what is asked once the line is whole again. */
  private lineChanged(dead: boolean): void {
    if (this.mode === "idle" || !this.hls) return;
    window.clearTimeout(this.retry);
    this.hls.stopLoad();
    this.steps.stopped();
    if (!dead) this.again();
  }

  /** Once all that lies before the hole is shown, go on behind it. */
  private overHole(): void {
    if (!this.hole || this.buffer > 0.3) return;
    const { from, to } = this.hole;
    this.hole = null;
    if (this.video.currentTime < from - 1) return this.hls?.startLoad(this.video.currentTime); // sought back meanwhile
    if (to === null) {
      this.stop();
      return this.events.lost?.();
    }
    this.video.currentTime = to + 0.05;
    this.hls?.startLoad(to + 0.05);
    void this.start();
  }

  private check(): void {
    if (this.mode === "idle") return;
    this.overHole();
    const now = performance.now();
    const wants = this.expectsMotion && !this.video.paused && !this.video.ended && !this.video.seeking;
    this.meter.sample(now, this.video.currentTime, wants);
    if (this.barrenAt !== null && this.waitsForTeacher) this.meter.excuse(this.barrenAt);
    this.setRunning(!this.video.paused && !this.meter.isStalled && this.video.readyState > 2);
    if (this.runningNow) {
      this.lastError = null;
      this.recovery.calm(now);
    }
    if (this.mode === "live" && this.hls) this.keepPace(this.hls, now, wants);
    const standing = this.meter.standsFor(now);
    if (this.hls && this.expectsMotion) this.wake.step(now, Math.max(standing, this.steps.quiet(now)));
    if (standing > FROZEN_MS && !this.wake.dead && Math.floor(standing / FROZEN_MS) !== Math.floor((standing - CHECK_MS) / FROZEN_MS)) this.mend("frozen");
  }

  private keepPace(hls: HlsInstance, now: number, wants: boolean): void {
    const behind = hls.latency > 0 ? hls.latency : null;
    const running = !this.meter.isStalled && this.video.readyState > 2;
    const apart = this.steps.step({ now, behind, buffer: this.buffer, running, expected: wants });
    if (apart || !wants) return;
    const step = this.pace.step({ now, behind, target: hls.targetLatency, buffer: this.buffer, running });
    if (step === "nearer") hls.targetLatency = LIVE_DELAY; // forgets the stalls that hls.js has counted
    if (step === "leap") this.toEdge();
  }

  /** hls.js has planned when it asks for the list again; the next time but one follows from that moment. */
  private keepRhythm({ details, stats }: LevelLoadedData): void {
    const written = writtenAt(details.m3u8);
    const last = details.fragments[details.fragments.length - 1];
    if (this.mode !== "live" || !this.source.now || !details.live || !details.advanced || written === null || !last) return;
    const now = performance.now();
    const asked = this.source.now() - (now - (stats.loading.start + stats.loading.first) / 2);
    details.requestScheduled += this.rhythm.shift(asked - written, last.duration * 1000, now);
  }

  /** All of the newest list has been shown. A teacher who is back within seconds has never been interrupted by the server's words. */
  private get waitsForTeacher(): boolean {
    const list = this.mode === "live" ? this.hls?.latestLevelDetails : null;
    const last = list?.fragments[list.fragments.length - 1];
    return !!list && !!last && list.edge - this.video.currentTime < last.duration / 2;
  }

  private setRunning(running: boolean): void {
    if (running === this.runningNow) return;
    this.runningNow = running;
    this.events.running?.(running);
  }

  private nativeEdge(): number | null {
    const { seekable } = this.video;
    return seekable.length ? seekable.end(seekable.length - 1) - 2 : null;
  }
}
