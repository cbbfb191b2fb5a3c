import { expect, test } from "vitest";
import type { Timers } from "../../live/timers";
import { firstPicture } from "./firstPicture";

/** A clock that goes on when somebody waits. */
function quick(): Timers & { passed: () => number } {
  let ms = 0;
  const after = (wait: number, run: () => void): (() => void) => {
    ms += wait;
    queueMicrotask(run);
    return () => undefined;
  };
  return { now: () => ms, after, every: () => () => undefined, passed: () => ms };
}

test("a picture that is there is not waited for", async () => {
  const timers = quick();
  expect(await firstPicture(() => true, timers, 1000)).toBe(true);
  expect(timers.passed()).toBe(0);
});

test("a camera that wakes up is waited for, and no longer", async () => {
  const timers = quick();
  expect(await firstPicture(() => timers.passed() >= 300, timers, 1000)).toBe(true);
  expect(timers.passed()).toBeLessThan(400);
});

test("a camera that gives nothing does not keep the lesson away", async () => {
  const timers = quick();
  expect(await firstPicture(() => false, timers, 1000)).toBe(false);
  expect(timers.passed()).toBeLessThan(1100);
});
