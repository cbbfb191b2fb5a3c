/** How the uplink does, in three words, and when the picture should be made smaller. Pure: fed once a second. */
export type Health = "good" | "weak" | "cut";

export interface HealthSample {
  /** Is the line open and taking data? */
  open: boolean;
  /** Seconds recorded and not yet safe on the server. About 1–2 when all is well (one segment is always open). */
  backlog: number;
  /** Seconds since the server was last heard; it answers every two. */
  quiet?: number;
}

const WEAK_BACKLOG = 4;
const QUIET = 2.6;
const WEAK_FOR = 15;
const SETTLE = 30;

/** kbit/s of video, from the usual one down. */
export const LADDER = [1400, 900, 550, 300] as const;

export class UplinkHealth {
  health: Health = "good";
  private weakSince: number | null = null;
  private changedAt = -Infinity;
  private rung = 0;
  private goodSince: number | null = null;

  get videoKbps(): number {
    return LADDER[this.rung] ?? 300;
  }

  /** Take a sample at `now` (seconds). Returns true when the recorder should restart at the new `videoKbps`. */
  sample(now: number, { open, backlog, quiet = 0 }: HealthSample): boolean {
    this.health = !open ? "cut" : backlog > WEAK_BACKLOG || quiet > QUIET ? "weak" : "good";
    if (this.health !== "weak") this.weakSince = null;
    else this.weakSince ??= now;
    if (this.health !== "good") this.goodSince = null;
    else this.goodSince ??= now;
    return this.lower(now) || this.raise(now);
  }

  private lower(now: number): boolean {
    const lasting = this.weakSince !== null && now - this.weakSince >= WEAK_FOR;
    if (!lasting || now - this.changedAt < SETTLE || this.rung >= LADDER.length - 1) return false;
    this.rung += 1;
    this.changedAt = now;
    this.weakSince = null;
    return true;
  }

  /** Back up one rung only after five calm minutes: each change is a seam in the picture. */
  private raise(now: number): boolean {
    const calm = this.goodSince !== null && now - this.goodSince >= 300;
    if (!calm || this.rung === 0 || now - this.changedAt < 300) return false;
    this.rung -= 1;
    this.changedAt = now;
    this.goodSince = now;
    return true;
  }
}
