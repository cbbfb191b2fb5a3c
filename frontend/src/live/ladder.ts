/**
 * Which rendition a player plays on the line that it has, and how far behind it stays. Pure: told a few times a second how it stands,
 * and of every segment that came.
 *
 * Three rungs: the picture as it was sent, a small one (made only while somebody asks for it), and sound with what is on the board.
 * Sound comes before everything: whoever cannot have a segment in time leaves it in the middle and takes a smaller one, and stays
 * some seconds back from then on, by playing a little slower and not by a pause, so that one lost packet is not heard. Upwards goes
 * whoever had all in good time for a while; a rung that broke at once is left alone for longer each time.
 */
export type Rung = "full" | "small" | "sound";
/** What the viewer wants: by itself, the small picture at most, or sound alone. */
export type Pin = "auto" | "small" | "sound";

/** A segment on its way. Times in ms. */
export interface Loading {
  elapsed: number;
  /** Since bytes last came, or since it was asked for. */
  quiet: number;
  bytes: number;
  /** Of the whole segment; 0: not known yet. */
  total: number;
}

export interface Seen {
  /** Monotonic, ms. */
  now: number;
  /** Seconds of media ahead. */
  buffer: number;
  /** Seconds behind the newest segment's end; null while nobody knows. */
  behind: number | null;
  /** The picture (or sound) moves. */
  running: boolean;
  /** There is something to be expected: the teacher's line is up, and the viewer has not paused. */
  expected: boolean;
  /** Which of the smaller ones can be had now. */
  made: ReadonlySet<string>;
  loading: Loading | null;
}

export interface Course {
  rung: Rung;
  /** Leave the segment that is on its way. */
  abort: boolean;
  /** Somebody needs the small picture. */
  want: boolean;
  /** Seconds behind to aim at; null: as always. */
  distance: number | null;
  /** Of playing; null: none of our business. */
  rate: number | null;
}

export const WEAK_DELAY = 7;
/** While the first smaller segment is on its way, what is in store is stretched, the more the less there is: slow speech is
 * understood, a hole is not. Seconds in store and the speed from there downwards; below half its speed Chromium is silent. */
const RESCUE_RATES: readonly (readonly [number, number])[] = [
  [0.5, 0.55],
  [1, 0.65],
  [Infinity, 0.75],
];
const RESCUE_MS = 4000;
/** Seconds in store that a good line does not come down to (1.2 was the least of a minute): the next segment is late, even if what is late is only the list that
 * would name it and no segment speaks of the line yet. */
const LOW = 1;
/** Of the first seconds little is in store on any line. */
const FILLED_MS = 5000;
const RESCUED = 2.2;
const JUDGE_MS = 600;
const JUDGE_FIRST_MS = 2000;
/** Bytes that came so long ago are no flow that could be reckoned with: the line is cut, and no smaller one would come either. */
const FLOWS_MS = 1500;
const STUCK_MS = 6000;
const SPARE_MS = 200;
/** A connection anew, a list and a first segment of sound, one of them lost on the way. */
const SMALL_SPARE_MS = 2000;
const USUAL_KBPS = 1600;
const SMALL_KBPS = 700;
const SURELY = 1.5;
const KEPT = 6;
const QUICK_MS = 4000;
const WAITS: Record<"small" | "full", number> = { small: 8000, full: 12_000 };
const LONGEST_WAIT_MS = 180_000;
const BROKE_MS = 20_000;
/** Seconds in store before the small picture is tried, and where sound comes in so small a share of its time that it can hardly fail. */
const STORED = 4.5;
const STORED_EASILY = 3;
const EASILY = 0.35;
const HELD_MS = 60_000;
const ASK_AHEAD_MS = 12_000;
const SETTLED_MS = 15_000;

interface Load {
  ms: number;
  bytes: number;
  /** Seconds of media. */
  duration: number;
}

export class Ladder {
  pin: Pin = "auto";
  rung: Rung = "full";
  private since = -Infinity;
  private loads: Load[] = [];
  private fullKbps = USUAL_KBPS;
  private waits = { ...WAITS };
  private climbedAt = -Infinity;
  private ran = false;
  private ranSince: number | null = null;
  /** It has been on a smaller one, and has not come back to the usual distance. */
  private apart = false;
  private fell = false;

  /** What the line carries at least, kbit/s; null while nothing came. */
  get kbps(): number | null {
    const rates = this.loads.filter((load) => load.ms > 0).map((load) => (load.bytes * 8) / load.ms);
    return rates.length ? Math.round(median(rates)) : null;
  }

  /** A segment is here. */
  loaded(load: Load, rung: Rung): void {
    if (rung !== this.rung) return;
    this.loads = [...this.loads, load].slice(-KEPT);
    if (rung === "full" && load.duration > 0) this.fullKbps += 0.2 * ((load.bytes * 8) / load.duration / 1000 - this.fullKbps);
  }

  /** Another lesson, or a fresh player: the rung stays, for the line is the same. */
  forget(): void {
    this.loads = [];
    this.ran = false;
    this.ranSince = null;
  }

  step(seen: Seen): Course {
    this.ran ||= seen.running;
    if (!seen.running) this.ranSince = null;
    else this.ranSince ??= seen.now;
    const before = this.rung;
    this.rung = this.next(seen);
    const changed = this.rung !== before;
    if (changed) this.changed(before, seen.now);
    else if (seen.now - this.since > HELD_MS && this.rung !== "sound") this.waits[this.rung] = WAITS[this.rung];
    if (this.rung !== "full") this.apart = true;
    const stuck = seen.loading !== null && seen.loading.quiet > STUCK_MS;
    const down = changed && order(this.rung) > order(before);
    return { rung: this.rung, abort: stuck || (down && seen.loading !== null), want: this.wants(seen), ...this.place(seen) };
  }

