/** The teacher's room without its face: what is open, what is sent, and in which state the lesson is. */
import { t } from "../../lib/i18n";
import { ChunkQueue } from "../../live/chunkQueue";
import type { Session, TeachConfig } from "../../live/config";
import { Floor } from "../../live/floor";
import { refusalOf } from "../../live/floorWords";
import { UplinkHealth } from "../../live/health";
import { type Viewers, type ViewersChange, withTicket } from "../../live/protocol";
import { WorkerTimers } from "../../live/timers";
import { Home, TEACHER } from "../../live/home";
import { Uplink } from "../../live/uplink";
import { timeOfDay } from "../../live/words";
import { AudioMix } from "./audio";
import { browserChecks, cameraCheck, type Check, environment, microphoneCheck, screenCheck, soundCheck } from "./checks";
import { Compositor } from "./compositor";
import { Devices } from "./devices";
import { firstPicture } from "./firstPicture";
import { Pages } from "./pages";
import { EpochRecorder } from "./recorder";
import { changed as boardAfter, present } from "../../live/presence/rows";
import { Awake, endSession, extendSession, lessonNow, openSession } from "./session";
import { TeachStage } from "./stage";
import { refusalWords, warningWords } from "./trouble";
import { forget, recall, recallSeen, remember, rememberSeen, wasReloaded } from "./resume";
import type { Main } from "./scene";
import { turnOf, Writing } from "./writing";

/** prep: before · opening: asking the server · live: sending · ending · ended · stopped: something else took over */
export type Phase = "prep" | "opening" | "live" | "ending" | "ended" | "stopped";

const OFFLINE_QUIET_S = 1.2;
const LOOK_EVERY_S = 15;
/** So long before its end a lesson is offered more time. */
const NEAR_END_MS = 5 * 60_000;
export const LONGER_MINUTES = 5;
const CAMERA_WAKES_MS = 1500;

export class TeachRoom {
  phase: Phase = "prep";
  session: Session | null;
  viewers: Viewers | null = null;
  replay: string | null = null;
  /** What stopped or refused us, in words; `code` decides what can be done. */
  trouble: { code: string; message: string } | null = null;
  notice = "";
  /** The lesson was over (or called off) already when this page looked; null while it runs, and where it was ended from here. */
  over: "ended" | "cancelled" | null = null;
  micOn = true;
  readonly seenClasses: Set<string>;
  readonly env;
  readonly timers = new WorkerTimers();
  readonly health = new UplinkHealth();
  readonly devices: Devices;
  readonly pages: Pages;
  readonly floor: Floor;
  /** Rows that were asked of the floor. */
  told: (message: Record<string, unknown>) => void = () => undefined;
  readonly writing: Writing;
  readonly stage = new TeachStage(this);
  /** The pen is taken up. */
  writingOpen = false;
  compositor: Compositor | null = null;
  audio: AudioMix | null = null;
  uplink: Uplink | null = null;
  recorder: EpochRecorder | null = null;
  private readonly bornAt = performance.now();
  private startedMs: number | null;
  private endedAt: number | null = null;
  private seconds = 0;
  /** This very tab was sending before it was reloaded. */
  private readonly cameBack: boolean;
  private stops: (() => void)[] = [];
  private readonly awake = new Awake();

