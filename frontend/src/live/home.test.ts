import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Home, TEACHER } from "./home";
import { pageTimers } from "./timers";

let asked: number[] = [];
let answers: (string | null)[] = [];
let went: string[] = [];

function home(base = ""): Home {
  const made: Home = new Home(
    base,
    () => "/live/tickets/x/",
    pageTimers,
    TEACHER,
    () => went.push(made.path("/live/ws/ingest")),
    () => {
      asked.push(Date.now());
      return Promise.resolve(answers.length > 1 ? (answers.shift() ?? null) : (answers[0] ?? null));
    },
    () => 0,
  );
  return made;
}

beforeEach(() => {
  vi.useFakeTimers({ now: 0 });
  asked = [];
  went = [];
  answers = [""];
});
afterEach(() => vi.useRealTimers());

test("where there is one live process a cut line asks nobody", async () => {
  home().lost();
  await vi.advanceTimersByTimeAsync(60_000);
  expect(asked).toEqual([]);
});

test("a lost line asks until the lesson is elsewhere, and goes there", async () => {
  answers = ["", null, "/n/b"];
  const there = home();
  there.heard({ t: "nodes", several: true });
  there.lost();
  there.lost(); // each vain try says so
  await vi.advanceTimersByTimeAsync(4000);
  expect(asked).toEqual([1200, 2400, 3600]);
  expect(went).toEqual(["/n/b/live/ws/ingest"]);
  there.heard({ t: "ready" });
  await vi.advanceTimersByTimeAsync(60_000);
  expect(asked).toHaveLength(3);
});

test("a line that comes back by itself is not left any more, whatever is answered then", async () => {
  answers = ["/n/b"];
  const there = home();
  there.heard({ t: "nodes", several: true });
  there.lost();
  await vi.advanceTimersByTimeAsync(1199);
  there.heard({ t: "time" });
  await vi.advanceTimersByTimeAsync(60_000);
  expect([asked, went]).toEqual([[], []]);
});

test("who is sent away asks at once, also where nobody said that there are several; and later when sent away again", async () => {
  answers = ["", "/n/b"];
  const there = home();
  there.moved();
  await vi.advanceTimersByTimeAsync(0);
  expect(asked).toEqual([0]);
  there.moved(); // back where it came from, too early
  await vi.advanceTimersByTimeAsync(700);
  expect(asked).toEqual([0, 600]);
  expect(went).toEqual(["/n/b/live/ws/ingest"]);
});

test("who is told where the lesson goes asks nobody, unless there is no line there either", async () => {
  answers = ["/n/c"];
  const there = home();
  expect(there.heard({ t: "moved", home: "/n/b" })).toBe(true);
  there.moved();
  expect(there.path("/x")).toBe("/n/b/x");
  await vi.advanceTimersByTimeAsync(1100);
  expect(asked).toEqual([]);
  await vi.advanceTimersByTimeAsync(200);
  expect(went).toEqual(["/n/c/live/ws/ingest"]);
});

test("a page that is left asks nothing any more", async () => {
  const there = home();
  there.moved();
  there.stop();
  await vi.advanceTimersByTimeAsync(60_000);
  expect(asked).toEqual([]);
});