  private next(seen: Seen): Rung {
    const { made } = seen;
    if (this.pin === "sound") return made.has("sound") ? "sound" : "full";
    if (this.rung === "small" && !made.has("small")) return made.has("sound") ? "sound" : "full";
    if (this.rung === "sound" && !made.has("sound")) return "full";
    if (!seen.expected) return this.rung;
    if (this.tooSlow(seen)) return this.lower(seen);
    const upper = this.upper(seen);
    return upper === "full" && this.pin === "small" && made.has("small") ? "small" : upper;
  }

  private tooSlow(seen: Seen): boolean {
    if (this.rung === "sound") return false;
    return this.willBeLate(seen) || this.isLate(seen);
  }

  /** The segment that is on its way will not be here in time. */
  private willBeLate({ loading, buffer, now }: Seen): boolean {
    if (!loading) return false;
    const fresh = !this.ran && this.rung === "full";
    if (loading.elapsed < (fresh ? JUDGE_FIRST_MS : JUDGE_MS)) return false;
    const left = buffer * 1000 - (this.rung === "small" ? SMALL_SPARE_MS : SPARE_MS);
    if (loading.quiet > FLOWS_MS || loading.bytes === 0) return this.rung === "small" && left < 0 && now - this.since > JUDGE_MS;
    const total = loading.total || (this.fullKbps * 1000) / 8;
    const rest = ((total - loading.bytes) / loading.bytes) * loading.elapsed;
    return rest > 300 && rest > left;
  }

  /** Segments keep taking longer than they last. */
  private isLate({ buffer }: Seen): boolean {
    const last = this.loads.slice(-4);
    const slow = last.filter((load) => load.ms > load.duration * 1050).length;
    return last.length === 4 && slow >= 3 && buffer < (this.rung === "small" ? 3.5 : 2);
  }

  private lower({ made, loading }: Seen): Rung {
    const now = loading?.bytes ? (loading.bytes * 8) / loading.elapsed : (this.kbps ?? 0);
    if (this.rung === "full" && made.has("small") && now >= SMALL_KBPS) return "small";
    return made.has("sound") ? "sound" : this.rung;
  }

  private upper(seen: Seen): Rung {
    const { rung } = this;
    if (rung === "full" || !seen.running) return rung;
    const here = seen.now - this.since;
    if (here >= QUICK_MS && this.loads.length >= 3 && (this.kbps ?? 0) >= SURELY * this.fullKbps && here >= this.waits.full - WAITS.full) return "full";
    if (rung === "sound") return here >= this.waits.small && seen.made.has("small") && this.maySpare(seen) ? "small" : rung;
    return here >= this.waits.full && this.hasTime(0.5, seen) ? "full" : rung;
  }

  /** Segments came in this share of the time that they last, and enough is in store for one that does not. */
  private hasTime(share: number, { buffer }: Seen): boolean {
    return this.loads.length >= 4 && buffer >= STORED_EASILY && median(this.loads.map((load) => load.ms / (load.duration * 1000))) < share;
  }

  /** What is lost by a picture that the line does not carry is made up by what is in store. */
  private maySpare(seen: Seen): boolean {
    return this.hasTime(0.9, seen) && seen.buffer >= (this.hasTime(EASILY, seen) ? STORED_EASILY : STORED);
  }

  private changed(before: Rung, now: number): void {
    const climbed = order(this.rung) < order(before);
    this.fell = !climbed;
    if (climbed) this.climbedAt = now;
    else if (before !== "sound" && now - this.climbedAt < BROKE_MS) this.waits[before] = Math.min(LONGEST_WAIT_MS, this.waits[before] * 2);
    this.since = now;
    this.loads = [];
  }

  private wants({ now, made }: Seen): boolean {
    if (this.pin === "small") return true;
    if (this.pin === "sound" || this.rung === "full") return false;
    return this.rung === "small" || (made.has("sound") && now - this.since >= this.waits.small - ASK_AHEAD_MS);
  }

  /** What is in store is stretched before anything is known of the line. */
  private runsOut({ now, buffer, expected }: Seen): boolean {
    return expected && buffer < LOW && this.ranSince !== null && now - this.ranSince > FILLED_MS;
  }

  private place(seen: Seen): Pick<Course, "distance" | "rate"> {
    const { now, behind, buffer, running } = seen;
    if (!this.apart) return { distance: null, rate: this.runsOut(seen) ? rescueRate(buffer) : null };
    if (this.rung !== "full" && running && now - this.since < RESCUE_MS && buffer < RESCUED && this.fell) {
      return { distance: WEAK_DELAY, rate: rescueRate(buffer) };
    }
    const back = this.rung === "full" && now - this.since > SETTLED_MS;
    if (!back) return { distance: WEAK_DELAY, rate: running ? weakRate(behind, buffer) : 1 };
    if (behind === null || behind > 3.2) return { distance: null, rate: buffer > 1.5 ? 1.1 : 1 };
    this.apart = false;
    return { distance: null, rate: null };
  }
}

function rescueRate(buffer: number): number {
  return RESCUE_RATES.find(([below]) => buffer < below)?.[1] ?? 1;
}

function weakRate(behind: number | null, buffer: number): number {
  if (buffer < LOW) return rescueRate(buffer);
  if (buffer < 1.2) return 0.9;
  if (behind === null) return 1;
  if (behind < WEAK_DELAY - 3) return 0.92;
  if (behind < WEAK_DELAY - 0.4) return 0.95;
  return behind > WEAK_DELAY + 1.5 && buffer > WEAK_DELAY - 2 ? 1.06 : 1;
}

function order(rung: Rung): number {
  return rung === "full" ? 0 : rung === "small" ? 1 : 2;
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}
