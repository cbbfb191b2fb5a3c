import { describe, expect, it } from "vitest";
import { Pace, QUIET_MS, type Standing, type Step } from "./pace";

const USUAL = 2.2;

/** Four looks a second, from `from` for `seconds`; what was done, with its time in seconds. */
function watch(pace: Pace, from: number, seconds: number, how: Partial<Standing> | ((now: number) => Partial<Standing>)): [number, Step][] {
  const done: [number, Step][] = [];
  for (let now = from * 1000; now < (from + seconds) * 1000; now += 250) {
    const more = typeof how === "function" ? how(now / 1000) : how;
    const step = pace.step({ now, behind: USUAL, target: USUAL, buffer: 2, running: true, ...more });
    if (step !== "stay") done.push([now / 1000, step]);
  }
  return done;
}

describe("Pace", () => {
  it("leaves a player alone that is where it should be", () => {
    expect(watch(new Pace(USUAL), 0, 300, {})).toEqual([]);
    expect(watch(new Pace(USUAL), 0, 300, { behind: USUAL + 0.8 })).toEqual([]);
    expect(watch(new Pace(USUAL), 0, 60, { behind: null, target: null })).toEqual([]);
  });

  it("comes nearer after a quiet while, though hls.js counted stalls too short for anybody to see", () => {
    const pace = new Pace(USUAL);
    watch(pace, 0, 5, {});
    const done = watch(pace, 5, 30, { target: 3.2, behind: 3.0 });
    expect(done[0]).toEqual([5 + QUIET_MS / 1000, "nearer"]);
  });

  it("waits for the quiet while the picture still stutters", () => {
    const stutter = (now: number): Partial<Standing> => ({ target: 3.2, running: Math.floor(now) % 5 !== 0 });
    expect(watch(new Pace(USUAL), 0, 120, stutter)).toEqual([]);
  });

  it("waits longer each time when coming nearer brings the stalls back, and forgets that after calm", () => {
    const pace = new Pace(USUAL);
    let target = 2.7;
    const pauses: number[] = [];
    let at = 0;
    for (let round = 0; round < 5; round += 1) {
      watch(pace, at, 0.25, { running: false, target });
      at += 0.25;
      const began = at;
      while (pace.step({ now: at * 1000, behind: target, target, buffer: 2, running: true }) !== "nearer") at += 0.25;
      pauses.push(Math.round(at - began));
      target = USUAL;
      watch(pace, at + 0.25, 1, { target });
      at += 1.25;
      target = 2.7; // it stalled at once
    }
    expect(pauses).toEqual([12, 24, 48, 60, 60]);
    watch(pace, at, 200, { target: USUAL });
    watch(pace, at + 200, 0.25, { running: false, target: USUAL });
    expect(watch(pace, at + 200.25, 30, { target: 2.7 })[0]?.[0]).toBeCloseTo(at + 200.25 + 12, 0);
  });

  it("leaps when it stays far behind with the pictures at hand, within half a minute and not again and again", () => {
    const pace = new Pace(USUAL);
    const done = watch(pace, 0, 100, { behind: 4.6, buffer: 4 });
    expect(done.map(([, step]) => step)).toEqual(["leap", "leap", "leap", "leap"].slice(0, done.length));
    expect(done[0]?.[0]).toBeLessThanOrEqual(15);
    for (let index = 1; index < done.length; index += 1) expect(done[index]![0] - done[index - 1]![0]).toBeGreaterThanOrEqual(30);
  });

  it("never leaps into what is not there yet, nor while the picture stands", () => {
    expect(watch(new Pace(USUAL), 0, 60, { behind: 4.6, buffer: 2.5 })).toEqual([]);
    expect(watch(new Pace(USUAL), 0, 60, { behind: 4.6, buffer: 4, running: false })).toEqual([]);
  });

  it("does not leap for the distance that stalls have taught it", () => {
    const done = watch(new Pace(USUAL), 0, 60, (now) => ({ target: 3.2, behind: 3.2, buffer: 4, running: now % 8 > 0 }));
    expect(done.filter(([, step]) => step === "leap")).toEqual([]);
  });

  it("gives speed its time: who is catching up is not torn forward", () => {
    const caughtUp = (now: number): Partial<Standing> => ({ behind: Math.max(USUAL, 4.2 - 0.12 * now), buffer: 4 });
    expect(watch(new Pace(USUAL), 0, 60, caughtUp)).toEqual([]);
  });
});
