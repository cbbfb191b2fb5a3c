/** What the class screen should be doing, from the day's plan and the clock. Pure. */
import type { Day, Lesson, Session } from "../../live/config";

export type Task =
  /** In the lesson's room. */
  | { kind: "lesson"; lesson: Lesson; session: Session }
  /** This period's lesson is due; its teacher has not opened it yet. */
  | { kind: "due"; lesson: Lesson }
  | { kind: "next"; lesson: Lesson }
  | { kind: "free" };

/** `over`: sessions this screen saw end, which the plan may not yet know. */
export function task(day: Day, now: number, over: ReadonlySet<string>): Task {
  const { current } = day;
  if (current?.session && current.session.state !== "ended" && !over.has(current.session.id)) {
    return { kind: "lesson", lesson: current.lesson, session: current.session };
  }
  if (current && !current.session && current.lesson.state === "planned" && current.lesson.ends_ms > now) {
    return { kind: "due", lesson: current.lesson };
  }
  const next = day.next ?? day.lessons.find((lesson) => lesson.starts_ms > now && lesson.state === "planned");
  return next ? { kind: "next", lesson: next } : { kind: "free" };
}

/** Where a lesson of today stands, for the list. */
export function standing(lesson: Lesson, now: number): "done" | "now" | "later" | "cancelled" {
  if (lesson.state === "cancelled") return "cancelled";
  if (lesson.state === "ended" || lesson.ends_ms <= now) return "done";
  return lesson.state === "live" || lesson.starts_ms <= now ? "now" : "later";
}

const NIGHT_FROM = 2;
const NIGHT_TO = 5;

/** A page that ran through a day starts afresh at night, or when the server has a newer one; never in a lesson. */
export function shouldReload(state: { idle: boolean; hour: number; ageMs: number; newVersion: boolean }): boolean {
  if (!state.idle) return false;
  return state.newVersion || (state.ageMs > 6 * 3600_000 && state.hour >= NIGHT_FROM && state.hour < NIGHT_TO);
}
