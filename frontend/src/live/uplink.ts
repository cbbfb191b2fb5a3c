/** Carries recorded chunks to the server and survives what lines do: cuts, slow stretches, stale tabs, server restarts.
 *
 * One line, one epoch at a time. A chunk stays in the queue until the server says it is wholly on disk; after a cut the
 * server names the chunk to go on from. Nothing here knows of the recorder: `onNeedEpoch` asks for a fresh one.
 */
import { ServerClock } from "../lib/clock";
import { ChunkQueue, type EpochChunks, type EpochInfo } from "./chunkQueue";
import type { Home } from "./home";
import { Line } from "./line";
import { chunkHeader, MAX_PAYLOAD, VERSION, type Hello, type IngestMessage, type SessionState, type Viewers } from "./protocol";
import type { Timers } from "./timers";

/** idle: nothing to send · connecting · greeting: said hello · sending · waiting: between attempts · stopped: for good */
export type UplinkState = "idle" | "connecting" | "greeting" | "sending" | "waiting" | "stopped";

export interface UplinkEvents {
  state?: (state: UplinkState) => void;
  ready?: (epochNumber: number, session: SessionState) => void;
  viewers?: (viewers: Viewers) => void;
  disk?: (freeMb: number) => void;
  /** Something the teacher may want to know; sending goes on. */
  warn?: (message: { t: string }) => void;
  ended?: (replay: string | null) => void;
  /** The server does not want us; another tab or person may be publishing. */
  refused?: (code: string, message: string) => void;
  replaced?: () => void;
  /** Another message: what happens in the lesson beside its picture. */
  other?: (message: Record<string, unknown>) => void;
  /** The recorder must begin anew, because the server cannot go on with the epoch it was sent. */
  onNeedEpoch?: (reason: string) => void;
}

export interface UplinkOptions extends UplinkEvents {
  url: () => string;
  timers: Timers;
  socket?: (url: string) => WebSocket;
  queue?: ChunkQueue;
  random?: () => number;
  /** Where the lesson is, when there are several live processes. */
  home?: (go: () => void) => Home;
  /** The epoch this tab sent before the page was reloaded. */
  after?: string | null;
}

const WINDOW_BYTES = 192 * 1024; // on the wire at once; more would delay what matters, and hide a dead line
const PUMP_MS = 100;
const LAST_ACK_WAIT_MS = 2500;
const BARREN_SECONDS = 10;

export class Uplink {
  readonly clock = new ServerClock();
  readonly queue: ChunkQueue;
  state: UplinkState = "idle";
  roundTrip: number | null = null;
  private readonly line: Line;
  private readonly home: Home | null;
  private takeover = false;
  private begunAnew = false;
  private after: string | null;
  private sending: EpochChunks | null = null;
  private nextToSend = 0;
  private lastSentAt = 0;
  private stopPump: (() => void) | null = null;

  constructor(private readonly options: UplinkOptions) {
    this.queue = options.queue ?? new ChunkQueue();
    this.after = options.after ?? null;
    this.home = options.home?.(() => this.line.afresh()) ?? null;
    this.line = new Line({
      url: options.url,
      timers: options.timers,
      socket: options.socket,
      random: options.random,
      connecting: () => this.set("connecting"),
      opened: () => this.greet(),
      message: (message) => {
        if (!this.home?.heard(message)) this.handle(message as unknown as IngestMessage);
      },
      silent: () => this.home?.lost(),
      moved: () => this.home?.moved(),
      lost: () => {
        this.sending = null;
        this.home?.lost();
        this.set("waiting");
      },
      closed: (code, reason) => this.closed(code, reason),
    });
  }

  /** Begin to connect. `takeover` closes an older tab of the same teacher. */
  start(takeover = false): void {
    this.takeover = takeover;
    this.stopPump?.();
    this.stopPump = this.options.timers.every(PUMP_MS, () => this.pump());
    this.line.start();
  }

  begin(info: EpochInfo): EpochChunks {
    const epoch = this.queue.begin(info);
    if (!this.sending) this.greet();
    return epoch;
  }

  push(epoch: EpochChunks, data: Blob, capturedMs: number, last = false): void {
    for (let at = 0; at === 0 || at < data.size; at += MAX_PAYLOAD) {
      const part = data.size > MAX_PAYLOAD ? data.slice(at, at + MAX_PAYLOAD) : data;
      epoch.add(part, capturedMs, last && at + MAX_PAYLOAD >= data.size);
    }
    this.queue.trim();
    if (this.sending && !this.queue.find(this.sending.info.id)) this.nextEpoch();
    if (this.state !== "sending" && this.queue.wantsRotation && !last) this.options.onNeedEpoch?.("backlog");
    this.pump();
  }

  /** Recorded and not yet safe on the server. */
  get backlogBytes(): number {
    return this.queue.bytes;
  }

  get backlogSeconds(): number {
    return this.queue.seconds;
  }

  /** Seconds since the server was last heard. */
  get quietSeconds(): number {
    return this.line.quiet / 1000;
  }

  /** Everything was sent and taken, yet for long the server made nothing of it: the recording itself must be bad. */
  get isBarren(): boolean {
    const epoch = this.sending;
    const allSent = !!epoch && this.state === "sending" && this.nextToSend >= epoch.nextNumber && this.line.buffered === 0;
    return allSent && epoch.seconds > BARREN_SECONDS;
  }

