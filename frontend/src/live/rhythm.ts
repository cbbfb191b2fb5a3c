/**
 * When to ask for the list of a live lesson. It is written anew about once a second, as a segment is finished; whoever asks just
 * before has every picture nearly a second later than needed. hls.js asks on a grid of its own that knows nothing of the writing:
 * where the grid lies is chance, and it stays there; a list that was asked for in vain, once, moves it on by half a second for good. So
 * the list says when it was written, and the grid is moved. Pure.
 */
const LATE_MS = 450;
/** So long after it was written a list is asked for: nearer would often be too early. */
const AFTER_MS = 120;
/** Who cannot be brought nearer (a relay that keeps lists for a while) is left in peace meanwhile. */
const AGAIN_MS = 8000;

/** Unix ms at which a list was written, null where it does not say. */
export function writtenAt(list: string): number | null {
  const found = /^# written (\d{10,16})$/m.exec(list.slice(-200));
  return found ? Number(found[1]) : null;
}

export class Rhythm {
  private movedAt = -Infinity;

  /**
   * By how much the grid is to be moved, in ms; 0: leave it. `late`: ms between the writing of a list and the asking that brought it;
   * `period`: ms between two writings; `now`: monotonic, ms. hls.js asks once as it would have and once more where the grid then
   * lies, so that no picture comes later for it.
   */
  shift(late: number, period: number, now: number): number {
    if (late < LATE_MS || late >= period * 1.5 || now - this.movedAt < AGAIN_MS) return 0;
    this.movedAt = now;
    return Math.max(0, period - late) + AFTER_MS;
  }
}
