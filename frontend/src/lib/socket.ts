/** A websocket that comes back: reconnects with growing, jittered pauses until told to stop. */
import { backoff } from "./backoff";

export type SocketState = "connecting" | "open" | "waiting" | "closed";

export interface SocketHandlers {
  /** Called at every (re)connection, before anything arrives. Send the greeting here. */
  open?: (socket: Socket) => void;
  /** A text message, parsed. */
  message?: (message: Record<string, unknown>) => void;
  binary?: (data: ArrayBuffer) => void;
  state?: (state: SocketState, attempt: number) => void;
  /** A close after which one comes back: its code. */
  closed?: (code: number) => void;
  /** A close the server meant for good (see `finalCodes`). */
  refused?: (code: number, reason: string) => void;
}

export interface SocketOptions extends SocketHandlers {
  /** Address, or a function giving it anew for every attempt (a renewed ticket). Paths are made absolute. */
  url: string | (() => string);
  /** Close codes after which one does not come back. Default: 4000–4999. */
  finalCodes?: (code: number) => boolean;
  /** Without any message for so long (ms) the connection counts as dead. 0 = never. */
  silence?: number;
  maxPause?: number;
}

/** A path of this site as a ws:// or wss:// address. */
export function socketAddress(path: string): string {
  const url = new URL(path, location.href);
  url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
  return url.href;
}

export class Socket {
  private ws: WebSocket | null = null;
  private attempt = 0;
  private timer: number | undefined;
  private watchdog: number | undefined;
  private stopped = false;
  private readonly online = (): void => this.hurry();

  constructor(private readonly options: SocketOptions) {
    window.addEventListener("online", this.online);
    this.connect();
  }

  get isOpen(): boolean {
    return this.ws?.readyState === WebSocket.OPEN;
  }

  /** Bytes handed over and not yet on the wire. */
  get buffered(): number {
    return this.ws?.bufferedAmount ?? 0;
  }

  /** Send a message as JSON; false when there is no connection (the caller keeps it). */
  send(message: Record<string, unknown>): boolean {
    return this.sendRaw(JSON.stringify(message));
  }

  sendRaw(data: string | ArrayBuffer | Blob | ArrayBufferView<ArrayBuffer>): boolean {
    if (!this.ws || !this.isOpen) return false;
    this.ws.send(data);
    return true;
  }

  /** Try again now instead of after the pause. */
  hurry(): void {
    if (this.stopped || this.timer === undefined) return;
    window.clearTimeout(this.timer);
    this.timer = undefined;
    this.connect();
  }

  /** Drop this connection and make another one. */
  reconnect(): void {
    if (!this.stopped) this.ws?.close();
  }

  /** Whatever became of this connection: make another one now. */
  afresh(): void {
    if (this.stopped) return;
    window.clearTimeout(this.timer);
    window.clearTimeout(this.watchdog);
    this.timer = undefined;
    const { ws } = this;
    this.ws = null;
    if (ws) {
      ws.onclose = null;
      ws.close();
    }
    this.connect();
  }

  /** Leave for good. */
  stop(code = 1000): void {
    this.stopped = true;
    window.removeEventListener("online", this.online);
    window.clearTimeout(this.timer);
    window.clearTimeout(this.watchdog);
    this.ws?.close(code);
    this.options.state?.("closed", this.attempt);
  }

  private connect(): void {
    const { url } = this.options;
    this.options.state?.("connecting", this.attempt);
    const ws = new WebSocket(socketAddress(typeof url === "function" ? url() : url));
    ws.binaryType = "arraybuffer";
    this.ws = ws;
    ws.onopen = () => this.opened(ws);
    ws.onmessage = (event: MessageEvent<string | ArrayBuffer>) => this.received(ws, event.data);
    ws.onclose = (event) => this.closed(ws, event);
    this.listen();
  }

  private opened(ws: WebSocket): void {
    if (ws !== this.ws) return;
    this.options.state?.("open", this.attempt);
    this.options.open?.(this);
  }

  private received(ws: WebSocket, data: string | ArrayBuffer): void {
    if (ws !== this.ws) return;
    // a server that accepts and closes at once must not be hammered: only a message counts as success
    this.attempt = 0;
    this.listen();
    if (typeof data !== "string") this.options.binary?.(data);
    else this.options.message?.(JSON.parse(data) as Record<string, unknown>);
  }

  private closed(ws: WebSocket, event: CloseEvent): void {
    if (ws !== this.ws || this.stopped) return;
    window.clearTimeout(this.watchdog);
    this.ws = null;
    const final = this.options.finalCodes ?? ((code: number) => code >= 4000 && code < 5000);
    if (final(event.code)) {
      this.stop();
      this.options.refused?.(event.code, event.reason);
      return;
    }
    this.options.closed?.(event.code);
    const pause = backoff(this.attempt, this.options.maxPause);
    this.attempt += 1;
    this.options.state?.("waiting", this.attempt);
    this.timer = window.setTimeout(() => {
      this.timer = undefined;
      this.connect();
    }, pause);
  }

  /** A cut cable closes nothing by itself: silence does. */
  private listen(): void {
    window.clearTimeout(this.watchdog);
    const { silence } = this.options;
    if (!silence) return;
    this.watchdog = window.setTimeout(() => {
      const ws = this.ws;
      if (!ws) return;
      // close() waits for an answer that will not come; act as if it had
      ws.onclose = null;
      ws.close();
      this.closed(ws, new CloseEvent("close", { code: 1006 }));
    }, silence);
  }
}
