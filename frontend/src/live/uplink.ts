/** Carries recorded chunks to the server and survives what lines do: cuts, slow stretches, stale tabs, server restarts.
 *
 * One socket, one epoch at a time. A chunk stays in the queue until the server says it is wholly on disk; after a cut the
 * server names the chunk to go on from. Nothing here knows of the recorder: `onNeedEpoch` asks for a fresh one.
 */
import { ServerClock } from "../lib/clock";
import { ChunkQueue, type EpochChunks, type EpochInfo } from "./chunkQueue";
import { pauseBefore } from "./pause";
import {
  chunkHeader,
  MAX_PAYLOAD,
  parseMessage,
  VERSION,
  type Hello,
  type IngestMessage,
  type SessionState,
  type Viewers,
} from "./protocol";
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
  /** Another tab or person publishes; `takeOver()` may follow. */
  refused?: (code: string, message: string) => void;
  replaced?: () => void;
  /** The recorder must begin anew, because the server cannot go on with the epoch it was sent. */
  onNeedEpoch?: (reason: string) => void;
}

export interface UplinkOptions extends UplinkEvents {
  url: () => string;
  timers: Timers;
  socket?: (url: string) => WebSocket;
  queue?: ChunkQueue;
  random?: () => number;
  /** The epoch this tab sent before the page was reloaded. */
  after?: string | null;
}

const WINDOW_BYTES = 192 * 1024; // on the wire at once; more would delay what matters, and hide a dead line
const PUMP_MS = 100;
const PING_MS = 2000;
const SILENCE_MS = 8000;
const LAST_ACK_WAIT_MS = 2500;
const FINAL_CODES = (code: number): boolean => code >= 4000 && code < 4900;

export class Uplink {
  readonly clock = new ServerClock();
  readonly queue: ChunkQueue;
  state: UplinkState = "idle";
  roundTrip: number | null = null;
  reconnects = 0;
  private ws: WebSocket | null = null;
  private attempt = 0;
  private takeover = false;
  private begunAnew = false;
  private after: string | null;
  private sending: EpochChunks | null = null;
  private nextToSend = 0;
  private lastHeard = 0;
  private lastBuffered = 0;
  private lastSentAt = 0;
  private stops: (() => void)[] = [];
  private cancelRetry: (() => void) | null = null;
  private readonly online = (): void => this.hurry();

  constructor(private readonly options: UplinkOptions) {
    this.queue = options.queue ?? new ChunkQueue();
    this.after = options.after ?? null;
  }

  /** Begin to connect. `takeover` closes an older tab of the same teacher. */
  start(takeover = false): void {
    this.takeover = takeover;
    this.halt();
    const { timers } = this.options;
    this.stops = [timers.every(PUMP_MS, () => this.pump()), timers.every(PING_MS, () => this.ping())];
    window.addEventListener("online", this.online);
    this.attempt = 0;
    this.connect();
  }

  begin(info: EpochInfo): EpochChunks {
    const epoch = this.queue.begin(info);
    if (!this.sending || this.state === "idle") this.greet();
    return epoch;
  }

  push(epoch: EpochChunks, data: Blob, capturedMs: number, last = false): void {
    if (data.size > MAX_PAYLOAD) {
      for (let at = 0; at < data.size; at += MAX_PAYLOAD) {
        const part = data.slice(at, at + MAX_PAYLOAD);
        epoch.add(part, capturedMs, last && at + MAX_PAYLOAD >= data.size);
      }
    } else epoch.add(data, capturedMs, last);
    this.queue.trim();
    if (this.sending && !this.queue.find(this.sending.info.id)) this.nextEpoch();
    if (this.state !== "sending" && this.queue.wantsRotation && !last) this.options.onNeedEpoch?.("backlog");
    this.pump();
  }

  /** Bytes recorded and not yet handed to a line that takes them. */
  get backlogBytes(): number {
    return this.queue.bytes;
  }

  get backlogSeconds(): number {
    return this.queue.seconds;
  }

  end(): void {
    this.say({ t: "end" });
  }

  stop(): void {
    this.halt();
    this.set("stopped");
  }

  /** Try again now. */
  hurry(): void {
    if (this.state !== "waiting") return;
    this.cancelRetry?.();
    this.connect();
  }

  /** Drop the line and make another (tests; a line that seems stuck). */
  reconnect(): void {
    this.lost();
  }

  private halt(): void {
    for (const stop of this.stops) stop();
    this.stops = [];
    this.cancelRetry?.();
    window.removeEventListener("online", this.online);
    this.close();
  }

  private set(state: UplinkState): void {
    if (this.state === state) return;
    this.state = state;
    this.options.state?.(state);
  }

