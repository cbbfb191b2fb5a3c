import { describe, expect, it } from "vitest";
import { outOf, snapshot, statusOf } from "./cmi";
import { scoreOf } from "./h5p";
import type { Part } from "./types";

const PART: Part = { id: "a", title: "A", depth: 0, href: "a.html", query: "", mastery: "80", passing: "0.8", launch: "x=1" };

describe("what a SCORM part leaves and finds", () => {
  it("counts no sitting twice", () => {
    const told = { totalTimeSeconds: 65, runtimeData: { cmi: { core: { session_time: "00:01:05", total_time: "00:01:05" } } } };
    const kept = snapshot(told, false);
    expect(kept.state).toEqual({ core: { total_time: "00:01:05" } });
    expect(kept.seconds).toBe(65);
  });

  it("finds where it was, and no name", () => {
    const found = outOf(PART, { state: { suspend_data: "p=3", exit: "suspend" } }, true, "id");
    expect(found).toMatchObject({ suspend_data: "p=3", entry: "resume", learner_id: "id", scaled_passing_score: "0.8" });
    expect(found).not.toHaveProperty("exit");
    expect(outOf(PART, undefined, false, "id")).toMatchObject({ core: { entry: "ab-initio" }, student_data: { mastery_score: "80" }, launch_data: "x=1" });
  });

  it("is done when it says so", () => {
    expect(statusOf({ successStatus: "passed", completionStatus: "incomplete" })).toBe("passed");
    expect(statusOf({ successStatus: "unknown", completionStatus: "completed" })).toBe("completed");
    expect(statusOf({ successStatus: "unknown", completionStatus: "incomplete" })).toBeUndefined();
  });
});

describe("what H5P says of the whole", () => {
  const verb = { id: "http://adlnet.gov/expapi/verbs/answered" };
  it("is a score", () => {
    expect(scoreOf({ verb, result: { score: { raw: 1, min: 0, max: 2, scaled: 0.5 } } })).toMatchObject({ status: "completed", raw: 1, most: 2, scaled: 0.5 });
  });
  it("is not what a part of it says", () => {
    expect(scoreOf({ verb, context: { contextActivities: { parent: [{}] } }, result: {} })).toBeUndefined();
    expect(scoreOf({ verb: { id: "http://adlnet.gov/expapi/verbs/attempted" } })).toBeUndefined();
  });
});
