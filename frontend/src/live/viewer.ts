/** One lesson being watched: its socket, its keys, its player, and what state it is in. Student's room and class screen alike. */
import { ServerClock } from "../lib/clock";
import { Socket, type SocketState } from "../lib/socket";
import { type Cause, findCause } from "./cause";
import { Floor } from "./floor";
import { Home, MOVED, VIEWER } from "./home";
import { KeyCache } from "./keys";
import type { Pin } from "./ladder";
import { savedPin } from "./pin";
import { Player } from "./player";
import { changed as boardAfter, present } from "./presence/rows";
import { pageTimers } from "./timers";
import { type Beat, type Made, type SessionState, type Viewers, type WatchMessage, type WatchState, withTicket } from "./protocol";

export type Line = "connecting" | "up" | "down" | "refused";

export interface ViewerOptions {
  video: HTMLVideoElement;
  path: string;
  ticket: string;
  ticketUrl: string;
  /** Where the lesson is among several live processes. */
  home?: string | undefined;
  session: SessionState;
  /** Play what the session offers (a class screen and a student do; a lobby has nothing). */
  changed: (viewer: LessonViewer) => void;
  blocked?: (blocked: boolean) => void;
  day?: () => void;
  /** What is shown beside the picture has changed: these keys, or (null) perhaps everything. */
  happened?: (keys: string[] | null) => void;
  /** A word about the stage (a call), and that there is a line (again) to say one. */
  staged?: (message: Record<string, unknown>) => void;
  linked?: () => void;
}

const BEAT_MS = 10_000;
/** A picture that comes or stops is told at once, but not more often than so. */
const BEATS_APART_MS = 2000;
const SPREAD_MS = 300;
const WHY_MS = 5000;
const SILENCE_MS = 35_000;
/** A picture that stands for so long asks whether the lesson is elsewhere: a live process that hangs closes no line. */
const STANDS_MS = 5000;
/** How old the picture usually is: what is gone by until the first frame is there. */
const USUAL_LAG_MS = 3000;
/** A stroke is seen as it grows. */
const REACH_MS = 80;

export class LessonViewer {
  readonly clock = new ServerClock();
  readonly keys = new KeyCache();
  readonly player: Player;
  readonly floor: Floor;
  state: SessionState;
  line: Line = "connecting";
  running = false;
  viewers: number | null = null;
  startedMs: number | null = null;
  /** When the lesson is to end, by what the server said last. */
  plannedEndMs: number | null = null;
  /** Who is there: told to assistants of the sending side. */
  board: Viewers | null = null;
  /** Classes that have been there while this page was. */
  readonly seen = new Set<string>();
  refusal = "";
  /** While the line is down: whose fault it seems to be. */
  cause: Cause = "unknown";
  private ticket: string;
  private readonly home: Home;
  private socket: Socket;
  private beatSent = 0;
  private beatAt = -Infinity;
  private soon: number | undefined;
  private asking: number | undefined;
  private renewed = false;
  private said = "full false";
  private master: string | null = null;
  private ladder: string | null = null;
  /** The newest still picture of the lesson. */
  poster: string | null = null;
  /** The picture comes another way. */
  private resting = false;
  private gone = false;
  private readonly timer: number;
  private readonly reaching: number;
  private readonly visible = (): void => this.beat();

  constructor(private readonly options: ViewerOptions) {
    this.ticket = options.ticket;
    this.state = options.session;
    this.player = new Player(options.video, { keys: this.keys, ticket: () => this.ticket, now: () => this.clock.now() }, {
      ...(options.blocked ? { blocked: options.blocked } : {}),
      running: (running) => {
        this.running = running || this.resting;
        if (this.state === "live") this.beatSoon();
        options.changed(this);
      },
    });
    this.player.pin = savedPin();
    this.floor = new Floor({
      send: (message) => this.socket?.send(message) ?? false,
      now: () => this.clock.now(),
      changed: (keys) => options.happened?.(keys),
    });
    this.home = new Home(options.home ?? "", () => withTicket(options.ticketUrl, this.ticket), pageTimers, VIEWER, () => this.socket.afresh());
    this.socket = this.open();
    this.timer = window.setInterval(() => this.beat(), BEAT_MS);
    this.reaching = window.setInterval(() => {
      this.reach();
      this.ask();
      if (this.player.standsFor > STANDS_MS) this.home.lost();
    }, REACH_MS);
    document.addEventListener("visibilitychange", this.visible);
  }

