import { describe, expect, it, vi } from "vitest";
import { Floor } from "./floor";
import { type Happening, patch, Timeline } from "./timeline";

const event = (seq: number, at: number, set: Record<string, unknown>): Happening => ({ seq, kind: "x", at, ms: 1_000_000 + at * 1000, set });
const STORY = [
  event(1, 5, { poll: { id: 1 } }),
  event(2, 8, { "note:2": { n: 2 }, poll: { id: 1, open: false } }),
  event(5, 8, { poll: null }),
  event(6, 20, { "note:*": null, timer: { seconds: 60 } }),
];
const shown = (timeline: Timeline): Record<string, unknown> => Object.fromEntries(timeline.state);

/** What all events up to a position amount to. */
function fold(until: number): Record<string, unknown> {
  const map = new Map<string, unknown>();
  for (const each of STORY) if (each.at <= until) patch(map, each.set);
  return Object.fromEntries(map);
}

describe("a replay", () => {
  it("shows what belongs to the position, wherever one seeks", () => {
    const timeline = new Timeline(() => undefined);
    timeline.load(STORY);
    for (const position of [0, 5, 6, 8, 30, 7.9, 0, 19, 20, 4, 100, 8]) {
      timeline.seek(position);
      expect(shown(timeline)).toEqual(fold(position));
    }
  });

  it("counts from its own position", () => {
    const timeline = new Timeline(() => undefined);
    timeline.load(STORY);
    timeline.seek(25);
    expect(timeline.since({ at: 20, ms: 0 }, 0)).toBe(5);
  });

  it("is drawn at once when its events come after the player has begun", () => {
    const timeline = new Timeline(() => undefined);
    timeline.seek(6);
    timeline.load(STORY);
    expect(shown(timeline)).toEqual(fold(6));
  });
});

describe("a live lesson", () => {
  const now = 1_010_000;

  it("waits for the frame that was before the teacher then", () => {
    const changed = vi.fn();
    const timeline = new Timeline(changed);
    timeline.reach(1_004_000, now);
    timeline.add(STORY.slice(0, 2), now);
    expect(shown(timeline)).toEqual({});
    timeline.reach(1_005_000, now);
    expect(shown(timeline)).toEqual(fold(5));
    expect(changed).toHaveBeenLastCalledWith(["poll"]);
    timeline.reach(1_009_000, now);
    expect(shown(timeline)).toEqual({ "note:2": { n: 2 }, poll: { id: 1, open: false } });
    expect(timeline.since({ at: 0, ms: 1_004_000 }, now)).toBe(5);
  });

  it("shows at once where there is no picture, and does not wait for ever", () => {
    const timeline = new Timeline(() => undefined);
    timeline.add(STORY.slice(0, 1), now);
    expect(shown(timeline)).toEqual(fold(5));
    timeline.reach(1_000_000, now);
    timeline.add(STORY.slice(1, 2), now);
    expect(timeline.state.has("note:2")).toBe(false);
    timeline.reach(1_000_000, now + 30_000);
    expect(timeline.state.has("note:2")).toBe(true);
  });

  it("shows at once what people say to one another, and lets it wait for nothing", () => {
    const timeline = new Timeline(() => undefined);
    timeline.reach(1_000_000, now);
    timeline.add([STORY[0] as Happening, { ...event(2, 6, { "chat:2": { n: 2 } }), now: true }], now);
    expect(shown(timeline)).toEqual({ "chat:2": { n: 2 } });
    timeline.add([{ ...event(3, 7, { "chat:2": null }), now: true }], now);
    timeline.reach(1_005_000, now);
    expect(shown(timeline)).toEqual({ poll: { id: 1 } });
  });

  it("takes an event once, and everything anew from a snapshot", () => {
    const timeline = new Timeline(() => undefined);
    timeline.add([...STORY, ...STORY], now);
    expect(timeline.seq).toBe(6);
    timeline.snapshot(9, { lot: { name: "甲" } });
    timeline.add(STORY, now);
    expect(shown(timeline)).toEqual({ lot: { name: "甲" } });
    expect(timeline.seq).toBe(9);
  });
});

describe("what one does oneself", () => {
  const make = () => {
    const sent: Record<string, unknown>[] = [];
    let up = true;
    const floor = new Floor({
      send: (message) => {
        if (up) sent.push(message);
        return up;
      },
      now: () => 0,
      changed: () => undefined,
    });
    return { floor, sent, line: (open: boolean) => (up = open) };
  };

  it("is sent again under the same id until it is answered", async () => {
    const { floor, sent, line } = make();
    line(false);
    const answer = floor.do("hand.raise");
    expect(sent).toEqual([]);
    line(true);
    floor.connected();
    floor.connected();
    expect(sent).toHaveLength(2);
    expect(sent[0]?.id).toBe(sent[1]?.id);
    floor.hear({ t: "done", id: sent[0]?.id, seq: 7, you: { hand: 5 } });
    expect(await answer).toEqual({ ok: true, seq: 7 });
    expect(floor.own.get("hand")).toBe(5);
    floor.connected();
    expect(sent).toHaveLength(2);
  });

  it("may be refused, and may find the lesson over", async () => {
    const { floor, sent } = make();
    const first = floor.do("poll.answer", { poll: 1 });
    floor.hear({ t: "not", id: sent[0]?.id, code: "poll_closed", message: "" });
    expect(await first).toEqual({ ok: false, code: "poll_closed" });
    const third = floor.do("chat.say", { text: "a" });
    floor.hear({ t: "not", id: sent[1]?.id, code: "slow", message: "7" });
    expect(await third).toEqual({ ok: false, code: "slow", message: "7" });
    const second = floor.do("hand.raise");
    floor.abandon();
    expect(await second).toEqual({ ok: false, code: "gone" });
  });

  it("leaves other messages to others", () => {
    expect(make().floor.hear({ t: "beat" })).toBe(false);
  });
});
