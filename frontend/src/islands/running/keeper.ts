/** Brings saves to the server one after the other, each with a number higher than the one before; of several that wait for the
 * same part only the newest goes. A save that did not arrive goes again with the same number, until it does. */
export interface Save {
  part: string;
  [name: string]: unknown;
}
export interface Answer {
  status: number;
  said: { why?: string; words?: string; score?: number | null };
}
export type Send = (body: Record<string, unknown>, last: boolean) => Promise<Answer>;
export interface Says {
  kept: (said: Answer["said"]) => void;
  waiting: () => void;
  over: (why: string) => void;
}

const AGAIN_MS = 3000;

export class Keeper {
  private readonly waiting = new Map<string, Save>();
  private seq = 0;
  private sending: Save | undefined;
  private over = false;

  constructor(
    private readonly send: Send,
    private readonly says: Says,
    private readonly which: { attempt: number; opening: number },
    private readonly pause: (ms: number) => Promise<void> = (ms) => new Promise((done) => window.setTimeout(done, ms)),
  ) {}

  put(save: Save): void {
    if (this.over) return;
    this.waiting.set(save.part, save);
    if (!this.sending) void this.run();
  }

  /** What has not arrived yet, once more and without waiting: the page goes. */
  flush(): void {
    if (this.over) return;
    const left = [...(this.sending ? [this.sending] : []), ...this.waiting.values()];
    for (const save of left) void this.send(this.body(save, save === this.sending ? this.seq : ++this.seq), true).catch(() => undefined);
    this.waiting.clear();
  }

  /** Nothing more of this opening is kept. */
  stop(): void {
    this.over = true;
    this.waiting.clear();
  }

  private body(save: Save, seq: number): Record<string, unknown> {
    return { ...save, ...this.which, seq };
  }

  private async run(): Promise<void> {
    for (;;) {
      const next = this.waiting.values().next();
      if (next.done || this.over) break;
      this.waiting.delete(next.value.part);
      this.sending = next.value;
      const seq = ++this.seq;
      await this.bring(next.value, seq);
    }
    this.sending = undefined;
  }

  private async bring(save: Save, seq: number): Promise<void> {
    while (!this.over) {
      const answer = await this.send(this.body(save, seq), false).catch(() => undefined);
      if (answer?.status === 200) return this.says.kept(answer.said);
      if (answer && answer.status < 500) {
        this.over = answer.status !== 400;
        return this.says.over(answer.said.why ?? "");
      }
      this.says.waiting();
      await this.pause(AGAIN_MS);
      if (this.waiting.has(save.part)) return; // a newer one goes in its place
    }
  }
}
