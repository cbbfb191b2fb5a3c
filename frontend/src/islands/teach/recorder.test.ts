import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { EpochChunks, type EpochInfo } from "../../live/chunkQueue";
import { pageTimers } from "../../live/timers";
import { EpochRecorder } from "./recorder";

/** A recorder that records nothing and stops when it is told to. */
class Recorder extends EventTarget {
  state = "inactive";
  mimeType = "video/mp4";
  ondataavailable: unknown = null;
  onstop: (() => void) | null = null;
  onerror: unknown = null;

  start(): void {
    this.state = "recording";
  }

  stop(): void {
    this.state = "inactive";
    this.dispatchEvent(new Event("stop"));
    this.onstop?.();
  }
}

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal("MediaRecorder", Recorder);
  vi.stubGlobal("MediaStream", class {});
});

afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

function recorder(): EpochRecorder {
  const sink = { begin: (info: EpochInfo) => new EpochChunks(info), push: () => undefined };
  const settings = { mime: "video/mp4", width: 1280, height: 720, audioBits: 1, keyframeMs: 1000, timesliceMs: 250 };
  return new EpochRecorder(() => [], { ...settings, timers: pageTimers, sink, now: () => Date.now() });
}

test("asked for too often, a new recording waits for its turn", () => {
  const made = recorder();
  made.start(1000);
  made.restart();
  made.restart();
  expect(made.epochs).toBe(1);
  vi.advanceTimersByTime(3100);
  expect(made.epochs).toBe(2);
});

test("a lesson that could not be ended goes on, and its recording can begin anew again", async () => {
  const made = recorder();
  made.start(1000);
  made.restart(); // waits for its turn …
  await made.stop(); // … when the teacher ends the lesson, which the server cannot hear
  made.start(1000);
  const before = made.epochs;
  vi.advanceTimersByTime(5000);
  made.restart();
  expect(made.epochs).toBe(before + 1);
});
