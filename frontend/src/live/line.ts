/** One websocket that is kept up: comes back at once, then with growing pauses; notices when a line is dead but not closed. */
import { MOVED } from "./home";
import { pauseBefore } from "./pause";
import { parseMessage } from "./protocol";
import type { Timers } from "./timers";

export interface LineOptions {
  url: () => string;
  timers: Timers;
  socket?: ((url: string) => WebSocket) | undefined;
  random?: (() => number) | undefined;
  opened: () => void;
  message: (message: Record<string, unknown>) => void;
  /** Not there just now; it will come back by itself. */
  lost: () => void;
  /** Connected, and yet nothing has been heard for a while. */
  silent?: () => void;
  /** The server has sent us elsewhere: `url` may have to be another one. */
  moved?: () => void;
  connecting: () => void;
  /** Closed for good by the server. */
  closed: (code: number, reason: string) => void;
}

const PING_MS = 2000;
const SILENCE_MS = 8000;
const QUIET_MS = 3000;
const isFinal = (code: number): boolean => code >= 4000 && code < 4900 && code !== MOVED;

export class Line {
  reconnects = 0;
  private ws: WebSocket | null = null;
  private attempt = 0;
  private lastHeard = 0;
  private lastBuffered = 0;
  private stopPing: (() => void) | null = null;
  private cancelRetry: (() => void) | null = null;
  private readonly online = (): void => this.hurry();

  constructor(private readonly options: LineOptions) {}

  start(): void {
    this.stop();
    this.stopPing = this.options.timers.every(PING_MS, () => this.ping());
    window.addEventListener("online", this.online);
    this.attempt = 0;
    this.connect();
  }

  stop(): void {
    this.stopPing?.();
    this.stopPing = null;
    this.cancelRetry?.();
    this.cancelRetry = null;
    window.removeEventListener("online", this.online);
    this.close();
  }

  get isOpen(): boolean {
    return this.ws?.readyState === 1;
  }

  /** Bytes handed over and not yet taken by the network; Infinity without a connection. */
  get buffered(): number {
    return this.isOpen ? (this.ws?.bufferedAmount ?? Infinity) : Infinity;
  }

  /** ms since the server was last heard (or the network took something); Infinity without a connection. */
  get quiet(): number {
    return this.isOpen ? this.options.timers.now() - this.lastHeard : Infinity;
  }

  say(message: Record<string, unknown>): void {
    if (this.isOpen) this.ws?.send(JSON.stringify(message));
  }

  send(data: Blob): void {
    if (this.isOpen) this.ws?.send(data);
  }

  /** All is well: the next cut is answered at once again. */
  settled(): void {
    this.attempt = 0;
  }

  /** Try again now instead of after the pause. */
  hurry(): void {
    if (!this.cancelRetry) return;
    this.cancelRetry();
    this.cancelRetry = null;
    this.connect();
  }

  /** Whatever became of this connection: make another one now. */
  afresh(): void {
    if (!this.stopPing) return;
    this.cancelRetry?.();
    this.cancelRetry = null;
    this.connect();
  }

  /** Give this connection up and make another. */
  renew(): void {
    if (!this.stopPing) return;
    this.close();
    this.cancelRetry?.();
    this.reconnects += 1;
    this.options.lost();
    this.cancelRetry = this.options.timers.after(pauseBefore(this.attempt, 8000, this.options.random), () => {
      this.cancelRetry = null;
      this.connect();
    });
    this.attempt += 1;
  }

  private connect(): void {
    this.close();
    this.options.connecting();
    const make = this.options.socket ?? ((url: string) => new WebSocket(url));
    const ws = make(this.options.url());
    this.ws = ws;
    this.lastHeard = this.options.timers.now();
    ws.onopen = () => {
      if (ws !== this.ws) return;
      this.lastHeard = this.options.timers.now();
      this.ping();
      this.options.opened();
    };
    ws.onmessage = (event: MessageEvent<unknown>) => {
      if (ws !== this.ws || typeof event.data !== "string") return;
      this.lastHeard = this.options.timers.now();
      const message = parseMessage(event.data);
      if (message) this.options.message(message);
    };
    ws.onclose = (event) => {
      if (ws !== this.ws) return;
      const moved = event.code === MOVED;
      if (moved) this.attempt = Math.max(1, this.attempt); // not to the same place in the same moment
      if (!isFinal(event.code)) this.renew();
      if (moved) this.options.moved?.();
      if (!isFinal(event.code)) return;
      this.stop();
      this.options.closed(event.code, event.reason);
    };
  }

  private close(): void {
    const { ws } = this;
    this.ws = null;
    if (!ws) return;
    ws.onopen = ws.onmessage = ws.onclose = null;
    ws.close();
  }

  private ping(): void {
    const { ws } = this;
    if (!ws) return;
    const now = this.options.timers.now();
    // a slow line still drains; a dead one neither answers nor drains
    if (ws.bufferedAmount < this.lastBuffered) this.lastHeard = now;
    this.lastBuffered = ws.bufferedAmount;
    if (now - this.lastHeard > QUIET_MS) this.options.silent?.();
    if (now - this.lastHeard > SILENCE_MS) this.renew();
    else this.say({ t: "time", c: now });
  }
}