  end(): void {
    this.line.say({ t: "end" });
  }

  /** A message that is not part of the recording; false while nobody would take it. */
  say(message: Record<string, unknown>): boolean {
    if (this.state !== "sending" || !this.line.isOpen) return false;
    this.line.say(message);
    return true;
  }

  stop(): void {
    this.stopPump?.();
    this.stopPump = null;
    this.line.stop();
    this.home?.found();
    this.sending = null;
    this.set("stopped");
  }

  private set(state: UplinkState): void {
    if (this.state === state) return;
    this.state = state;
    this.options.state?.(state);
  }

  private closed(code: number, reason: string): void {
    this.stop();
    if (code === 4001) this.options.replaced?.();
    else if (code === 4010) this.options.ended?.(null);
    else this.options.refused?.(code === 4009 ? "other_publisher" : "closed", reason);
  }

  /** Say which epoch comes: the oldest one not yet safe. */
  private greet(): void {
    if (!this.line.isOpen) return;
    const epoch = this.queue.current;
    if (!epoch) return this.set("idle");
    this.sending = epoch;
    const { id, mime, width, height } = epoch.info;
    const hello: Hello = { t: "hello", v: VERSION, epoch: id, mime, width, height, takeover: this.takeover, after: this.after, changes: true };
    this.set("greeting");
    this.line.say({ ...hello });
  }

  private handle(message: IngestMessage): void {
    switch (message.t) {
      case "ready":
        return this.ready(message);
      case "ack":
        return this.acked(message.chunk);
      case "time":
        this.roundTrip = this.options.timers.now() - message.c;
        return this.clock.sample(message.c, message.s, this.options.timers.now());
      case "viewers":
        return this.options.viewers?.(message);
      case "error":
        return this.failed(message.code, message.next_chunk);
      case "refused":
        return this.refused(message.code, message.message);
      case "replaced":
        this.stop();
        return this.options.replaced?.();
      case "ended":
        this.stop();
        return this.options.ended?.(message.replay);
      case "disk":
        return this.options.disk?.(message.free_mb);
      case "segment_slow":
      case "clock":
      case "ending":
        return this.options.warn?.(message);
      case "restart":
        return this.line.renew();
      default:
        return this.options.other?.(message as unknown as Record<string, unknown>);
    }
  }

  private refused(code: string, message: string): void {
    if (code === "no_key") return this.line.renew(); // keys are made in a moment
    if (code === "stale" && this.sending && !this.begunAnew) {
      // the server kept nothing to go on from: a new recording will do. Once; then it is something else
      this.begunAnew = true;
      this.abandon("stale");
      return this.line.renew();
    }
    this.stop();
    this.options.refused?.(code, message);
  }

  private ready(message: IngestMessage & { t: "ready" }): void {
    const epoch = this.sending;
    if (!epoch) return;
    this.line.settled();
    this.takeover = false; // ours now: a later reconnect must not throw out a tab that took over from us
    this.after = epoch.info.id;
    this.clock.hint(message.server_ms);
    this.options.ready?.(message.epoch_no, message.state);
    epoch.release(Math.min(message.acked, message.next_chunk - 1));
    // the server wants what we no longer have, or never had
    if (message.next_chunk < epoch.firstNumber || message.next_chunk > epoch.nextNumber) return this.abandon("gap");
    this.nextToSend = message.next_chunk;
    this.begunAnew = false;
    this.set("sending");
    this.pump();
  }

  private acked(chunk: number): void {
    if (!this.sending) return;
    this.sending.release(chunk);
    if (this.sending.done) this.nextEpoch();
  }

  private failed(code: string, nextChunk: number | undefined): void {
    const held = this.sending;
    const have = held && nextChunk !== undefined && nextChunk >= held.firstNumber && nextChunk <= held.nextNumber;
    if (code !== "gap" || !have) return this.abandon(code);
    this.nextToSend = nextChunk;
    this.pump();
  }

  /** The server cannot go on with this epoch: forget it, and ask for a new one unless one already follows. */
  private abandon(reason: string): void {
    const epoch = this.sending;
    if (!epoch) return;
    const wasRecording = epoch === this.queue.recording;
    this.queue.drop(epoch);
    this.sending = null;
    if (wasRecording) this.options.onNeedEpoch?.(reason);
    else this.greet();
  }

  /** All of this epoch was sent: go on with the one that follows. */
  private nextEpoch(): void {
    if (this.sending) this.queue.drop(this.sending);
    this.sending = null;
    this.greet();
  }

  private pump(): void {
    const epoch = this.sending;
    if (this.state !== "sending" || !epoch) return;
    while (this.line.buffered < WINDOW_BYTES) {
      const chunk = epoch.at(this.nextToSend);
      if (!chunk) break;
      this.line.send(new Blob([chunkHeader(chunk.number, chunk.capturedMs, chunk.last), chunk.data]));
      this.nextToSend += 1;
      this.lastSentAt = this.options.timers.now();
    }
    // normally the last ack moves on to the next epoch; an ack that never comes must not hold it up
    const waited = this.options.timers.now() - this.lastSentAt > LAST_ACK_WAIT_MS;
    if (waited && this.queue.length > 1 && this.nextToSend >= epoch.nextNumber && this.line.buffered === 0) this.nextEpoch();
  }
}