  constructor(
    readonly config: TeachConfig,
    private readonly changed: () => void,
  ) {
    this.session = config.session;
    this.seenClasses = recallSeen(config.lesson.id);
    this.startedMs = config.session?.started_ms ?? null;
    this.cameBack = recall(config.lesson.id) !== null && wasReloaded();
    this.env = environment(config.recorder.mimes);
    this.devices = new Devices({
      camera: (stream) => this.compositor?.setCamera(stream),
      microphone: (stream) => this.audio?.setMic(stream),
      screen: (stream) => this.screenChanged(stream),
      changed,
    });
    this.floor = new Floor({
      send: (message) => this.uplink?.say(message) ?? false,
      now: () => this.now(),
      changed: (keys) => {
        if (keys === null) this.writing.join(this.floor.timeline.state, (step) => this.floor.do(step.kind, { ...step.data }));
        this.stage.update();
        changed();
      },
      told: (message) => this.told(message),
    });
    const { limits, urls } = config;
    this.writing = new Writing(config.recorder.width, (code) => this.say(refusalOf(code)));
    this.pages = new Pages(config, urls, { bytes: limits.upload_bytes, types: limits.upload_types }, () => {
      this.turned();
      changed();
    });
    this.pages.start();
    this.stops.push(this.timers.every(1000, () => this.eachSecond()));
    window.addEventListener("beforeunload", this.guard);
    document.addEventListener("visibilitychange", this.seen);
    const { state } = config.lesson;
    if (!config.session && (state === "ended" || state === "cancelled")) this.closeFor(state);
  }

  get canCompose(): boolean {
    return browserChecks(this.env).every((check) => check.level !== "stop");
  }

  /** Whether the stage itself offers to open camera and microphone: then nothing else does. */
  get offersDevices(): boolean {
    const barred = this.trouble || this.compositor || this.elsewhere || this.opening === "over" || this.opening === "never";
    return this.canCompose && !barred;
  }

  get checks(): Check[] {
    const first = browserChecks(this.env);
    if (!this.canCompose) return first;
    const { camera, microphone } = this.devices.states;
    const sound = soundCheck(microphone, this.audio?.silent ?? false);
    return [...first, cameraCheck(camera), microphoneCheck(microphone), sound, screenCheck(this.env)].filter(
      (check): check is Check => check !== null,
    );
  }

  /** May it be opened at this moment? A session that is open already may always be gone on with. */
  get opening(): "now" | "later" | "over" | "never" {
    const { may_open: may } = this.config;
    if (this.session && this.session.state !== "ended") return "now";
    if (!may.allowed) return "never";
    const now = this.serverNow;
    if (now < may.opens_ms) return "later";
    return now > may.closes_ms ? "over" : "now";
  }

  /** The server's time, ms, whatever this computer's clock says. */
  get serverNow(): number {
    return this.config.now_ms + (performance.now() - this.bornAt);
  }

  /** It is live, and not from this tab. */
  get elsewhere(): boolean {
    return this.phase === "prep" && this.session?.state === "live" && !this.cameBack;
  }

  /** The lesson was live when this page was opened or reloaded. */
  get resumable(): boolean {
    return this.session?.state === "live" || this.session?.state === "interrupted";
  }

  /** Seconds of lesson so far, by the server's clock. */
  get elapsed(): number {
    const now = this.endedAt ?? this.now();
    return this.startedMs === null ? 0 : (now - this.startedMs) / 1000;
  }

  /** The server's time, ms. */
  now(): number {
    return this.uplink?.clock.now() ?? Date.now();
  }

  /** Something is to happen in the lesson; what went wrong is said on the page. */
  async do(kind: string, data: Record<string, unknown> = {}): Promise<boolean> {
    const answer = await this.floor.do(kind, data);
    if (!answer.ok) this.say(refusalOf(answer.code, answer.message));
    else if (this.notice) this.say("");
    return answer.ok;
  }

  refresh(): void {
    this.changed();
  }

  /** Open camera and microphone and show the picture. A tap or a remembered permission stands behind it. */
  async prepare(): Promise<void> {
    if (!this.canCompose) return this.changed();
    if (!this.compositor) {
      const { recorder, lesson } = this.config;
      this.compositor = new Compositor({
        width: recorder.width,
        height: recorder.height,
        fps: recorder.fps,
        timers: this.timers,
        name: lesson.teacher,
        caption: `${lesson.organization} · ${lesson.title}`,
      });
      this.compositor.ink = () => this.writing.picture(this.sheet);
      this.turned();
      this.compositor.start();
      this.audio = new AudioMix();
    }
    await this.devices.open();
    await this.audio?.resume();
    this.changed();
  }

