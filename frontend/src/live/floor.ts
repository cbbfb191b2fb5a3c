/** What happens in a lesson beside its picture, as one page has it: what it is told, and what it does itself. */
import { type Happening, patch, type Patch, Timeline } from "./timeline";

export type Answer = { ok: true; seq: number } | { ok: false; code: string; message?: string };

interface Open {
  message: Record<string, unknown>;
  resolve: (answer: Answer) => void;
}

export interface FloorOptions {
  /** False when there is no line: what was to be sent waits for `connected`. */
  send: (message: Record<string, unknown>) => boolean;
  /** The server's time, ms. */
  now: () => number;
  changed: (keys: string[] | null) => void;
  /** Rows that were asked for by `ask`. */
  told?: (message: Record<string, unknown>) => void;
}

const MOST_OPEN = 50;

export class Floor {
  readonly timeline: Timeline;
  /** What concerns this viewer alone: its answer, its hand. */
  readonly own = new Map<string, unknown>();
  /** The teaching side's desk: tallies, queues. */
  readonly desk = new Map<string, unknown>();
  private readonly open = new Map<string, Open>();

  constructor(private readonly options: FloorOptions) {
    this.timeline = new Timeline(options.changed);
  }

  /** Something is to happen. Sent again until it is answered; the server knows it by its id and does it once. */
  do(kind: string, data: Record<string, unknown> = {}): Promise<Answer> {
    if (this.open.size >= MOST_OPEN) return Promise.resolve({ ok: false, code: "busy" });
    const id = newId();
    return new Promise((resolve) => {
      const message = { t: "do", id, kind, data };
      this.open.set(id, { message, resolve });
      this.options.send(message);
    });
  }

  ask(what: string, from: number): void {
    this.options.send({ t: "ask", what, from });
  }

  /** The line is there (again). */
  connected(): void {
    for (const { message } of this.open.values()) this.options.send(message);
  }

  /** No answer will come any more. */
  abandon(): void {
    for (const { resolve } of this.open.values()) resolve({ ok: false, code: "gone" });
    this.open.clear();
  }

  /** True when the message was ours. */
  hear(message: Record<string, unknown>): boolean {
    const { options, timeline } = this;
    switch (message.t) {
      case "room":
        this.own.clear();
        patch(this.own, message.you as Patch);
        if (message.desk) {
          this.desk.clear();
          patch(this.desk, message.desk as Patch);
        }
        timeline.snapshot(message.seq as number, message.state as Patch);
        return true;
      case "events":
        timeline.add(message.events as Happening[], options.now());
        return true;
      case "you":
        this.change(this.own, message.set as Patch);
        return true;
      case "desk":
        this.change(this.desk, message.set as Patch);
        return true;
      case "done":
        this.change(this.own, (message.you as Patch | undefined) ?? {});
        this.settle(message.id as string, { ok: true, seq: message.seq as number });
        return true;
      case "not":
        this.settle(message.id as string, { ok: false, code: message.code as string, ...(message.message ? { message: message.message as string } : {}) });
        return true;
      case "told":
        options.told?.(message);
        return true;
      default:
        return false;
    }
  }

  private change(map: Map<string, unknown>, changes: Patch): void {
    const keys = Object.keys(changes);
    if (!keys.length) return;
    patch(map, changes);
    this.options.changed(keys);
  }

  private settle(id: string, answer: Answer): void {
    this.open.get(id)?.resolve(answer);
    this.open.delete(id);
  }
}

/** Random, and unique enough for one person's deeds in one lesson. */
function newId(): string {
  return [...crypto.getRandomValues(new Uint8Array(9))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
