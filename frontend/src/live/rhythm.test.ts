import { describe, expect, it } from "vitest";
import { Rhythm, writtenAt } from "./rhythm";

/** Lists written every `period(n)` ms, the first at 0, each `held(n)` ms too late; hls.js's own way of planning
 * (base-playlist-controller.ts, level-helper.ts of 1.7.4) over them, for `seconds`. Gives how old each new list was when it was asked for, with the time, in seconds. */
function ask(rhythm: Rhythm | null, seconds: number, period: (n: number) => number, { from = 0, longest = 1000, travel = 40, held = (_n: number): number => 0 } = {}): [number, number][] {
  const written: number[] = [];
  for (let at = 0; at < seconds * 1000; at += period(written.length - 1)) written.push(at + held(written.length));
  const lates: [number, number][] = [];
  let known = -1;
  let planned = from;
  let at = from;
  while (at < seconds * 1000) {
    const newest = written.filter((each) => each <= at).length - 1;
    const advanced = newest > known;
    const came = at + travel;
    const interval = advanced ? Math.min(longest, newest ? period(newest - 1) : longest) : longest / 2;
    if (planned + interval < came) planned = came;
    else if (planned <= came) planned += interval;
    if (advanced) {
      const late = at - (written[newest] ?? 0);
      lates.push([at / 1000, late / 1000]);
      if (rhythm) planned += rhythm.shift(late, period(newest), came);
    }
    known = newest;
    at = Math.max(came, planned);
  }
  return lates;
}

const latest = (lates: [number, number][], after: number): number => Math.max(...lates.filter(([at]) => at >= after).map(([, late]) => late));
const even = (): number => 1000;

describe("hls.js by itself", () => {
  it("stays as late as chance had it", () => {
    expect(latest(ask(null, 60, even, { from: 930 }), 15)).toBeCloseTo(0.93);
  });

  it("is half a second later from the moment on when it once asked in vain", () => {
    const held = (n: number): number => (n === 9 ? 30 : 0); // the tenth list is written 30 ms late
    const lates = ask(null, 60, even, { from: 10, held });
    expect(latest(lates.filter(([at]) => at < 9), 0)).toBeCloseTo(0.01);
    expect(Math.min(...lates.filter(([at]) => at > 12).map(([, late]) => late))).toBeGreaterThan(0.5);
    expect(latest(ask(new Rhythm(), 60, even, { from: 10, held }), 13)).toBeLessThan(0.2);
  });
});

describe("Rhythm", () => {
  it("brings whoever asks late to ask soon after the list is written, and leaves it there", () => {
    for (let from = 0; from < 1000; from += 35) {
      for (const longest of [1000, 2000]) {
        const lates = ask(new Rhythm(), 60, even, { from, longest });
        expect(latest(lates, 4)).toBeLessThanOrEqual(0.45);
        expect(lates.length).toBeGreaterThanOrEqual(58); // no list was passed over
      }
    }
  });

  it("does so again when segments of uneven length have brought it to ask in vain", () => {
    const uneven = (n: number): number => [960, 1040, 1000, 1080, 920][n % 5] ?? 1000;
    const lates = ask(new Rhythm(), 300, uneven, { from: 700, longest: 2000 });
    const late = lates.filter(([at, each]) => at > 4 && each > 0.6);
    expect(late.length / lates.length).toBeLessThan(0.1);
  });

  it("asks no more often than every eight seconds in between where it does not help", () => {
    const rhythm = new Rhythm();
    const moved = Array.from({ length: 60 }, (_, second) => rhythm.shift(800, 1000, second * 1000)).filter((each) => each > 0);
    expect(moved).toHaveLength(8);
    expect(moved[0]).toBe(320);
  });

  it("does not run after a list that is long overdue: the teacher's line is slow", () => {
    expect(new Rhythm().shift(1800, 1000, 0)).toBe(0);
    expect(new Rhythm().shift(300, 1000, 0)).toBe(0);
  });
});

it("reads when a list was written, from its end", () => {
  expect(writtenAt("#EXTM3U\n#EXTINF:1.0,\na.m4s\n# written 1700000000123\n")).toBe(1700000000123);
  expect(writtenAt("#EXTM3U\n#EXTINF:1.0,\na.m4s\n")).toBeNull();
});