  /** After a reload in mid-lesson: back by itself when the browser still allows all that it takes. */
  async comeBack(): Promise<void> {
    if (!this.resumable || !this.cameBack) return;
    await this.prepare();
    if (this.devices.states.microphone === "ok" && this.audio?.context.state === "running") await this.goLive();
  }

  async goLive(takeover = false): Promise<void> {
    if (!this.compositor || this.phase === "live" || this.phase === "opening") return;
    this.phase = "opening";
    this.trouble = null;
    this.changed();
    await this.audio?.resume();
    const opened = await openSession(this.config.urls.open);
    if ("code" in opened) {
      if (opened.code === "ended" || opened.code === "cancelled") return this.closeFor(opened.code);
      this.trouble = opened;
      this.phase = "prep";
      return this.changed();
    }
    this.session = opened;
    this.startedMs = opened.started_ms;
    // after a reload, and where a colleague takes over, the camera was opened a moment ago
    const { compositor } = this;
    await firstPicture(() => compositor.hasPicture, this.timers, CAMERA_WAKES_MS);
    if ((this.phase as Phase) !== "opening") return;
    this.connect(takeover);
    void this.awake.keep();
  }

  /** When the lesson is to end, by what the server said last. */
  get plannedEnd(): number {
    return this.session?.planned_end_ms ?? this.config.lesson.ends_ms;
  }

  get nearEnd(): boolean {
    return this.phase === "live" && this.plannedEnd - this.now() < NEAR_END_MS;
  }

  async extend(): Promise<void> {
    const answer = await extendSession(this.config.urls.extend, LONGER_MINUTES);
    if (typeof answer === "number") this.endsAt(answer);
    else this.say(answer.message);
  }

  private endsAt(ms: number): void {
    if (ms === this.plannedEnd || !this.session) return;
    this.session = { ...this.session, planned_end_ms: ms };
    this.say(t("延长到 {time} 下课。", { time: timeOfDay(ms) }));
  }

  async end(): Promise<void> {
    if (this.phase !== "live" && this.phase !== "opening") return;
    this.phase = "ending";
    this.changed();
    await this.recorder?.stop();
    for (let tries = 0; tries < 20 && this.uplink?.state === "sending" && this.uplink.backlogBytes > 0; tries += 1) {
      await new Promise<void>((done) => this.timers.after(150, done));
    }
    this.uplink?.end();
    await new Promise<void>((done) => this.timers.after(2500, done));
    if ((this.phase as Phase) !== "ended") await this.endByPost();
  }

  setMain(main: Main): void {
    if (!this.compositor) return;
    this.compositor.scene = { ...this.compositor.scene, main };
    this.turned();
    this.changed();
  }

  /** What is large in the picture. */
  get showing(): Main | "board" | null {
    const main = this.compositor?.main ?? null;
    return main === "pages" && this.pages.shown?.sheet.form === "board" ? "board" : main;
  }

  /** The sheet that is in the picture, and may be written on. */
  get sheet(): string | null {
    return this.compositor?.main === "pages" ? (this.pages.shown?.sheet.id ?? null) : null;
  }

  /** Back from camera, screen or board to the pages. */
  showPages(): void {
    if (this.pages.current?.form === "board") void this.pages.show(this.pages.list.findIndex((sheet) => sheet.form === "page"));
    this.setMain("pages");
  }

  async showBoard(): Promise<void> {
    if (!this.compositor || !(await this.pages.showBoard())) return;
    this.writingOpen = true;
    this.setMain("pages");
  }

  async addBoard(): Promise<void> {
    if (await this.pages.addBoard()) this.setMain("pages");
  }

  /** With nothing in the picture to write on, a board is shown. */
  async togglePen(): Promise<void> {
    this.writingOpen = !this.writingOpen;
    if (this.writingOpen && this.sheet === null) {
      if (this.pages.shown) this.setMain("pages");
      else await this.showBoard();
    }
    this.changed();
  }

