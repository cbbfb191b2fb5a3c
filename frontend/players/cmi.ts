/** Between SCORM's run-time data and what is kept of a part. */
import type { Kept, Part, Save } from "./types";

type Data = Record<string, unknown>;
export interface CommitObject {
  successStatus?: string;
  completionStatus?: string;
  totalTimeSeconds?: number;
  runtimeData?: { cmi?: Data };
  score?: { raw?: number; min?: number; max?: number; scaled?: number };
}

function within(data: Data, name: string): Data {
  const found = data[name];
  return typeof found === "object" && found !== null ? (found as Data) : {};
}

/** passed, failed or completed; undefined while it goes on. */
export function statusOf(told: CommitObject): string | undefined {
  if (told.successStatus === "passed" || told.successStatus === "failed") return told.successStatus;
  return told.completionStatus === "completed" ? "completed" : undefined;
}

export function snapshot(told: CommitObject, newer: boolean): Omit<Save, "part"> {
  const cmi = { ...(told.runtimeData?.cmi ?? {}) };
  // the time of this sitting is in the whole already: told again, it would count twice
  delete cmi.session_time;
  if (!newer) {
    const core = { ...within(cmi, "core") };
    delete core.session_time;
    cmi.core = core;
  }
  const { raw, min, max, scaled } = told.score ?? {};
  return { state: cmi, status: statusOf(told), raw, least: min, most: max, scaled, seconds: Math.round(told.totalTimeSeconds ?? 0) };
}

/** What a part finds when it begins: all that it left, or what the package's contents say of a first time. */
export function outOf(part: Part, kept: Kept | undefined, newer: boolean, learner: string): Data {
  const state = typeof kept?.state === "object" && kept.state !== null ? (kept.state as Data) : undefined;
  const cmi: Data = { ...(state ?? {}) };
  const entry = state ? "resume" : "ab-initio";
  if (part.launch) cmi.launch_data = part.launch;
  if (newer) {
    Object.assign(cmi, { entry, learner_id: learner, learner_name: "学习者" });
    if (part.passing) cmi.scaled_passing_score = part.passing;
    delete cmi.exit;
    return cmi;
  }
  cmi.core = { ...within(cmi, "core"), entry, student_id: learner, student_name: "学习者" };
  delete (cmi.core as Data).exit;
  if (part.mastery) cmi.student_data = { ...within(cmi, "student_data"), mastery_score: part.mastery };
  return cmi;
}
