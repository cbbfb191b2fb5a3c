/** Counts when the picture stands though it should run. Pure: told the position a few times a second. */
const STANDS_AFTER_MS = 400;
/** What stands is judged when it runs again, or after so long: until then the newest list may say that nothing more had been sent. */
const JUDGED_AFTER_MS = 3000;
/** A page that slept did not stall all that time. */
const LONGEST_STEP_MS = 5000;

export class StallMeter {
  stalls = 0;
  stallMs = 0;
  private position: number | null = null;
  private movedAt = 0;
  private sampledAt = 0;
  private stalled = false;
  /** For how long this line, and not the teacher's, has kept the picture standing; not among `stallMs` yet. */
  private own = 0;
  private counted = false;
  /** The teacher was away meanwhile: the first pictures after that take a moment to be here. */
  private excused = false;

  /** `expected`: the viewer wants it to run, and the teacher's line is up. Times in ms, position in seconds. */
  sample(now: number, position: number, expected: boolean): void {
    const moved = this.position !== null && Math.abs(position - this.position) > 0.01;
    if (moved || this.position === null || !expected) {
      this.settle();
      this.movedAt = now;
      if (moved) this.excused = false;
    } else {
      this.stalled ||= now - this.movedAt > STANDS_AFTER_MS;
      const step = Math.min(now - this.sampledAt, LONGEST_STEP_MS);
      if (this.counted) this.stallMs += step;
      else this.own += step;
      if (this.own > JUDGED_AFTER_MS) this.count();
    }
    this.position = position;
    this.sampledAt = now;
  }

  /** Until `at` nothing had been sent that has not been shown: the picture waited for the teacher, as every class's did. */
  excuse(at = this.sampledAt): void {
    if (this.counted) return;
    this.excused = true;
    this.own = Math.min(this.own, Math.max(0, this.sampledAt - at));
  }

  get isStalled(): boolean {
    return this.stalled;
  }

  /** ms since the picture last moved, 0 while it should not move. */
  standsFor(now: number): number {
    return this.stalled ? now - this.movedAt : 0;
  }

  /** A new lesson or a seek: where it stands says nothing. */
  forget(): void {
    this.settle();
    this.position = null;
  }

  private settle(): void {
    if (!this.excused && this.own > STANDS_AFTER_MS) this.count();
    this.stalled = this.counted = false;
    this.own = 0;
  }

  private count(): void {
    this.counted = true;
    this.stalls += 1;
    this.stallMs += this.own;
    this.own = 0;
  }
}

/** Seconds of media ahead of `position` within one stretch (holes under 0.3 s are jumped by players). */
export function bufferAhead(buffered: TimeRanges, position: number): number {
  let end = position;
  for (let index = 0; index < buffered.length; index += 1) {
    if (buffered.start(index) <= end + 0.3 && buffered.end(index) > end) end = buffered.end(index);
  }
  return Math.max(0, end - position);
}