  /** Another sheet is in the picture, or none. */
  private turned(): void {
    const { shown } = this.pages;
    if (this.compositor) this.compositor.page = shown ? (shown.image ?? "blank") : null;
    const sheet = this.sheet === null ? null : shown?.sheet;
    this.writing.turn(sheet ? turnOf(sheet, this.pages.fileOf(sheet)) : null);
  }

  toggleMic(): void {
    this.micOn = !this.micOn;
    this.audio?.mute(!this.micOn);
    this.changed();
  }

  async shareScreen(): Promise<void> {
    if (await this.devices.shareScreen()) this.setMain("screen");
  }

  destroy(): void {
    for (const stop of this.stops) stop();
    window.removeEventListener("beforeunload", this.guard);
    document.removeEventListener("visibilitychange", this.seen);
    this.stage.stop();
    this.uplink?.stop();
    void this.recorder?.stop();
    this.devices.stop();
    this.pages.stop();
    this.writing.stop();
    this.compositor?.stop();
    this.audio?.stop();
    this.timers.stop();
  }

  private connect(takeover: boolean): void {
    const { limits, urls, lesson } = this.config;
    let home: Home | undefined;
    const uplink = new Uplink({
      home: (go) => (home = new Home(this.session?.home ?? "", () => withTicket(this.session?.ticket_url ?? "", this.session?.ticket ?? ""), this.timers, TEACHER, go)),
      url: () => {
        const url = new URL(withTicket(home?.path(urls.ingest) ?? urls.ingest, this.session?.ticket ?? ""), location.href);
        url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
        return url.href;
      },
      timers: this.timers,
      queue: new ChunkQueue({ seconds: limits.buffer_ms / 1000, bytes: limits.buffer_bytes }),
      after: recall(lesson.id)?.epoch ?? null,
      state: (state) => {
        if (state === "sending") this.floor.connected();
        if (state === "sending") this.stage.connected();
        this.changed();
      },
      ready: () => {
        this.phase = "live";
        this.startedMs ??= uplink.clock.now();
        this.changed();
      },
      viewers: (viewers) => this.counted(viewers),
      disk: (free) => this.say(t("服务器的磁盘快满了（剩 {free} MB），请告诉管理员。", { free })),
      warn: (message) => this.say(warningWords(message.t)),
      other: (message) => this.other(message),
      ended: (replay) => this.finished(replay),
      replaced: () => this.halted("replaced", t("您在另一个窗口继续上课了，这里已经停止。")),
      refused: (code, message) => this.refused(code, message),
      onNeedEpoch: () => this.recorder?.restart(this.videoBits),
    });
    this.uplink = uplink;
    this.recorder = new EpochRecorder(() => this.tracks(), {
      mime: this.env.mime ?? "",
      width: this.config.recorder.width,
      height: this.config.recorder.height,
      audioBits: this.config.recorder.audio_bits,
      keyframeMs: this.config.recorder.keyframe_ms,
      timesliceMs: this.config.recorder.timeslice_ms,
      timers: this.timers,
      sink: uplink,
      now: () => uplink.clock.now(),
      began: (info) => remember(lesson.id, info.id),
    });
    this.recorder.start(this.videoBits);
    uplink.start(takeover);
  }

  private counted(viewers: Viewers): void {
    this.viewers = viewers;
    const fresh = present(viewers).filter((id) => !this.seenClasses.has(id));
    for (const id of fresh) this.seenClasses.add(id);
    if (fresh.length) rememberSeen(this.config.lesson.id, this.seenClasses);
    this.changed();
  }

  private other(message: Record<string, unknown>): void {
    if (message.t === "handed_over") return this.say(t("已请代课老师接这节课，对方接上之前请继续。"));
    if (this.stage.hear(message)) return;
    if (message.t === "planned") return this.endsAt(Number(message.end_ms));
    if (message.t !== "viewers_change") return void this.floor.hear(message);
    const now = boardAfter(this.viewers, message as unknown as ViewersChange);
    if (now) this.counted(now);
  }

