/**
 * How far behind the teacher a live player should be, and what brings it back there. Pure: told a few times a second how it stands.
 *
 * hls.js moves half a second further back at every stall it sees, up to one segment, and never comes nearer by itself; and it only
 * catches up by speed, which does nothing while the picture stutters. So: after a quiet while the usual distance is aimed at again,
 * and who stays too far behind with the pictures at hand leaps over what was missed.
 */
export interface Standing {
  /** Monotonic, ms. */
  now: number;
  /** Seconds behind the newest segment's end, null while nobody knows. */
  behind: number | null;
  /** Seconds behind that the player aims at now. */
  target: number | null;
  /** Seconds of media ahead, without a hole. */
  buffer: number;
  /** The picture moves. */
  running: boolean;
}

export type Step = "stay" | "nearer" | "leap";

export const QUIET_MS = 12_000;
const QUIET_LONGEST_MS = 60_000;
const FAR_S = 0.9;
const FAR_MS = 12_000;
const LEAP_AGAIN_MS = 30_000;
const RESERVE_S = 0.6;

export class Pace {
  private quiet = QUIET_MS;
  private troubledAt = -Infinity;
  private nearerAt = -Infinity;
  private leaptAt = -Infinity;
  private farSince: number | null = null;
  private target = 0;
  private stood = false;

  /** `usual`: seconds behind the newest segment's end when all is well. */
  constructor(private readonly usual: number) {}

  step(seen: Standing): Step {
    this.notice(seen);
    if (seen.target !== null && seen.target > this.usual + 0.05 && seen.now - this.troubledAt >= this.quiet) {
      this.nearerAt = seen.now;
      return "nearer";
    }
    return this.mayLeap(seen) ? "leap" : "stay";
  }

  /** Another lesson, or a fresh player. */
  forget(): void {
    this.farSince = null;
    this.target = 0;
    this.stood = false;
  }

  private notice({ now, target, running }: Standing): void {
    const grown = target !== null && this.target > 0 && target > this.target + 0.05;
    if (grown || (!running && !this.stood)) {
      // it stalled again soon after it had come nearer: this line or machine needs the distance for longer
      this.quiet = now - this.nearerAt < this.quiet ? Math.min(QUIET_LONGEST_MS, this.quiet * 2) : QUIET_MS;
    }
    if (grown || !running) this.troubledAt = now;
    this.target = target ?? this.target;
    this.stood = !running;
  }

  private mayLeap({ now, behind, target, buffer, running }: Standing): boolean {
    const over = behind === null ? 0 : behind - Math.max(this.usual, target ?? 0);
    if (over <= FAR_S) {
      this.farSince = null;
      return false;
    }
    this.farSince ??= now;
    const long = now - this.farSince >= FAR_MS && now - this.leaptAt >= LEAP_AGAIN_MS;
    if (!long || !running || buffer < over + RESERVE_S) return false;
    this.leaptAt = now;
    this.farSince = null;
    return true;
  }
}
