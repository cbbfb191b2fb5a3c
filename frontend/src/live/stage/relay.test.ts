import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { pageTimers } from "../timers";
import { FakeConnection, FakeStream } from "./fakeConnection";
import type { StageLine } from "./line";
import { heard, lineFor, type OpenOptions } from "./open";

const TRACK = { kind: "audio" } as MediaStreamTrack;
const PICTURE = { kind: "video" } as MediaStreamTrack;
type Word = { t: string; of?: string | null; to?: string; data: { hello?: true; try?: string; sdp?: RTCSessionDescriptionInit; ice?: unknown[] } };

/** A page and what it says; the server's answer to its greeting is given by hand. */
class Page {
  readonly said: Word[] = [];
  line: StageLine | null = null;

  constructor(private readonly video: MediaStreamTrack | null = PICTURE) {}

  greeted(relay?: string): void {
    const options: OpenOptions = {
      key: "class:a",
      timers: pageTimers,
      audio: TRACK,
      video: this.video,
      videoBits: 1,
      changed: () => undefined,
      make: () => new FakeConnection() as unknown as RTCPeerConnection,
      say: (message) => void this.said.push(message as unknown as Word),
    };
    this.line = lineFor(this.line, { t: "stage", ice: [], ...(relay ? { relay } : {}) }, options);
    this.line.connect([other("teacher"), other("class:b")]);
  }

  of(of: string | null): Word[] {
    return this.said.filter((word) => word.t === "relay" && word.of === of);
  }

  hears(of: string | null, data: object): boolean {
    return heard(this.line, { t: "relay", of, data });
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
const other = (key: string): { key: string; line: string } => ({ key, line: "" });

test("a page sends once, and asks the relay for each of the others", async () => {
  const page = new Page();
  page.greeted("m1");
  await later(10);
  expect(page.of(null).map((word) => word.data.sdp?.type)).toEqual(["offer"]);
  expect(FakeConnection.all.map((each) => each.kinds.join())).toEqual(["audio,video"]);
  for (const key of ["teacher", "class:b"]) expect(page.of(key).map((word) => word.data.hello)).toEqual([true]);
});

test("without a camera no place for a picture is offered", async () => {
  const page = new Page(null);
  page.greeted("m1");
  await later(10);
  expect(FakeConnection.all.map((each) => each.kinds.join())).toEqual(["audio"]);
});

test("what the relay offers is answered, and a later offer is another connection", async () => {
  const page = new Page();
  page.greeted("m1");
  await later(10);
  for (const [index, attempt] of ["one", "two"].entries()) {
    page.hears("teacher", { try: attempt, sdp: { type: "offer", sdp: `server${index} audio,video` } });
    await later(10);
    const answers = page.of("teacher").filter((word) => word.data.sdp?.type === "answer");
    expect(answers.map((word) => word.data.try)).toEqual(["one", "two"].slice(0, index + 1));
    expect(FakeConnection.all.filter((each) => each.connectionState !== "closed")).toHaveLength(2);
  }
});

test("with another mark everything begins anew; with the same one nothing happens", async () => {
  const page = new Page();
  page.greeted("m1");
  await later(200);
  const before = page.said.length;
  page.greeted("m1");
  await later(200);
  expect(page.said).toHaveLength(before);
  page.greeted("m2");
  await later(10);
  expect(page.of(null).filter((word) => word.data.sdp)).toHaveLength(2);
  expect(page.of("teacher").filter((word) => word.data.hello)).toHaveLength(2);
  expect(FakeConnection.all.map((each) => each.connectionState)).toEqual(["closed", "new"]);
});

test("from the relay to the mesh and back, as the server says; words for the other one go nowhere", async () => {
  const page = new Page();
  page.greeted("m1");
  await later(10);
  page.greeted();
  await later(10);
  expect(page.said.some((word) => word.t === "signal" && word.to === "teacher")).toBe(true);
  const count = FakeConnection.all.length;
  expect(page.hears("teacher", { try: "x", sdp: { type: "offer", sdp: "server audio,video" } })).toBe(true);
  await later(10);
  expect(FakeConnection.all).toHaveLength(count);
  expect(heard(page.line, { t: "stage", ice: [] })).toBe(false);
});

test("what failed is asked for again, and who left is asked for no more", async () => {
  const page = new Page();
  page.greeted("m1");
  await later(10);
  page.hears("teacher", { try: "one", sdp: { type: "offer", sdp: "server audio,video" } });
  await later(10);
  FakeConnection.all[FakeConnection.all.length - 1]?.become("failed");
  await later(3000);
  expect(page.of("teacher").filter((word) => word.data.hello)).toHaveLength(2);
  page.line?.connect([other("class:b")]);
  const count = page.of("teacher").length;
  await later(60_000);
  expect(page.of("teacher")).toHaveLength(count);
});
