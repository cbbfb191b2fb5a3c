import { expect, test, vi } from "vitest";
import { LADDER, UplinkHealth } from "./health";
import { chooseLevel } from "./hls";
import { fromHex, KeyCache, keyIdOf } from "./keys";
import { afterLost } from "./lost";
import { countdownWords, overlayFor } from "./mode";
import { pauseBefore } from "./pause";
import { bufferAhead, StallMeter } from "./quality";
import { Recovery } from "./recovery";
import { clockLength } from "./words";

const ID = "1b9d6bcd-bbfd-4b2d-9b5d-ab8dfbbd4bed";
const KEY = "00112233445566778899aabbccddeeff";

test("a silent line is called weak before it is given up", () => {
  const health = new UplinkHealth();
  health.sample(0, { open: true, backlog: 1.5, quiet: 2.1 });
  expect(health.health).toBe("good");
  health.sample(1, { open: true, backlog: 1.5, quiet: 3.1 });
  expect(health.health).toBe("weak");
});

test("pauses: at once, then doubling, bounded, never quite alike", () => {
  expect(pauseBefore(0)).toBe(0);
  expect([1, 2, 3].map((n) => pauseBefore(n, 8000, () => 1))).toEqual([500, 1000, 2000]);
  expect(pauseBefore(30, 8000, () => 1)).toBe(8000);
  expect(pauseBefore(3, 8000, () => 0)).toBe(1000);
});

test("keys: by address, bad ones refused, late ones waited for", () => {
  expect(fromHex(KEY)?.[15]).toBe(0xff);
  for (const bad of ["", "zz", KEY.slice(2), `${KEY}00`]) expect(fromHex(bad)).toBeNull();
  expect(keyIdOf(`https://x/live/keys/${ID.toUpperCase()}?ticket=1`)).toBe(ID);
  expect(keyIdOf("/media/streams/1/av/1.m4s")).toBeNull();
  vi.useFakeTimers();
  const cache = new KeyCache();
  const got = vi.fn();
  cache.wait(ID, 1000, got);
  vi.advanceTimersByTime(500);
  cache.add([{ id: ID, key: KEY }, { id: "x", key: "bad" }]);
  expect(got).toHaveBeenCalledOnce();
  expect(got.mock.calls[0]?.[0]).toHaveLength(16);
  const missed = vi.fn();
  cache.wait("other", 1000, missed);
  const cancelled = vi.fn();
  cache.wait("third", 1000, cancelled)();
  vi.advanceTimersByTime(1000);
  expect(missed).toHaveBeenCalledWith(null);
  expect(cancelled).not.toHaveBeenCalled();
  vi.useRealTimers();
});

test("health: weak is said at once, a smaller picture follows after fifteen seconds and not again at once", () => {
  const health = new UplinkHealth();
  const at = (second: number, backlog: number, open = true): boolean => health.sample(second, { open, backlog });
  expect(at(0, 1.5)).toBe(false);
  expect(health.health).toBe("good");
  const changes: number[] = [];
  for (let second = 1; second < 80; second += 1) if (at(second, 9)) changes.push(second);
  expect(changes).toEqual([16, 46, 76]);
  expect(health.videoKbps).toBe(LADDER[3]);
  expect(at(90, 9, false)).toBe(false);
  expect(health.health).toBe("cut");
  for (let second = 91; second < 391; second += 1) expect(at(second, 1)).toBe(false);
  expect(at(391, 1)).toBe(true);
  expect(health.videoKbps).toBe(LADDER[2]);
});

test("stalls are counted once each, with their length, and only while motion is due", () => {
  const meter = new StallMeter();
  for (let ms = 0; ms <= 1000; ms += 250) meter.sample(ms, ms / 1000, true);
  for (let ms = 1250; ms <= 3000; ms += 250) meter.sample(ms, 1, true);
  expect(meter.standsFor(3000)).toBe(2000);
  meter.sample(3250, 1.3, true);
  expect(meter.isStalled).toBe(false);
  expect([meter.stalls, meter.stallMs]).toEqual([1, 2000]);
  for (let ms = 3500; ms <= 9000; ms += 250) meter.sample(ms, 1.3, false);
  meter.sample(9250, 1.6, true);
  expect(meter.stalls).toBe(1);
});

test("a long stall is counted while it lasts, a page that slept in one did not stall all that time", () => {
  const meter = new StallMeter();
  for (let ms = 0; ms <= 4000; ms += 250) meter.sample(ms, 1, true);
  expect([meter.stalls, meter.stallMs]).toEqual([1, 4000]);
  meter.sample(64_000, 1, true);
  meter.forget();
  expect([meter.stalls, meter.stallMs]).toEqual([1, 9000]);
});

