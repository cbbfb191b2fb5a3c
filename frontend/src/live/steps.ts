/** The ladder as hls.js climbs it: which rendition it loads, at what distance and speed it plays. */
import type HlsInstance from "hls.js/light";
import type { ErrorData, Events, FragLoadedData, FragLoadingData, LevelLoadedData } from "hls.js/light";
import { Hls, LIVE_DELAY, rungOf } from "./hls";
import { Ladder, type Loading, type Pin, type Rung, type Seen } from "./ladder";

type Part = FragLoadingData["frag"];

/** As far behind hls.js lets a player be before it leaps; in the middle of a weak line it is not to leap at all. */
const NEAR_MOST = 5;
const APART_MOST = 20;
const CATCH_UP = 1.12;
const PREPARE_MS = 8000;

export class Steps {
  made: ReadonlySet<string> = new Set();
  want = false;
  private readonly ladder = new Ladder();
  private hls: HlsInstance | null = null;
  private coming: { part: Part; since: number; bytes: number; grewAt: number } | null = null;
  /** When the list was asked for that has not come. */
  private listSince: number | null = null;
  private distance = LIVE_DELAY;
  private held = false;
  private prepared = -1;

  get pin(): Pin {
    return this.ladder.pin;
  }

  set pin(pin: Pin) {
    this.ladder.pin = pin;
  }

  get kbps(): number | null {
    return this.ladder.kbps;
  }

  /** Listen to a fresh player. */
  follow(hls: HlsInstance): void {
    this.hls = hls;
    this.ladder.forget();
    hls.on(Hls.Events.FRAG_LOADING, (_event: Events.FRAG_LOADING, { frag }: FragLoadingData) => {
      const now = performance.now();
      if (frag.sn !== "initSegment") this.coming = { part: frag, since: now, bytes: 0, grewAt: now };
    });
    hls.on(Hls.Events.FRAG_LOADED, (_event: Events.FRAG_LOADED, data: FragLoadedData) => this.loaded(data));
    hls.on(Hls.Events.LEVEL_LOADING, () => (this.listSince = performance.now()));
    hls.on(Hls.Events.LEVEL_LOADED, (_event: Events.LEVEL_LOADED, { details }: LevelLoadedData) => {
      this.listSince = null;
      if (!this.made.has("sound") || details.endCC === this.prepared) return;
      this.prepared = details.endCC;
      window.setTimeout(() => void this.prepare(hls).catch(() => undefined), Math.random() * PREPARE_MS);
    });
    hls.on(Hls.Events.ERROR, (_event: Events.ERROR, { frag }: ErrorData) => {
      if (frag && frag === this.coming?.part) this.coming = null;
    });
  }

  /** The list of renditions is here: begin on the rung that the line bore last. */
  begin(hls: HlsInstance): void {
    if (hls.levels.length > 1) this.load(hls, this.ladder.rung);
  }

  leave(): void {
    if (this.hls?.media) this.release(this.hls);
    this.hls = this.coming = this.listSince = null;
    this.distance = LIVE_DELAY;
    this.held = false;
    this.prepared = -1;
  }

  /** The beginning of the sound rendition (of each recorder) is fetched before it is needed, into the browser's cache: on a line
   * that has just broken down every question costs. */
  private async prepare(hls: HlsInstance): Promise<void> {
    const list = hls === this.hls ? hls.levels.find((level) => rungOf(level) === "sound")?.uri : undefined;
    if (!list) return;
    const text = await (await fetch(list)).text();
    const begins = [...text.matchAll(/#EXT-X-MAP:URI="([^"]+)"/g)].pop()?.[1];
    if (begins) await fetch(new URL(begins, list));
  }

  /** The smaller one that is being loaded is not made any more. True when there is something else to be played. */
  isGone(): boolean {
    const { rung } = this.ladder;
    if (rung === "full" || !this.made.has(rung)) return false;
    this.made = new Set([...this.made].filter((name) => name !== rung));
    window.setTimeout(() => this.hls?.startLoad(-1));
    return true;
  }

  /** Whatever was on its way was given up. */
  stopped(): void {
    this.coming = this.listSince = null;
  }

  /** For how long nothing has come of what was asked for, ms. */
  quiet(now: number): number {
    return Math.max(this.loading(now)?.quiet ?? 0, this.listSince === null ? 0 : now - this.listSince);
  }

  /** A few times a second. True while the player's distance is kept here. */
  step(seen: Omit<Seen, "made" | "loading">): boolean {
    const { hls } = this;
    if (!hls || hls.levels.length < 2) return false;
    const course = this.ladder.step({ ...seen, made: this.made, loading: this.loading(seen.now) });
    this.want = course.want;
    const before = rungOf(hls.levels[hls.loadLevel]);
    if (before !== course.rung) this.load(hls, course.rung);
    if (course.abort) this.abort(hls);
    return this.keep(hls, course.distance, course.rate);
  }

  private keep(hls: HlsInstance, distance: number | null, rate: number | null): boolean {
    const aim = distance ?? LIVE_DELAY;
    if (aim !== this.distance) {
      this.distance = hls.targetLatency = aim;
      hls.config.liveMaxLatencyDuration = aim > LIVE_DELAY ? APART_MOST : this.held ? APART_MOST : NEAR_MOST;
    }
    if (rate === null) {
      if (this.held) this.release(hls);
      return false;
    }
    this.held = true;
    hls.config.maxLiveSyncPlaybackRate = 1; // hands off: it only ever plays faster
    if (hls.media && hls.media.playbackRate !== rate) hls.media.playbackRate = rate;
    return true;
  }

  private release(hls: HlsInstance): void {
    this.held = false;
    hls.config.maxLiveSyncPlaybackRate = CATCH_UP;
    hls.config.liveMaxLatencyDuration = NEAR_MOST;
    if (hls.media) hls.media.playbackRate = 1;
  }

  private load(hls: HlsInstance, rung: Rung): void {
    const index = hls.levels.findIndex((level) => rungOf(level) === rung);
    if (index >= 0) hls.loadLevel = index;
  }

  private abort(hls: HlsInstance): void {
    const { coming } = this;
    this.coming = null;
    if (!coming) return;
    coming.part.abortRequests();
    hls.trigger(Hls.Events.FRAG_LOAD_EMERGENCY_ABORTED, { frag: coming.part, part: null, stats: coming.part.stats });
  }

  private loaded({ frag }: FragLoadedData): void {
    if (frag === this.coming?.part) this.coming = null;
    const { loading, loaded } = frag.stats;
    if (frag.sn === "initSegment" || !loading.end) return;
    this.ladder.loaded({ ms: loading.end - loading.start, bytes: loaded, duration: frag.duration }, rungOf(this.hls?.levels[frag.level]));
  }

  private loading(now: number): Loading | null {
    const { coming } = this;
    if (!coming) return null;
    const { loaded, total } = coming.part.stats;
    if (loaded > coming.bytes) {
      coming.bytes = loaded;
      coming.grewAt = now;
    }
    return { elapsed: now - coming.since, quiet: now - coming.grewAt, bytes: loaded, total };
  }
}
