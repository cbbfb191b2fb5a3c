/** The class screen without its face: follows the day's plan, joins and leaves lessons by itself, from morning to evening. */
import { isSignedOut } from "../../lib/config";
import { Socket } from "../../lib/socket";
import type { Day, ScreenConfig } from "../../live/config";
import { type Cause, findCause } from "../../live/cause";
import { MOVED } from "../../live/home";
import { type Overlay, overlayFor } from "../../live/mode";
import { withTicket } from "../../live/protocol";
import { LessonViewer } from "../../live/viewer";
import { shouldReload, task, type Task } from "./plan";

const STUCK_RELOAD_MS = 45_000;
const RELOADED = "lantian-screen-reloaded";
const RELOADS_APART_MS = 10 * 60_000;

export class ScreenRoom {
  day: Day;
  task: Task = { kind: "free" };
  viewer: LessonViewer | null = null;
  /** The browser still wants its tap for sound. */
  needsTap: boolean;
  /** The plan could be fetched last time. */
  reachable = true;
  /** When it could not: whose fault it seems to be. */
  cause: Cause = "unknown";
  signedOut = false;
  joined = 0;
  /** Words about a call, and that there is a line to say some. */
  staged: (message: Record<string, unknown>) => void = () => undefined;
  linked: () => void = () => undefined;
  private readonly over = new Set<string>();
  private lobby: Socket | null = null;
  private lobbyTicket: string | null = null;
  private offset: number;
  private pollTimer: number | undefined;
  private stillSince = performance.now();
  /** There is a lesson and a line, and yet no picture, since then. Waiting for the teacher is none of it. */
  private stuckSince: number | null = null;
  private readonly bornAt = Date.now();
  private readonly tick: number;
  private readonly awake = (): void => void this.refresh();

  constructor(
    readonly config: ScreenConfig,
    readonly video: HTMLVideoElement,
    private readonly changed: () => void,
    private readonly happened: (keys: string[] | null) => void,
  ) {
    this.day = config.day;
    this.offset = config.day.now_ms - Date.now();
    this.needsTap = !config.kiosk && !soundAllowed();
    this.tick = window.setInterval(() => this.eachSecond(), 1000);
    window.addEventListener("online", this.awake);
    window.addEventListener("offline", this.awake);
    document.addEventListener("visibilitychange", this.awake);
    this.follow();
    this.plan();
  }

  destroy(): void {
    window.clearInterval(this.tick);
    window.clearTimeout(this.pollTimer);
    window.removeEventListener("online", this.awake);
    window.removeEventListener("offline", this.awake);
    document.removeEventListener("visibilitychange", this.awake);
    this.leave();
    this.lobby?.stop();
  }

  now(): number {
    return this.viewer?.clock.synced ? this.viewer.clock.now() : Date.now() + this.offset;
  }

  get overlay(): Overlay {
    const { viewer } = this;
    if (!viewer) return "none";
    if (viewer.running) this.stillSince = performance.now();
    return overlayFor({ state: viewer.state, line: viewer.line, running: viewer.running, still: this.still });
  }

  get still(): number {
    return performance.now() - this.stillSince;
  }

  /** The morning's tap: sound for the whole day, and the whole screen. */
  async enableSound(): Promise<void> {
    this.needsTap = false;
    this.video.muted = false;
    const unlock = new AudioContext();
    await unlock.resume().catch(() => undefined);
    void unlock.close();
    await this.viewer?.player.unmute();
    this.changed();
  }

  toggleSound(): void {
    this.video.muted = !this.video.muted;
    if (!this.video.muted) void this.viewer?.player.unmute();
    this.changed();
  }

  /** By hand: everything anew. */
  again(): void {
    this.viewer?.hurry();
    this.viewer?.player.rebuild();
    void this.refresh();
  }

  async refresh(): Promise<void> {
    window.clearTimeout(this.pollTimer);
    const sent = Date.now();
    const answer = await fetch(this.config.urls.day, {
      credentials: "same-origin",
      headers: { Accept: "application/json" },
      redirect: "manual",
    }).catch(() => null);
    this.reachable = answer !== null && answer.status < 500;
    if (!this.reachable) this.cause = answer ? "platform" : await findCause();
    this.signedOut = answer !== null && isSignedOut(answer);
    const day = answer?.ok ? ((await answer.json().catch(() => null)) as Day | null) : null;
    if (day) {
      this.day = day;
      this.offset = day.now_ms - (sent + Date.now()) / 2;
      this.follow();
    }
    this.plan();
    this.changed();
  }