  destroy(): void {
    this.gone = true;
    window.clearInterval(this.timer);
    window.clearInterval(this.reaching);
    this.floor.abandon();
    window.clearTimeout(this.soon);
    window.clearTimeout(this.asking);
    document.removeEventListener("visibilitychange", this.visible);
    this.home.stop();
    this.socket.stop();
    this.player.destroy();
  }

  /** Seconds between the frame on this screen and now, by the server's clock. */
  get lag(): number | null {
    const date = this.player.mode === "live" ? this.player.frameDate : null;
    return date === null ? null : (this.clock.now() - date) / 1000;
  }

  /** False when there is no line. */
  say(message: Record<string, unknown>): boolean {
    return this.socket.send(message);
  }

  /** While the class talks with the teacher the stream is let go of: its picture comes by the call, and the line may be thin. */
  rest(resting: boolean): void {
    if (resting === this.resting) return;
    this.resting = this.running = resting;
    if (resting) this.player.stop();
    else if (this.master && this.state !== "ended") this.player.playLive(this.master, this.ladder);
    this.beat();
    this.options.changed(this);
  }

  hurry(): void {
    this.socket.hurry();
  }

  private open(): Socket {
    return new Socket({
      url: () => `${withTicket(this.home.path(this.options.path), this.ticket)}&have=${this.floor.timeline.seq}`,
      silence: SILENCE_MS,
      open: () => {
        this.beat();
        this.floor.connected();
        this.options.linked?.();
      },
      message: (message) => {
        if (!this.home.heard(message)) this.heard(message as unknown as WatchMessage);
      },
      finalCodes: (code) => code >= 4000 && code < 5000 && code !== MOVED,
      closed: (code) => (code === MOVED ? this.home.moved() : this.home.lost()),
      state: (state) => this.lineChanged(state),
      refused: (code, reason) => this.refused(code, reason),
    });
  }

  /** Events wait for their frame; where nothing plays there is nothing to wait for. Until the first frame is there, whoever comes
   * late is shown what a picture of the usual age would show. */
  private reach(): void {
    const now = this.clock.now();
    const plays = this.state === "live" && this.player.mode === "live";
    this.floor.timeline.reach(plays ? (this.player.frameDate ?? now - USUAL_LAG_MS) : null, now);
  }

  /** Another rendition is told at once, and so is the need of one: it takes a moment to be made. */
  private ask(): void {
    const { player } = this;
    if (player.mode !== "live") return;
    const said = `${player.rendition} ${player.wantsSmall}`;
    if (said === this.said) return;
    this.said = said;
    this.beatSoon();
    this.options.changed(this);
  }

  private lineChanged(state: SocketState): void {
    const line: Line = state === "open" ? "up" : state === "closed" ? this.line : "down";
    if (line === this.line || (this.line === "connecting" && state === "connecting")) return;
    this.line = line;
    if (line === "down") void this.askWhy();
    this.options.changed(this);
  }

  private async askWhy(): Promise<void> {
    window.clearTimeout(this.asking);
    this.cause = await findCause();
    if (this.gone || this.line !== "down") return;
    this.asking = window.setTimeout(() => void this.askWhy(), WHY_MS);
    this.options.changed(this);
  }