/** The picture stands from 1 s on; lists that hold nothing new were asked for at `barren`; at `back` it runs again. */
function stood(barren: number[], back: number): [number, number] {
  const meter = new StallMeter();
  for (let ms = 0; ms <= 1000; ms += 250) meter.sample(ms, ms / 1000, true);
  for (let ms = 1250; ms < back; ms += 250) {
    meter.sample(ms, 1, true);
    const asked = barren.filter((at) => at <= ms).pop();
    if (asked !== undefined) meter.excuse(asked);
  }
  meter.sample(back, 1.3, true);
  expect(meter.isStalled).toBe(false);
  return [meter.stalls, meter.stallMs];
}

test("a picture that waits for a teacher who reloads the page is no stall of the class", () => {
  expect(stood([900, 1600, 2300, 3000, 3700, 4400], 5500)).toEqual([0, 0]);
  expect(stood([900], 1750)).toEqual([0, 0]);
});

test("what the class's own line adds when the teacher is back is a stall", () => {
  const [stalls, ms] = stood([900, 1600, 2300], 7000);
  expect(stalls).toBe(1);
  expect(ms).toBeGreaterThan(4000);
  expect(ms).toBeLessThan(4700);
});

test("the server's word that the teacher is away excuses what stands already, and the moment until the picture is here again", () => {
  const meter = new StallMeter();
  for (let ms = 0; ms <= 2750; ms += 250) meter.sample(ms, 1, true);
  meter.excuse();
  for (let ms = 3000; ms <= 9000; ms += 250) meter.sample(ms, 1, false);
  for (let ms = 9250; ms <= 11_000; ms += 250) meter.sample(ms, 1, true);
  expect(meter.isStalled).toBe(true);
  meter.sample(11_250, 1.3, true);
  expect(meter.stalls).toBe(0);
  for (let ms = 11_500; ms <= 13_000; ms += 250) meter.sample(ms, 1.3, true);
  meter.sample(13_250, 1.6, true);
  expect(meter.stalls).toBe(1);
});

test("the buffer ahead bridges small holes", () => {
  const ranges = [[0, 4], [4.2, 9], [20, 30]] as const;
  const buffered = { length: 3, start: (i: number) => ranges[i]?.[0] ?? 0, end: (i: number) => ranges[i]?.[1] ?? 0 };
  expect(bufferAhead(buffered, 3)).toBe(6);
  expect(bufferAhead(buffered, 12)).toBe(0);
});

test("a player's trouble is met mildly first, and with a fresh player when it comes back", () => {
  const recovery = new Recovery();
  expect(recovery.remedy("network", 0)).toBe("reload");
  expect(recovery.remedy("media", 1000)).toBe("recover");
  expect(recovery.remedy("media", 3000)).toBe("rebuild");
  expect(recovery.remedy("media", 3500)).toBe("wait");
  expect(recovery.remedy("gone", 20_000)).toBe("edge");
  expect(recovery.remedy("frozen", 26_000)).toBe("rebuild");
  expect(recovery.rebuildsInRow).toBe(2);
  recovery.calm(90_000);
  expect(recovery.rebuildsInRow).toBe(0);
});

test("Opus is played where it is offered; after trouble the other sound", () => {
  const levels = [{ audioCodec: "mp4a.40.2" }, { audioCodec: "opus" }];
  expect([0, 1, 2].map((avoid) => chooseLevel(levels, avoid))).toEqual([1, 0, 1]);
  expect(chooseLevel([{}], 3)).toBe(0);
});

test("words over the picture come only when the picture has stopped", () => {
  const facts = { state: "live", line: "up", running: true, still: 0 } as const;
  expect(overlayFor(facts)).toBe("none");
  expect(overlayFor({ ...facts, state: "interrupted" })).toBe("none");
  expect(overlayFor({ ...facts, state: "interrupted", running: false, still: 4000 })).toBe("teacher-away");
  expect(overlayFor({ ...facts, line: "down", running: false, still: 4000 })).toBe("line-down");
  expect(overlayFor({ ...facts, running: false, still: 4000 })).toBe("loading");
  expect(overlayFor({ ...facts, state: "waiting", running: false })).toBe("waiting");
  expect(overlayFor({ ...facts, state: "ended", running: true })).toBe("ended");
  expect(overlayFor({ ...facts, line: "refused" })).toBe("refused");
});

test("lengths and countdowns", () => {
  expect([clockLength(5), clockLength(65), clockLength(3700)]).toEqual(["0:05", "1:05", "1:01:40"]);
  expect([countdownWords(59_001), countdownWords(3_725_000), countdownWords(-5)]).toEqual(["01:00", "1:02:05", "00:00"]);
});

test("a part whose key is lost is passed over up to the next key, and to nowhere when none follows", () => {
  const part = (start: number, uri: string) => ({ start, decryptdata: { uri } });
  const parts = [part(0, "a"), part(1, "a"), part(2, "b"), part(3, "b"), part(4, "a")];
  expect(afterLost(parts, parts[0]!)).toBe(2);
  expect(afterLost(parts, parts[2]!)).toBe(4);
  expect(afterLost(parts, parts[4]!)).toBeNull();
});