  private plan(): void {
    const pause = this.reachable ? this.day.poll_ms || 20_000 : 5000;
    this.pollTimer = window.setTimeout(() => void this.refresh(), pause * (0.9 + Math.random() * 0.2));
  }

  /** Do what the plan says now. */
  private follow(): void {
    this.task = task(this.day, this.now(), this.over);
    const session = this.task.kind === "lesson" ? this.task.session : null;
    if (session?.id !== this.sessionId) {
      this.leave();
      if (session) this.join(session);
    }
    this.watchLobby();
  }

  private sessionId: string | undefined;

  private join(session: { id: string; ticket: string; ticket_url: string; home?: string; state: LessonViewer["state"] }): void {
    this.sessionId = session.id;
    this.joined += 1;
    this.stuckSince = null;
    this.stillSince = performance.now();
    this.viewer = new LessonViewer({
      video: this.video,
      path: this.config.urls.watch,
      ticket: session.ticket,
      ticketUrl: session.ticket_url,
      home: session.home,
      session: session.state,
      changed: (viewer) => this.viewerChanged(viewer),
      blocked: (blocked) => {
        if (blocked && !this.config.kiosk) this.needsTap = true;
        this.changed();
      },
      happened: (keys) => this.happened(keys),
      staged: (message) => this.staged(message),
      linked: () => this.linked(),
    });
  }

  /** Nothing of a lesson stays behind: a screen sees eight of them a day. */
  private leave(): void {
    this.viewer?.destroy();
    this.viewer = null;
    this.sessionId = undefined;
  }

  private viewerChanged(viewer: LessonViewer): void {
    const session = this.day.current?.session;
    // the lesson lasts longer: the room says so at once, and also when the plan cannot be asked for
    if (session && viewer === this.viewer && session.id === this.sessionId && viewer.plannedEndMs) session.planned_end_ms = viewer.plannedEndMs;
    if (viewer.state === "ended" && viewer === this.viewer && this.sessionId) {
      this.over.add(this.sessionId);
      this.follow();
      void this.refresh();
    }
    this.changed();
  }

  /** Between lessons a quiet socket tells when the plan changes. */
  private watchLobby(): void {
    const wanted = this.viewer ? null : this.day.lobby_ticket;
    if (wanted) this.lobbyTicket = wanted;
    if (this.viewer || !wanted) {
      this.lobby?.stop();
      this.lobby = null;
      return;
    }
    this.lobby ??= new Socket({
      url: () => withTicket((this.day.lobby_home ?? "") + this.config.urls.watch, this.lobbyTicket ?? ""),
      finalCodes: (code) => code >= 4000 && code < 5000 && code !== MOVED,
      closed: (code) => {
        if (code === MOVED) void this.refresh();
      },
      message: (message) => {
        if (message.t === "day") void this.refresh();
      },
      refused: () => (this.lobby = null),
    });
  }

  private eachSecond(): void {
    const before = this.task.kind;
    this.task = task(this.day, this.now(), this.over);
    if (this.task.kind !== before) this.follow();
    this.rescue();
    this.changed();
  }

  /** Last resorts: a fresh page when nothing else brought the picture back, and a fresh page at night. */
  private rescue(): void {
    const { viewer } = this;
    const stands = viewer?.state === "live" && viewer.line === "up" && !viewer.running;
    this.stuckSince = stands ? (this.stuckSince ?? performance.now()) : null;
    const stuck = this.stuckSince !== null && performance.now() - this.stuckSince > STUCK_RELOAD_MS;
    const idle = this.task.kind === "next" || this.task.kind === "free";
    const night = shouldReload({
      idle,
      hour: new Date(this.now()).getHours(),
      ageMs: Date.now() - this.bornAt,
      newVersion: !!this.day.version && !!this.config.day.version && this.day.version !== this.config.day.version,
    });
    if (!stuck && !night) return;
    const last = Number(sessionStorage.getItem(RELOADED) ?? 0);
    if (Date.now() - last < RELOADS_APART_MS) return;
    sessionStorage.setItem(RELOADED, String(Date.now()));
    location.reload();
  }
}

/** May this page make sound without a tap? (Kiosk flags, or a tap before a reload.) */
function soundAllowed(): boolean {
  try {
    const context = new AudioContext();
    const allowed = context.state === "running";
    void context.close();
    return allowed;
  } catch {
    return true;
  }
}
