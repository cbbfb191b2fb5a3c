import { expect, test } from "vitest";
import { type Chapter, chapterAt, chapters, SeenBoard } from "./seen";

const turning = (at: number, sheet: string | null) => ({
  kind: "page.turn",
  at,
  set: { "page:now": sheet === null ? null : { sheet, form: "page", name: "", number: 1 } },
});
const told = (all: Chapter[]): [number, string][] => all.map((chapter) => [chapter.at, chapter.turn.sheet]);

test("a replay's chapters are the sheets that were shown, not those that were leafed over", () => {
  const all = chapters([turning(3, "a"), turning(60, "b"), turning(60.5, "c"), turning(61, "d"), turning(100, null)], 200);
  expect(told(all)).toEqual([[3, "a"], [61, "d"]]);
});

test("a sheet that comes back after the camera is told again, a name given anew is not", () => {
  const all = chapters([turning(0, "a"), turning(20, "a"), turning(40, null), turning(50, "a"), turning(70, "b")], 71);
  expect(told(all)).toEqual([[0, "a"], [50, "a"]]);
  expect([-1, 0, 49.5, 49.8, 500].map((second) => chapterAt(all, second))).toEqual([-1, 0, 0, 1, 1]);
});

test("keys of others leave the board as it is", () => {
  const seen = new SeenBoard();
  expect(seen.take(["poll", "note:2"], new Map())).toBe(false);
  expect(seen.take(["page:now"], new Map([["page:now", { sheet: "a", form: "board", name: "", number: null }]]))).toBe(true);
  expect(seen.board.turn?.sheet).toBe("a");
});