  private connect(): void {
    this.close();
    this.set("connecting");
    const make = this.options.socket ?? ((url: string) => new WebSocket(url));
    const ws = make(this.options.url());
    this.ws = ws;
    this.lastHeard = this.options.timers.now();
    ws.onopen = () => {
      if (ws !== this.ws) return;
      this.lastHeard = this.options.timers.now();
      this.ping();
      this.greet();
    };
    ws.onmessage = (event: MessageEvent<unknown>) => {
      if (ws === this.ws && typeof event.data === "string") this.heard(event.data);
    };
    ws.onclose = (event) => {
      if (ws === this.ws) this.closed(event.code, event.reason);
    };
  }

  private close(): void {
    const ws = this.ws;
    this.ws = null;
    this.sending = null;
    if (!ws) return;
    ws.onopen = ws.onmessage = ws.onclose = null;
    ws.close();
  }

  private closed(code: number, reason: string): void {
    if (FINAL_CODES(code)) {
      this.stop();
      if (code === 4001) this.options.replaced?.();
      else if (code === 4010) this.options.ended?.(null);
      else this.options.refused?.(code === 4009 ? "other_publisher" : "closed", reason);
      return;
    }
    this.lost();
  }

  private lost(): void {
    if (this.state === "stopped") return;
    this.close();
    this.cancelRetry?.();
    this.reconnects += 1;
    this.set("waiting");
    this.cancelRetry = this.options.timers.after(pauseBefore(this.attempt, 8000, this.options.random), () => {
      this.cancelRetry = null;
      this.connect();
    });
    this.attempt += 1;
  }

  /** Say which epoch comes: the oldest one not yet safe. */
  private greet(): void {
    const epoch = this.queue.current;
    if (!this.isOpen) return;
    if (!epoch) {
      this.set("idle");
      return;
    }
    this.sending = epoch;
    const { id, mime, width, height } = epoch.info;
    const hello: Hello = { t: "hello", v: VERSION, epoch: id, mime, width, height, takeover: this.takeover, after: this.after };
    this.set("greeting");
    this.say(hello as unknown as Record<string, unknown>);
  }

  private heard(text: string): void {
    this.lastHeard = this.options.timers.now();
    const message = parseMessage(text) as IngestMessage | null;
    if (message) this.handle(message);
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
        return this.lost();
    }
  }

  private refused(code: string, message: string): void {
    if (code === "no_key") return this.lost(); // keys are made in a moment
    if (code === "stale" && this.sending && !this.begunAnew) {
      // the server kept nothing to go on from: a new recording will do. Once; then it is something else
      this.begunAnew = true;
      this.abandon("stale");
      return this.lost();
    }
    this.stop();
    this.options.refused?.(code, message);
  }

  private ready(message: IngestMessage & { t: "ready" }): void {
    if (!this.sending) return;
    this.attempt = 0;
    this.takeover = false; // ours now: a later reconnect must not throw out a tab that took over from us
    this.after = this.sending.info.id;
    this.clock.hint(message.server_ms);
    this.options.ready?.(message.epoch_no, message.state);
    if (message.acked >= 0 && message.next_chunk > 0) this.sending.release(Math.min(message.acked, message.next_chunk - 1));
    if (message.next_chunk < this.sending.firstNumber || message.next_chunk > this.sending.nextNumber) {
      this.abandon("gap"); // the server wants what we no longer have
      return;
    }
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
    if (code === "gap" && held && nextChunk !== undefined && nextChunk >= held.firstNumber && nextChunk <= held.nextNumber) {
      this.nextToSend = nextChunk;
      this.pump();
      return;
    }
    this.abandon(code);
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
    if (this.state !== "sending" || !epoch || !this.ws) return;
    while (this.ws.bufferedAmount < WINDOW_BYTES) {
      const chunk = epoch.at(this.nextToSend);
      if (!chunk) break;
      this.ws.send(new Blob([chunkHeader(chunk.number, chunk.capturedMs, chunk.last), chunk.data]));
      this.nextToSend += 1;
      this.lastSentAt = this.options.timers.now();
    }
    // normally the last ack moves on to the next epoch; an ack that never comes must not hold it up
    const waited = this.options.timers.now() - this.lastSentAt > LAST_ACK_WAIT_MS;
    if (waited && this.queue.length > 1 && this.nextToSend >= epoch.nextNumber && this.ws.bufferedAmount === 0) this.nextEpoch();
  }

  private ping(): void {
    const now = this.options.timers.now();
    const ws = this.ws;
    if (!ws || this.state === "waiting" || this.state === "stopped") return;
    // a slow line still drains; a dead one neither answers nor drains
    if (ws.bufferedAmount < this.lastBuffered) this.lastHeard = now;
    this.lastBuffered = ws.bufferedAmount;
    if (now - this.lastHeard > SILENCE_MS) this.lost();
    else this.say({ t: "time", c: now });
  }

  private get isOpen(): boolean {
    return this.ws?.readyState === 1;
  }

  private say(message: Record<string, unknown>): void {
    if (this.isOpen) this.ws?.send(JSON.stringify(message));
  }
}
