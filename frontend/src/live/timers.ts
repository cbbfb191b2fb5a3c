/** Timers by a Worker's clock. A hidden page's own timers are slowed to one a second, later to one a minute; a teacher who
 * opens another window must go on teaching. */
import type { TickerCommand } from "./ticker.worker";

export interface Timers {
  now(): number;
  after(ms: number, run: () => void): () => void;
  every(ms: number, run: () => void): () => void;
}

/** The page's own timers, for tests and for pages nobody hides. */
export const pageTimers: Timers = {
  now: () => Date.now(),
  after(ms, run) {
    const id = setTimeout(run, ms);
    return () => clearTimeout(id);
  },
  every(ms, run) {
    const id = setInterval(run, ms);
    return () => clearInterval(id);
  },
};

export class WorkerTimers implements Timers {
  private readonly worker: Worker;
  private readonly runs = new Map<number, { run: () => void; repeat: boolean }>();
  private nextId = 1;

  constructor() {
    this.worker = new Worker(new URL("./ticker.worker.ts", import.meta.url), { type: "module", name: "ticker" });
    this.worker.onmessage = (event: MessageEvent<number>) => this.fire(event.data);
  }

  now(): number {
    return Date.now();
  }

  after(ms: number, run: () => void): () => void {
    return this.set(ms, run, false);
  }

  every(ms: number, run: () => void): () => void {
    return this.set(ms, run, true);
  }

  stop(): void {
    this.runs.clear();
    this.worker.terminate();
  }

  private set(ms: number, run: () => void, repeat: boolean): () => void {
    const id = this.nextId++;
    this.runs.set(id, { run, repeat });
    this.tell({ id, ms, repeat });
    return () => {
      if (this.runs.delete(id)) this.tell({ id, cancel: true });
    };
  }

  private tell(command: TickerCommand): void {
    this.worker.postMessage(command);
  }

  private fire(id: number): void {
    const entry = this.runs.get(id);
    if (!entry) return;
    if (!entry.repeat) this.runs.delete(id);
    entry.run();
  }
}
