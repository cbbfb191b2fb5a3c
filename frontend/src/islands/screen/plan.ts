/** What the class screen should be doing, from the day's plan and the clock. Pure. */
import type { Day, Lesson, Session } from "../../live/config";

export type Task =
  /** In the lesson's room. */
  | { kind: "lesson"; lesson: Lesson; session: Session }
  /** This period's lesson is due; its teacher has not opened it yet. */
  | { kind: "due"; lesson: Lesson }
  | { kind: "next"; lesson: Lesson }
  | { kind: "free" };

/** As the server has it: a screen turns to a lesson so long before it begins. */
const EARLY_MS = 10 * 60_000;
/** A plan that was asked for longer ago is old: the server has not been heard. */
const OLD_MS = 60_000;
/** No session outlives its planned end by more (15 minutes, and one for the clocks). */
const OUTLIVED_MS = 16 * 60_000;

/** `over`: sessions this screen saw end, which the plan may not yet know. The plan itself may be hours old: a screen without a
 * line goes by the clock and by what it was last told. */
export function task(day: Day, now: number, over: ReadonlySet<string>): Task {
  const { current } = day;
  const session = current?.session;
  if (session && session.state !== "ended" && !over.has(session.id) && now < session.planned_end_ms + OUTLIVED_MS) {
    return { kind: "lesson", lesson: current.lesson, session };
  }
  if (current && !session && current.lesson.state === "planned" && current.lesson.ends_ms > now) {
    return { kind: "due", lesson: current.lesson };
  }
  const planned = day.lessons.filter((lesson) => lesson.state === "planned" && lesson.id !== current?.lesson.id);
  const old = now - day.now_ms > OLD_MS;
  const due = planned.find((lesson) => old && lesson.starts_ms - EARLY_MS <= now && lesson.ends_ms > now);
  if (due) return { kind: "due", lesson: due };
  const next = [day.next, ...planned].find((lesson) => lesson && lesson.starts_ms > now);
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
