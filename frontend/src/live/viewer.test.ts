import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { LessonViewer } from "./viewer";

class Line {
  static made: Line[] = [];
  readyState = 1;
  bufferedAmount = 0;
  onopen: (() => void) | null = null;
  onmessage: unknown = null;
  onclose: ((event: { code: number; reason: string }) => void) | null = null;

  constructor(readonly url: string) {
    Line.made.push(this);
  }

  readonly sent: string[] = [];

  send(text: string): void {
    this.sent.push(text);
  }

  close(): void {
    this.readyState = 3;
  }
}

beforeEach(() => {
  Line.made = [];
  vi.stubGlobal("WebSocket", Object.assign(Line, { OPEN: 1 }));
});

afterEach(() => vi.unstubAllGlobals());

function viewer(): LessonViewer {
  return new LessonViewer({
    video: document.createElement("video"),
    path: "/live/ws/watch",
    ticket: "old",
    ticketUrl: "/live/tickets/x/",
    session: "live",
    changed: () => undefined,
  });
}

test("a picture that comes or stops is told at once, yet a flickering one not more often than every two seconds", () => {
  vi.useFakeTimers();
  try {
    const watching = viewer();
    const line = Line.made[0] as Line;
    const { events } = watching.player as unknown as { events: { running(running: boolean): void } };
    events.running(true);
    vi.advanceTimersByTime(400);
    expect(line.sent).toHaveLength(1);
    for (let flicker = 0; flicker < 10; flicker += 1) events.running(flicker % 2 === 1);
    vi.advanceTimersByTime(1500);
    expect(line.sent).toHaveLength(1);
    vi.advanceTimersByTime(1000);
    expect(line.sent).toHaveLength(2);
    watching.state = "interrupted"; // the teacher's line, and nobody's stall
    events.running(false);
    vi.advanceTimersByTime(4000);
    expect(line.sent).toHaveLength(2);
    watching.destroy();
  } finally {
    vi.useRealTimers();
  }
});

test("a class that talks with the teacher lets go of the stream and is reported as watching; afterwards it takes it up again", () => {
  const watching = viewer();
  const line = Line.made[0] as unknown as { sent: string[]; onmessage(event: { data: string }): void };
  const plays = vi.spyOn(watching.player, "playLive").mockImplementation(() => undefined);
  const stops = vi.spyOn(watching.player, "stop");
  line.onmessage({ data: JSON.stringify({ t: "state", state: "live", master: "/m.m3u8", replay: null, keys: [], server_ms: 0, started_ms: 0, planned_end_ms: 1 }) });
  const last = (): Record<string, unknown> => JSON.parse(line.sent[line.sent.length - 1] ?? "{}") as Record<string, unknown>;
  expect(watching.plannedEndMs).toBe(1);
  watching.rest(true);
  expect(stops).toHaveBeenCalledOnce();
  expect([watching.running, last().playing, last().pos, last().lag]).toEqual([true, true, null, null]);
  watching.rest(false);
  expect(plays).toHaveBeenLastCalledWith("/m.m3u8", null);
  expect([watching.running, last().playing]).toEqual([false, false]);
  watching.destroy();
});

test("who comes late is not shown what the picture has not reached, though no frame is there yet", () => {
  vi.useFakeTimers();
  vi.stubGlobal("fetch", () => new Promise(() => undefined));
  try {
    const watching = viewer();
    vi.spyOn(watching.player, "playLive").mockImplementation(() => (watching.player.mode = "live"));
    const line = Line.made[0] as unknown as { onmessage(event: { data: string }): void };
    const hear = (message: Record<string, unknown>): void => line.onmessage({ data: JSON.stringify(message) });
    const now = Date.now();
    hear({ t: "state", state: "live", master: "/m.m3u8", replay: null, keys: [], server_ms: now, started_ms: now - 60_000, planned_end_ms: now + 60_000 });
    hear({ t: "room", seq: 1, state: { poll: { id: 1 } }, you: {} });
    hear({ t: "events", events: [{ seq: 2, kind: "poll.close", at: 59, ms: now - 1000, set: { poll: null } }] });
    vi.advanceTimersByTime(1900);
    expect([...watching.floor.timeline.state.keys()]).toEqual(["poll"]);
    vi.advanceTimersByTime(300);
    expect([...watching.floor.timeline.state.keys()]).toEqual([]);
    watching.destroy();
  } finally {
    vi.useRealTimers();
  }
});

const settled = (): Promise<void> => new Promise((done) => setTimeout(done, 20));

test("a dead ticket is renewed once, and the line comes back with the new one", async () => {
  vi.stubGlobal("fetch", () => Promise.resolve(new Response(JSON.stringify({ ticket: "new" }))));
  const watching = viewer();
  Line.made[0]?.onclose?.({ code: 4003, reason: "" });
  await vi.waitFor(() => expect(Line.made[1]?.url).toContain("ticket=new"));
  watching.destroy();
});

test("who left while a new ticket was fetched does not come back", async () => {
  let answer: (found: Response) => void = () => undefined;
  const asked = vi.fn(() => new Promise<Response>((resolve) => (answer = resolve)));
  vi.stubGlobal("fetch", asked);
  const watching = viewer();
  Line.made[0]?.onclose?.({ code: 4003, reason: "" });
  await vi.waitFor(() => expect(asked).toHaveBeenCalled());
  watching.destroy();
  answer(new Response(JSON.stringify({ ticket: "new" })));
  await settled();
  expect(Line.made).toHaveLength(1);
});

test("a picture that stands asks where the lesson is, when there are several live processes and the line is silent, not closed", async () => {
  vi.useFakeTimers();
  vi.stubGlobal("fetch", vi.fn(async () => new Response(JSON.stringify({ home: "/n/b" }))));
  try {
    const watching = viewer();
    const hear = (message: object): void => (Line.made[0] as unknown as { onmessage(event: object): void }).onmessage({ data: JSON.stringify(message) });
    watching.player.mode = "live";
    const standing = vi.spyOn(watching.player.meter, "standsFor").mockReturnValue(4000);
    hear({ t: "nodes", several: true });
    await vi.advanceTimersByTimeAsync(12_000);
    expect(fetch).not.toHaveBeenCalled();
    standing.mockReturnValue(6000);
    watching.player.expectsMotion = false; // the teacher is away: nobody else has the lesson
    await vi.advanceTimersByTimeAsync(12_000);
    expect(fetch).not.toHaveBeenCalled();
    watching.player.expectsMotion = true;
    await vi.advanceTimersByTimeAsync(6000);
    expect(Line.made[Line.made.length - 1]?.url).toContain("/n/b/live/ws/watch");
    watching.destroy();
  } finally {
    vi.useRealTimers();
  }
});