  private get videoBits(): number {
    return Math.min(this.config.recorder.video_bits, this.health.videoKbps * 1000);
  }

  private tracks(): MediaStreamTrack[] {
    return [this.compositor?.track, this.audio?.track].filter((track): track is MediaStreamTrack => !!track);
  }

  private screenChanged(stream: MediaStream | null): void {
    this.compositor?.setScreen(stream);
    this.audio?.setScreen(stream);
    if (!stream && this.compositor?.scene.main === "screen") {
      this.setMain(this.pages.shown ? "pages" : "camera");
      this.say(t("屏幕共享停止了，画面已经切换。"));
    }
  }

  private eachSecond(): void {
    if (this.phase === "live" && this.uplink) {
      const { uplink } = this;
      const quiet = uplink.quietSeconds;
      // a computer without a network may still reach a server that runs on it: the silence decides
      const offline = !navigator.onLine && quiet > OFFLINE_QUIET_S;
      const sample = { open: uplink.state === "sending" && !offline, backlog: uplink.backlogSeconds, quiet };
      if (this.uplink.isBarren) this.recorder?.restart(this.videoBits);
      if (this.health.sample(Date.now() / 1000, sample)) {
        this.recorder?.restart(this.videoBits);
        this.say(t("网络较慢，画面已调整为每秒 {kbps} 千比特。", { kbps: this.health.videoKbps }));
      }
    }
    this.seconds += 1;
    if (this.seconds % LOOK_EVERY_S === 0 && this.mayBeBehind) void this.look();
    this.changed();
  }

  private get mayBeBehind(): boolean {
    return this.phase === "stopped" || (this.phase === "prep" && this.session !== null);
  }

  private refused(code: string, message: string): void {
    if (code === "ended") return this.finished(null);
    this.halted(code, refusalWords(code) || message || t("服务器没有接受这次连接，请刷新页面再试。"));
  }

  private halted(code: string, message: string): void {
    this.trouble = { code, message };
    this.phase = code === "other_publisher" ? "prep" : "stopped";
    this.stage.stop();
    void this.recorder?.stop();
    this.recorder = null;
    this.changed();
  }

  /** Somebody else may have gone on with the lesson, or ended it, since this page was loaded. */
  async look(): Promise<void> {
    const now = await lessonNow(this.config.lesson.watch_url);
    if (!now || (this.phase !== "prep" && this.phase !== "stopped")) return;
    if (now.over) return this.closeFor(now.over);
    if (this.session && now.session) this.session = { ...this.session, state: now.session };
    this.changed();
  }

  private closeFor(over: "ended" | "cancelled"): void {
    this.over = over;
    this.trouble = null;
    this.finished(null);
  }

  private finished(replay: string | null): void {
    this.endedAt = this.now();
    this.replay = replay;
    this.phase = "ended";
    this.floor.abandon();
    this.stage.stop();
    this.writing.stop();
    forget(this.config.lesson.id);
    void this.recorder?.stop();
    this.devices.stop();
    this.compositor?.stop();
    this.awake.release();
    this.changed();
  }

  private async endByPost(): Promise<void> {
    try {
      const replay = await endSession(this.config.urls.end);
      this.uplink?.stop();
      this.finished(replay);
    } catch {
      this.phase = "live";
      this.recorder?.start(this.videoBits);
      this.say(t("没能下课：连不上服务器。课还在继续，请稍后再点“下课”。"));
    }
  }

  private say(text: string): void {
    this.notice = text;
    this.changed();
  }

  private readonly guard = (event: BeforeUnloadEvent): void => {
    if (this.phase === "live" || this.phase === "ending") event.preventDefault();
  };

  private readonly seen = (): void => {
    if (document.visibilityState === "visible" && this.mayBeBehind) void this.look();
    if (document.visibilityState === "visible" && this.phase === "live") void this.awake.keep();
  };
}
