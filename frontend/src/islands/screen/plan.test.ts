import { expect, test } from "vitest";
import type { Day, Lesson, Session } from "../../live/config";
import { shouldReload, standing, task } from "./plan";

const lesson = (id: string, start: number, state: Lesson["state"] = "planned"): Lesson =>
  ({ id, starts_ms: start, ends_ms: start + 2400, state }) as unknown as Lesson;
const session = (state: Session["state"]): Session => ({ id: "s", state, ticket: "t", ticket_url: "", started_ms: null, planned_end_ms: 0 });
const day = (change: Partial<Day>): Day => ({ now_ms: 0, poll_ms: 1, lobby_ticket: null, current: null, next: null, lessons: [], ...change });
const none = new Set<string>();

test("joins by itself, waits for a teacher who is late, and leaves when it saw the end before the plan did", () => {
  const current = { lesson: lesson("a", 1000, "live"), session: session("live") };
  expect(task(day({ current }), 1500, none).kind).toBe("lesson");
  expect(task(day({ current, next: lesson("b", 9000) }), 1500, new Set(["s"])).kind).toBe("next");
  expect(task(day({ current: { lesson: lesson("a", 1000), session: null } }), 1500, none).kind).toBe("due");
  expect(task(day({ current: { ...current, session: session("ended") } }), 1500, none).kind).toBe("free");
});

test("the next lesson of the day, when the server names none", () => {
  const lessons = [lesson("a", 1000, "ended"), lesson("x", 4000, "cancelled"), lesson("b", 5000)];
  expect(task(day({ lessons }), 3000, none)).toMatchObject({ kind: "next", lesson: { id: "b" } });
  expect(task(day({ lessons }), 6000, none).kind).toBe("free");
  expect(lessons.map((each) => standing(each, 3000))).toEqual(["done", "cancelled", "later"]);
});

test("without a line the screen goes on by the clock and the plan that it has", () => {
  const minute = 60_000;
  const at = (id: string, start: number): Lesson => ({ ...lesson(id, start * minute), ends_ms: (start + 40) * minute });
  const lessons = [at("a", 0), at("b", 50), at("c", 100)];
  const running = { ...session("live"), planned_end_ms: 40 * minute };
  const left = day({ now_ms: 20 * minute, lessons, current: { lesson: { ...at("a", 0), state: "live" }, session: running }, next: at("b", 50) });
  expect(task(left, 30 * minute, none)).toMatchObject({ kind: "lesson", lesson: { id: "a" } });
  expect(task(left, 57 * minute, none)).toMatchObject({ kind: "due", lesson: { id: "b" } });
  expect(task(left, 91 * minute, none)).toMatchObject({ kind: "due", lesson: { id: "c" } });
  expect(task(left, 141 * minute, none).kind).toBe("free");
  const idle = day({ now_ms: 42 * minute, lessons, next: at("b", 50) });
  expect(task(idle, 42 * minute, none)).toMatchObject({ kind: "next", lesson: { id: "b" } });
  expect(task(idle, 55 * minute, none)).toMatchObject({ kind: "due", lesson: { id: "b" } });
  expect(task({ ...idle, lessons: [at("b", 50), at("d", 200)] }, 95 * minute, none)).toMatchObject({ kind: "next", lesson: { id: "d" } });
});

test("a fresh page at night or for a new version, never in a lesson", () => {
  const state = { idle: true, hour: 3, ageMs: 20 * 3600_000, newVersion: false };
  expect(shouldReload(state)).toBe(true);
  expect(shouldReload({ ...state, hour: 10 })).toBe(false);
  expect(shouldReload({ ...state, hour: 10, newVersion: true })).toBe(true);
  expect(shouldReload({ ...state, ageMs: 60_000 })).toBe(false);
  expect(shouldReload({ ...state, idle: false, newVersion: true })).toBe(false);
});
