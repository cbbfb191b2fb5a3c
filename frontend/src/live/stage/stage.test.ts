import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { pageTimers } from "../timers";
import { FakeConnection, FakeStream } from "./fakeConnection";
import type { Signal } from "./line";
import { Mesh, TEACHER } from "./mesh";

const TRACK = { kind: "audio" } as MediaStreamTrack;
const PICTURE = { kind: "video" } as MediaStreamTrack;
/** Ends by key, and the words they say to one another; a word may be lost on the way. */
class Ends {
  readonly all = new Map<string, Mesh>();
  said: [string, string, Signal][] = [];
  lose: (from: string, to: string, signal: Signal) => boolean = () => false;

  add(key: string): Mesh {
    const mesh = new Mesh({
      key,
      timers: pageTimers,
      audio: TRACK,
      video: PICTURE,
      videoBits: 1,
      changed: () => undefined,
      make: () => new FakeConnection() as unknown as RTCPeerConnection,
      send: (to, signal) => {
        this.said.push([key, to, signal]);
        if (!this.lose(key, to, signal)) void Promise.resolve().then(() => this.all.get(to)?.hear(key, structuredClone(signal)));
      },
    });
    this.all.set(key, mesh);
    return mesh;
  }

  state(one: string, other: string): string | undefined {
    return this.all.get(one)?.ends.get(other)?.state;
  }
}

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal("MediaStream", FakeStream);
  FakeConnection.all = [];
});

afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

const later = (ms: number): Promise<unknown> => vi.advanceTimersByTimeAsync(ms);
const other = (key: string, line = "x"): { key: string; line: string } => ({ key, line });

test("three ends are connected each with each; pictures go between a class and the teacher alone", async () => {
  const ends = new Ends();
  for (const key of [TEACHER, "class:a", "class:b"]) ends.add(key);
  for (const [key, mesh] of ends.all) mesh.connect([...ends.all.keys()].filter((each) => each !== key).map((each) => other(each)));
  await later(500);
  for (const one of ends.all.keys()) for (const two of ends.all.keys()) if (one !== two) expect(ends.state(one, two)).toBe("up");
  const offers = ends.said.filter(([, , signal]) => signal.sdp?.type === "offer").map(([from, to, signal]) => [from, to, signal.sdp?.sdp?.split(" ")[1]]);
  expect(new Set(offers.map(String))).toEqual(new Set([`teacher,class:a,audio,video`, `teacher,class:b,audio,video`, `class:a,class:b,audio`]));
});

test("a greeting and an offer that cross, or an offer that comes too early, make one connection and no second", async () => {
  for (const early of [0, 300]) {
    FakeConnection.all = [];
    const ends = new Ends();
    ends.add(TEACHER).connect([other("class:a")]);
    await later(early); // the class's page is not there yet: nobody hears the offer
    ends.add("class:a").connect([other(TEACHER)]);
    await later(500);
    expect([ends.state(TEACHER, "class:a"), ends.state("class:a", TEACHER)]).toEqual(["up", "up"]);
    expect(FakeConnection.all).toHaveLength(2);
  }
});

test("candidates that come before the description wait for it, and those of an older try are passed over", async () => {
  const ends = new Ends();
  const teacher = ends.add(TEACHER);
  const guest = ends.add("class:a");
  teacher.connect([other("class:a")]);
  guest.connect([other(TEACHER)]);
  await later(500);
  const used = FakeConnection.all.filter((each) => each.connectionState === "connected");
  expect(used).toHaveLength(2);
  for (const each of used) expect(each.candidates).toHaveLength(1);
  guest.hear(TEACHER, { ice: [{ candidate: "old" }], try: "an older one" });
  await later(10);
  expect(used.flatMap((each) => each.candidates)).not.toContain("old");
});

test("a word that was lost is made good by another try", async () => {
  const ends = new Ends();
  const teacher = ends.add(TEACHER);
  const guest = ends.add("class:a");
  let lost = 0;
  ends.lose = (_from, _to, signal) => signal.sdp?.type === "answer" && lost++ < 1;
  teacher.connect([other("class:a")]);
  guest.connect([other(TEACHER)]);
  await later(500);
  if (lost === 1) expect(ends.state(TEACHER, "class:a")).not.toBe("up");
  await later(15_000);
  expect(lost).toBeGreaterThan(0);
  expect(ends.state(TEACHER, "class:a")).toBe("up");
  expect(ends.state("class:a", TEACHER)).toBe("up");
});

test("a connection that fails is made anew, by whichever side notices", async () => {
  const ends = new Ends();
  ends.add(TEACHER).connect([other("class:a")]);
  ends.add("class:a").connect([other(TEACHER)]);
  await later(500);
  for (const mine of [0, 1]) {
    const used = FakeConnection.all.filter((each) => each.connectionState === "connected");
    used[mine]?.become("failed");
    await later(200);
    expect([ends.state(TEACHER, "class:a"), ends.state("class:a", TEACHER)]).toContain("down");
    await later(5000);
    expect([ends.state(TEACHER, "class:a"), ends.state("class:a", TEACHER)]).toEqual(["up", "up"]);
  }
});

test("a page that was reloaded is connected with anew, another screen's call too", async () => {
  const ends = new Ends();
  ends.add(TEACHER).connect([other("class:a")]);
  ends.add("class:a").connect([other(TEACHER)]);
  await later(500);
  ends.add(TEACHER).connect([other("class:a")]);
  await later(500);
  expect([ends.state(TEACHER, "class:a"), ends.state("class:a", TEACHER)]).toEqual(["up", "up"]);
  ends.add("class:a").connect([other(TEACHER)]);
  await later(500);
  expect([ends.state(TEACHER, "class:a"), ends.state("class:a", TEACHER)]).toEqual(["up", "up"]);
  const before = FakeConnection.all.length;
  ends.all.get(TEACHER)?.connect([other("class:a", "another screen")]);
  await later(500);
  expect(FakeConnection.all.length).toBeGreaterThan(before);
});

test("who has left is let go of, and nothing is tried any more", async () => {
  const ends = new Ends();
  const teacher = ends.add(TEACHER);
  teacher.connect([other("class:a")]);
  await later(200);
  teacher.connect([]);
  const count = ends.said.length;
  await later(60_000);
  expect(teacher.ends.size).toBe(0);
  expect(ends.said.length).toBe(count);
  expect(FakeConnection.all.every((each) => each.connectionState === "closed")).toBe(true);
});
