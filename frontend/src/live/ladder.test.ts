import { describe, expect, it } from "vitest";
import { Ladder, type Loading, type Seen, WEAK_DELAY } from "./ladder";

const BOTH = new Set(["small", "sound"]);
const SOUND = new Set(["sound"]);

/** A player at a line: told every quarter of a second how it stands. */
class Line {
  readonly ladder = new Ladder();
  now = 100_000;
  made: ReadonlySet<string> = BOTH;

  step(seen: Partial<Seen> = {}) {
    this.now += 250;
    return this.ladder.step({ now: this.now, buffer: 1.5, behind: 2.2, running: true, expected: true, made: this.made, loading: null, ...seen });
  }

  /** Segments that come one a second, each after `ms`. */
  lasts(seconds: number, ms: number, bytes: number, seen: Partial<Seen> = {}) {
    let course = this.step(seen);
    for (let second = 0; second < seconds; second += 1) {
      this.ladder.loaded({ ms, bytes, duration: 1 }, this.ladder.rung);
      for (let quarter = 0; quarter < 4; quarter += 1) course = this.step(seen);
    }
    return course;
  }
}

const SLOW: Loading = { elapsed: 900, quiet: 50, bytes: 30_000, total: 190_000 };

describe("ladder", () => {
  it("stays on the whole picture, and keeps its hands off, while all comes in time", () => {
    const line = new Line();
    const course = line.lasts(60, 80, 190_000);
    expect(course).toEqual({ rung: "full", abort: false, want: false, distance: null, rate: null });
  });

  it("stretches what is in store before it knows why nothing more comes", () => {
    const line = new Line();
    line.lasts(3, 80, 190_000);
    expect(line.step({ buffer: 0.4 })).toMatchObject({ rung: "full", rate: null }); // it has only just begun
    line.lasts(5, 80, 190_000);
    expect(line.step({ buffer: 1.1 }).rate).toBeNull();
    expect(line.step({ buffer: 0.6 })).toMatchObject({ rung: "full", distance: null, rate: 0.65 });
    expect(line.step({ buffer: 0.4 }).rate).toBe(0.55);
    expect(line.step({ buffer: 0.4, expected: false }).rate).toBeNull(); // the teacher is away
    expect(line.step({ buffer: 1.5 }).rate).toBeNull();
    expect(line.step({ buffer: 0, running: false }).rate).toBeNull();
  });

  it("leaves a segment that cannot come in time, and goes on with sound", () => {
    const line = new Line();
    line.lasts(5, 200, 190_000);
    const course = line.step({ buffer: 0.8, loading: SLOW });
    expect(course).toMatchObject({ rung: "sound", abort: true, want: true, distance: WEAK_DELAY });
  });

  it("does not take a cut line for a weak one: without a byte nothing smaller would come either", () => {
    const line = new Line();
    line.lasts(5, 200, 190_000);
    expect(line.step({ buffer: 0.3, loading: { elapsed: 2500, quiet: 2500, bytes: 0, total: 0 } }).rung).toBe("full");
    expect(line.step({ buffer: 0, running: false, loading: { ...SLOW, elapsed: 7000, quiet: 6200 } })).toMatchObject({ rung: "full", abort: true });
  });

  it("has nothing to fall to where nothing is made", () => {
    const line = new Line();
    line.made = new Set();
    line.lasts(5, 200, 190_000);
    expect(line.step({ buffer: 0.5, loading: SLOW }).rung).toBe("full");
  });

  it("gives the first picture longer: a busy machine is slow to begin", () => {
    const line = new Line();
    expect(line.step({ running: false, buffer: 0, loading: { ...SLOW, elapsed: 1500 } }).rung).toBe("full");
    expect(line.step({ running: false, buffer: 0, loading: { ...SLOW, elapsed: 2500 } }).rung).toBe("sound");
  });

  it("comes to the small picture once sound came in good time for a while, and asks for it before", () => {
    const line = new Line();
    line.made = SOUND;
    line.lasts(5, 200, 190_000);
    line.step({ buffer: 0.8, loading: SLOW });
    const course = line.lasts(10, 450, 8000, { buffer: 5 });
    expect(course).toMatchObject({ rung: "sound", want: true });
    line.made = BOTH;
    expect(line.step({ buffer: 5 })).toMatchObject({ rung: "small", want: true, abort: false });
  });

  it("tries the small picture with little in store only where sound comes easily", () => {
    const line = new Line();
    line.lasts(5, 200, 190_000);
    line.step({ buffer: 0.8, loading: SLOW });
    line.lasts(30, 500, 8000, { buffer: 4 });
    expect(line.ladder.rung).toBe("sound");
    line.lasts(6, 300, 8000, { buffer: 3.2 });
    expect(line.ladder.rung).toBe("small");
  });

  it("stretches what is in store after a picture that the line did not carry, too", () => {
    const line = new Line();
    line.lasts(5, 200, 190_000);
    line.step({ buffer: 0.8, loading: SLOW });
    line.lasts(9, 450, 8000, { buffer: 5 });
    expect(line.step({ buffer: 1.9, loading: { elapsed: 1200, quiet: 100, bytes: 9000, total: 45_000 } })).toMatchObject({ rung: "sound", rate: 0.75 });
    expect(line.step({ buffer: 0.9 }).rate).toBe(0.65);
  });

  it("falls back before the sound breaks, and waits twice as long before it tries again", () => {
    const line = new Line();
    line.lasts(5, 200, 190_000);
    line.step({ buffer: 0.8, loading: SLOW });
    line.lasts(9, 450, 8000, { buffer: 5 });
    expect(line.ladder.rung).toBe("small");
    expect(line.step({ buffer: 2, loading: { elapsed: 1200, quiet: 100, bytes: 9000, total: 45_000 } })).toMatchObject({ rung: "sound", abort: true });
    line.lasts(12, 450, 8000, { buffer: 5 });
    expect(line.ladder.rung).toBe("sound");
    line.lasts(6, 450, 8000, { buffer: 5 });
    expect(line.ladder.rung).toBe("small");
  });

  it("goes straight back to the whole picture where the line carries it easily", () => {
    const line = new Line();
    line.lasts(5, 200, 190_000);
    line.step({ buffer: 0.8, loading: SLOW });
    line.lasts(5, 10, 8000);
    expect(line.ladder.rung).toBe("full");
  });

  it("stretches what is in store until the first smaller segments are here", () => {
    const line = new Line();
    line.lasts(5, 200, 190_000);
    expect(line.step({ buffer: 1.4, loading: { ...SLOW, bytes: 10_000 } })).toMatchObject({ rung: "sound", abort: true, rate: 0.75 });
    expect(line.step({ buffer: 0.9 }).rate).toBe(0.65);
    expect(line.step({ buffer: 0.4 }).rate).toBe(0.55);
    expect(line.step({ buffer: 2.4, behind: 3 }).rate).toBe(0.92);
    for (let quarter = 0; quarter < 16; quarter += 1) line.step({ buffer: 1.5 });
    expect(line.step({ buffer: 1.5, behind: 3 }).rate).toBe(0.92);
  });

  it("keeps away from the newest, a little slower, and comes back once the whole picture holds", () => {
    const line = new Line();
    line.lasts(5, 200, 190_000);
    line.step({ buffer: 0.8, loading: SLOW });
    for (let quarter = 0; quarter < 16; quarter += 1) line.step({ buffer: 0.5 });
    expect(line.step({ buffer: 1, behind: 2.5 }).rate).toBe(0.9);
    expect(line.step({ buffer: 2, behind: 3 }).rate).toBe(0.92);
    expect(line.step({ buffer: 4, behind: 5 }).rate).toBe(0.95);
    expect(line.step({ buffer: 6, behind: 7 }).rate).toBe(1);
    line.lasts(5, 10, 8000, { buffer: 6, behind: 7 });
    expect(line.step({ buffer: 6, behind: 7 })).toMatchObject({ rung: "full", distance: WEAK_DELAY });
    line.lasts(16, 80, 190_000, { buffer: 6, behind: 7 });
    expect(line.step({ buffer: 6, behind: 7 })).toMatchObject({ distance: null, rate: 1.1 });
    line.step({ buffer: 2, behind: 3 });
    expect(line.step({ buffer: 1.5, behind: 2.3 })).toMatchObject({ distance: null, rate: null });
  });

  it("is never larger than what the viewer has chosen", () => {
    const line = new Line();
    line.ladder.pin = "small";
    line.made = SOUND;
    expect(line.step()).toMatchObject({ rung: "full", want: true });
    line.made = BOTH;
    expect(line.step().rung).toBe("small");
    line.lasts(60, 20, 45_000, { buffer: 6, behind: 7 });
    expect(line.ladder.rung).toBe("small");
    line.ladder.pin = "sound";
    expect(line.step()).toMatchObject({ rung: "sound", want: false });
    line.ladder.pin = "auto";
    line.lasts(6, 10, 8000, { buffer: 6, behind: 7 });
    expect(line.ladder.rung).toBe("full");
  });

  it("goes down when what it plays is not made any more", () => {
    const line = new Line();
    line.ladder.pin = "small";
    line.step();
    expect(line.ladder.rung).toBe("small");
    line.made = SOUND;
    expect(line.step().rung).toBe("sound");
    line.made = new Set();
    expect(line.step().rung).toBe("full");
  });

  it("judges no line while the teacher's own is down", () => {
    const line = new Line();
    line.lasts(5, 200, 190_000);
    expect(line.step({ expected: false, running: false, buffer: 0, loading: SLOW }).rung).toBe("full");
  });
});
