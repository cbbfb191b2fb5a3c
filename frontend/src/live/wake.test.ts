import { expect, it, vi } from "vitest";
import { answers, Wake } from "./wake";

/** What is told, with the second at which it is, while nothing comes from `from` on. */
async function story(line: (second: number) => boolean, from: number, seconds: number) {
  let second = 0;
  const told: [boolean, number][] = [];
  const ask = vi.fn(() => Promise.resolve(line(second)));
  const wake = new Wake((dead) => told.push([dead, second]), ask);
  for (second = 0; second < seconds; second += 1) {
    wake.step(second * 1000, Math.max(0, second - from) * 1000);
    await Promise.resolve();
    await Promise.resolve();
  }
  return { told, asked: ask.mock.calls.length };
}

it("asks nothing while all comes", async () => {
  expect((await story(() => true, 100, 30)).asked).toBe(0);
});

it("says that the line is dead after two questions without an answer, and at the first answer that it is whole", async () => {
  expect((await story((second) => second >= 33, 1, 40)).told).toEqual([
    [true, 4],
    [false, 33],
  ]);
});

it("does not take what is late for a cut line", async () => {
  expect((await story(() => true, 1, 30)).told).toEqual([]);
  expect((await story((second) => second !== 5, 1, 30)).told).toEqual([]);
});

it("asks less often once it has been long", async () => {
  expect((await story(() => false, 0, 180)).asked).toBeLessThan(95);
});

it("takes a refusal for an answer, but not the device's own word that it has no line", async () => {
  class Refused {
    onerror: (() => void) | null = null;
    constructor() {
      setTimeout(() => this.onerror?.());
    }
    close(): void {}
  }
  vi.stubGlobal("WebSocket", Refused);
  const line = vi.spyOn(navigator, "onLine", "get").mockReturnValue(true);
  expect(await answers()).toBe(true);
  line.mockReturnValue(false);
  expect(await answers()).toBe(false);
  vi.unstubAllGlobals();
});
