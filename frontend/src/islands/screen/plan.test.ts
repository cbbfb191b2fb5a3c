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

test("a fresh page at night or for a new version, never in a lesson", () => {
  const state = { idle: true, hour: 3, ageMs: 20 * 3600_000, newVersion: false };
  expect(shouldReload(state)).toBe(true);
  expect(shouldReload({ ...state, hour: 10 })).toBe(false);
  expect(shouldReload({ ...state, hour: 10, newVersion: true })).toBe(true);
  expect(shouldReload({ ...state, ageMs: 60_000 })).toBe(false);
  expect(shouldReload({ ...state, idle: false, newVersion: true })).toBe(false);
});
