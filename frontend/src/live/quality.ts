/** Counts when the picture stands though it should run. Pure: told the position a few times a second. */
const STANDS_AFTER_MS = 400;

export class StallMeter {
  stalls = 0;
  stallMs = 0;
  private position: number | null = null;
  private movedAt = 0;
  private sampledAt = 0;
  private stalled = false;

  /** `expected`: the viewer wants it to run, and the teacher's line is up. Times in ms, position in seconds. */
  sample(now: number, position: number, expected: boolean): void {
    const moved = this.position === null || Math.abs(position - this.position) > 0.01;
    if (moved || !expected) {
      this.movedAt = now;
      this.stalled = false;
    } else if (!this.stalled && now - this.movedAt > STANDS_AFTER_MS) {
      this.stalled = true;
      this.stalls += 1;
      this.stallMs += now - this.movedAt;
    } else if (this.stalled) {
      this.stallMs += Math.min(now - this.sampledAt, 5000); // a page that slept did not stall all that time
    }
    this.position = position;
    this.sampledAt = now;
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
    this.position = null;
    this.stalled = false;
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
