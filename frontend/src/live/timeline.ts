/** What everybody sees beside the picture, as it was when the picture on this screen was taken.
 *
 * Every event brings a patch of a flat map (key → value, null takes it out, "board:*": null all that begin so); applying them in
 * order is all there is to know (lantian/teach/live/engine/happenings). Live, an event waits until the frame that was before the
 * teacher then is on this screen; in a replay the map is what all events up to the position amount to, wherever one seeks.
 */
export type Patch = Record<string, unknown>;

export interface Happening {
  seq: number;
  kind: string;
  /** Media seconds on the stream's timeline. */
  at: number;
  /** ms since 1970, by the server's clock. */
  ms: number;
  set: Patch;
  /** Live, it is shown at once: people talk with one another, not with the picture. */
  now?: boolean;
}

export interface Moment {
  at: number;
  ms: number;
}

/** A picture that does not come must not keep a poll from a class for ever. */
const LONGEST_WAIT_MS = 20_000;

export function patch(map: Map<string, unknown>, changes: Patch): void {
  for (const [key, value] of Object.entries(changes)) {
    if (value !== null) {
      map.delete(key); // what is set anew stands last
      map.set(key, value);
    } else if (key.endsWith("*")) {
      const start = key.slice(0, -1);
      for (const known of [...map.keys()]) if (known.startsWith(start)) map.delete(known);
    } else map.delete(key);
  }
}

export class Timeline {
  readonly state = new Map<string, unknown>();
  /** The newest event that is known here, shown or still waiting: what a page that comes back says it has. */
  seq = 0;
  private waiting: Happening[] = [];
  private recorded: Happening[] | null = null;
  private next = 0;
  /** Of the frame on the screen: ms live, seconds in a replay. */
  private date: number | null = null;
  private position = 0;

  /** `changed`: which keys; null when everything may be different (a snapshot, a jump). */
  constructor(private readonly changed: (keys: string[] | null) => void) {}

  /** The whole map as the server has it now. */
  snapshot(seq: number, state: Patch): void {
    this.seq = seq;
    this.waiting = [];
    this.state.clear();
    patch(this.state, state);
    this.changed(null);
  }

  /** Events as they come; those that are known already are passed over. */
  add(events: Happening[], now: number): void {
    const keys: string[] = [];
    for (const event of events) {
      if (event.seq <= this.seq) continue;
      this.seq = event.seq;
      if (event.now) {
        patch(this.state, event.set);
        keys.push(...Object.keys(event.set));
      } else this.waiting.push(event);
    }
    if (keys.length) this.changed(keys);
    this.reach(this.date, now);
  }

  /** Live: the frame on the screen was taken at `date` (null: there is no picture to wait for). `now`: the server's time. */
  reach(date: number | null, now: number): void {
    this.date = date;
    const keys: string[] = [];
    let first = this.waiting[0];
    while (first && (date === null || first.ms <= date || now - first.ms > LONGEST_WAIT_MS)) {
      patch(this.state, first.set);
      keys.push(...Object.keys(first.set));
      this.waiting.shift();
      first = this.waiting[0];
    }
    if (keys.length) this.changed(keys);
  }

  /** A replay's events, all of them. */
  load(events: Happening[]): void {
    this.recorded = events;
    this.next = 0;
    this.state.clear();
    this.seek(this.position);
    this.changed(null);
  }

  /** Replay: the picture stands at `seconds`. Forward only what lies between is applied, backward all from the beginning. */
  seek(seconds: number): void {
    const { recorded } = this;
    const back = seconds < this.position;
    this.position = seconds;
    if (!recorded) return;
    if (back) {
      const last = recorded[this.next - 1];
      if (!last || last.at <= seconds) return; // nothing lies between
      this.next = 0;
      this.state.clear();
    }
    const keys: string[] = [];
    for (let event = recorded[this.next]; event && event.at <= seconds; event = recorded[this.next]) {
      patch(this.state, event.set);
      keys.push(...Object.keys(event.set));
      this.next += 1;
    }
    if (back) this.changed(null);
    else if (keys.length) this.changed(keys);
  }

  /** Seconds between a moment and the frame on this screen. `now`: the server's time, for pages without a picture. */
  since(moment: Moment, now: number): number {
    return this.recorded ? this.position - moment.at : ((this.date ?? now) - moment.ms) / 1000;
  }

  get<T>(key: string): T | undefined {
    return this.state.get(key) as T | undefined;
  }

  /** Values whose keys begin so, in the order in which they were set. */
  all<T>(start: string): T[] {
    return [...this.state].filter(([key]) => key.startsWith(start)).map(([, value]) => value as T);
  }
}
