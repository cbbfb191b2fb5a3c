/** Which of several live processes has a lesson, and so where its sockets go. A line that is cut is no reason to ask as long as there
 * is only one; where there are several, the lesson may be going on elsewhere by now. */
import type { Timers } from "./timers";

/** The server's word that the lesson goes on elsewhere. */
export const MOVED = 4021;

/** ms: how long a line may be gone before the first question, between two questions, and up to how much more, at random. */
export interface Patience {
  first: number;
  every: number;
  spread: number;
}

/** One teacher asks soon: everybody waits for that one. Of viewers there are a thousand. */
export const TEACHER: Patience = { first: 1200, every: 1200, spread: 300 };
export const VIEWER: Patience = { first: 2500, every: 3000, spread: 2500 };

const ANSWER_MS = 4000;

export async function ask(address: string): Promise<string | null> {
  const abort = new AbortController();
  const timer = window.setTimeout(() => abort.abort(), ANSWER_MS);
  try {
    const answer = await fetch(address, { cache: "no-store", credentials: "same-origin", redirect: "manual", signal: abort.signal });
    const found = answer.ok ? ((await answer.json()) as { home?: unknown }).home : null;
    return typeof found === "string" ? found : null;
  } catch {
    return null;
  } finally {
    window.clearTimeout(timer);
  }
}

export class Home {
  /** More than one live process serves. */
  several = false;
  private cancel: (() => void) | null = null;
  private asking = false;
  private gone = false;
  private begun = 0;
  /** The server has said where. */
  private told = false;

  constructor(
    private base: string,
    private readonly address: () => string,
    private readonly timers: Timers,
    private readonly patience: Patience,
    /** It is elsewhere: connect there. */
    private readonly go: () => void,
    private readonly question: (address: string) => Promise<string | null> = ask,
    private readonly random: () => number = Math.random,
  ) {}

  path(path: string): string {
    return this.base + path;
  }

  /** Something was heard over the line. True when it was of live processes: whether there are several, where the lesson goes. */
  heard(message: Record<string, unknown>): boolean {
    this.found();
    if (message.t === "moved" && typeof message.home === "string") {
      this.told = true;
      this.base = message.home;
    } else if (message.t === "nodes") this.several = message.several === true;
    else return false;
    return true;
  }

  /** The line is gone, or silent. */
  lost(): void {
    if (this.several && !this.gone && !this.cancel && !this.asking) this.wait(this.patience.first);
  }

  /** The server said that the lesson is elsewhere. */
  moved(): void {
    if (this.gone || this.asking) return;
    this.several = true;
    const { told } = this;
    this.told = false;
    if (told) return this.lost(); // the next try goes there by itself
    this.cancel?.();
    // not in one instant with everybody else; and whoever was sent away again has come too early
    this.wait(this.begun ? this.patience.every / 2 : 0);
  }

  /** There is a line. */
  found(): void {
    this.cancel?.();
    this.cancel = null;
    this.begun = 0;
  }

  stop(): void {
    this.gone = true;
    this.found();
  }

  private wait(ms: number): void {
    this.begun += 1;
    this.cancel = this.timers.after(ms + this.patience.spread * this.random(), () => void this.look());
  }

  private async look(): Promise<void> {
    this.cancel = null;
    this.asking = true;
    const { begun } = this;
    const home = await this.question(this.address());
    this.asking = false;
    if (this.gone || this.begun !== begun) return; // the line is there again
    this.wait(this.patience.every);
    if (home === null || home === this.base) return;
    this.base = home;
    this.go();
  }
}