  private heard(message: WatchMessage): void {
    const now = Date.now();
    switch (message.t) {
      case "state":
        this.clock.hint(message.server_ms, now);
        return this.enter(message);
      case "beat":
        this.keys.add(message.keys);
        if (message.server_ms && this.beatSent) this.clock.sample(this.beatSent, message.server_ms, now);
        if (message.ticket) this.ticket = message.ticket;
        if (typeof message.viewers === "number") this.viewers = message.viewers;
        return this.options.changed(this);
      case "ended":
        this.state = "ended";
        return this.options.changed(this);
      case "made":
        this.offered(message);
        return this.options.changed(this);
      case "viewers":
        return this.counted(message);
      case "viewers_change":
        return this.counted(boardAfter(this.board, message));
      default:
        if ((message.t as string) === "day") this.options.day?.();
        else if (["stage", "signal", "relay"].includes(message.t)) this.options.staged?.(message as unknown as Record<string, unknown>);
        else this.floor.hear(message as unknown as Record<string, unknown>);
    }
  }

  private counted(board: Viewers | null): void {
    this.board = board;
    if (board) for (const id of present(board)) this.seen.add(id);
    this.options.changed(this);
  }

  private enter(message: WatchState): void {
    this.keys.add(message.keys);
    this.state = message.state;
    this.startedMs = message.started_ms;
    this.plannedEndMs = message.planned_end_ms ?? null;
    this.player.expectsMotion = message.state === "live";
    this.offered(message);
    if (message.master && (message.state === "live" || message.state === "interrupted")) this.master = message.master;
    if (this.master && !this.resting && message.state !== "ended") this.player.playLive(this.master, this.ladder);
    this.reach(); // what comes with the next message waits already
    this.options.changed(this);
  }

  /** What there is for weak lines. */
  private offered({ ladder, made, poster }: Partial<Made>): void {
    this.ladder = ladder ?? this.ladder;
    this.poster = poster ?? this.poster;
    this.player.offer(made ?? []);
  }

  /** What is to be played on this screen; see `Pin`. */
  choose(pin: Pin): void {
    this.player.pin = pin;
    this.beatSoon();
  }

  /** The server closed for good. A dead ticket is renewed once through the page's own session. */
  private refused(code: number, reason: string): void {
    if (code === 4010) {
      this.state = "ended";
      return this.options.changed(this);
    }
    if (code === 4003 && !this.renewed) {
      this.renewed = true;
      void this.renew();
      return;
    }
    this.line = "refused";
    this.refusal = reason;
    this.options.changed(this);
  }

  private async renew(): Promise<void> {
    const { post } = await import("../lib/config");
    try {
      const answer = await post(this.options.ticketUrl);
      if (!answer.ok) throw new Error(String(answer.status));
      const { ticket } = (await answer.json()) as { ticket: string };
      if (this.gone) return; // left meanwhile: a line nobody closes would count as somebody watching
      this.ticket = ticket;
      this.socket = this.open();
    } catch {
      if (this.gone) return;
      this.line = "refused";
      this.options.changed(this);
    }
  }

  /** The teacher's page shows who has a picture: it should not have to wait for the next regular report. */
  private beatSoon(): void {
    if (this.soon !== undefined) return;
    const pause = Math.max(0, BEATS_APART_MS - (performance.now() - this.beatAt)) + Math.random() * SPREAD_MS;
    this.soon = window.setTimeout(() => this.beat(), pause);
  }

  private beat(): void {
    window.clearTimeout(this.soon);
    this.soon = undefined;
    this.beatAt = performance.now();
    const { player } = this;
    const { video, meter } = player;
    const beat: Beat = {
      t: "beat",
      pos: player.mode === "idle" ? null : Math.round(video.currentTime * 100) / 100,
      buffer: Math.round(player.buffer * 100) / 100,
      lag: this.lag === null ? null : Math.round(this.lag * 100) / 100,
      stalls: meter.stalls,
      stall_ms: Math.round(meter.stallMs),
      dropped: player.droppedFrames,
      playing: this.resting || player.isPlaying,
      visible: document.visibilityState === "visible",
      error: player.lastError ?? (player.soundBlocked ? "soundBlocked" : null),
      head_count: null,
      rendition: player.mode === "live" ? player.rendition : null,
      kbps: player.kbps,
      want: player.wantsSmall ? "small" : null,
    };
    if (this.socket?.send(beat as unknown as Record<string, unknown>)) this.beatSent = Date.now();
  }
}
