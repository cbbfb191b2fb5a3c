import { afterEach, expect, test, vi } from "vitest";
import { Board, type Step } from "../../live/board/state";
import { pack } from "../../live/board/strokes";
import type { Answer } from "../../live/floor";
import { turnOf, Writing } from "./writing";

const SHEET = "6a8f0c1e-3f57-4a6c-9d1e-0c1a2b3c4d5e";
const OK: Answer = { ok: true, seq: 1 };

const opened: Writing[] = [];

/** What is written on, put down again after the test: its timer would ring in a page that is gone. */
function fresh(refused: (code: string) => void = () => undefined): Writing {
  const writing = new Writing(1280, refused);
  opened.push(writing);
  return writing;
}

afterEach(() => opened.splice(0).forEach((each) => each.stop()));

/** A lesson's events as far as a board goes: what was taken, and the answers that are still owed. */
function lesson(answer: (step: Step) => Answer = () => OK) {
  const taken: Step[] = [];
  const tell = (step: Step): Promise<Answer> => {
    taken.push(JSON.parse(JSON.stringify(step)) as Step);
    return Promise.resolve(answer(step));
  };
  return { taken, tell };
}

function draw(writing: Writing, ...points: [number, number][]): void {
  const [first, ...rest] = points;
  writing.hand.down(SHEET, ...(first as [number, number]));
  for (const point of rest) writing.hand.move(...point);
  writing.hand.up();
}

test("what was drawn before the lesson goes out when it begins, and the sheet that is shown", async () => {
  const writing = fresh();
  draw(writing, [0, 0], [900, 900], [2000, 100]);
  writing.turn({ sheet: SHEET, form: "board", name: "白板", number: null });
  const { taken, tell } = lesson();
  writing.join(new Map(), tell);
  await Promise.resolve();
  const other = new Board();
  for (const step of taken) other.apply(step);
  expect(other.visible(SHEET)[0]?.points).toEqual(writing.board.visible(SHEET)[0]?.points);
  expect(other.turn?.sheet).toBe(SHEET);
});

test("after a reload the board is there again, a stroke left open is ended, and nothing is sent twice", async () => {
  const stroke = { tool: "pen", colour: "red", width: 2, points: pack([0, 0, 50, 50]), order: 1 };
  const map = new Map<string, unknown>([
    [`ink:${SHEET}:old`, stroke],
    [`ink:${SHEET}:half`, { ...stroke, order: 2, growing: true }],
    [`ink:${SHEET}:half:1`, { points: [90, 90] }],
  ]);
  const writing = fresh();
  const { taken, tell } = lesson();
  writing.join(map, tell);
  await Promise.resolve();
  expect(taken).toEqual([{ kind: "ink.end", data: { id: "half" } }]);
  expect(writing.board.visible(SHEET).map((each) => each.id)).toEqual(["old", "half"]);
  writing.join(map, tell);
  expect(taken.filter((step) => step.kind === "ink.begin")).toEqual([]);
});

test("what the server does not take does not stand here either", async () => {
  const refused = vi.fn();
  const writing = fresh(refused);
  const { tell } = lesson((step) => (step.kind === "ink.begin" ? { ok: false, code: "board_full" } : OK));
  writing.join(new Map(), tell);
  draw(writing, [0, 0], [900, 900]);
  await Promise.resolve();
  await Promise.resolve();
  expect(writing.board.visible(SHEET)).toEqual([]);
  expect(refused).toHaveBeenCalledWith("board_full");
});

test("a board full of strokes goes out no faster than the line may be used", () => {
  vi.useFakeTimers();
  const writing = fresh();
  for (let line = 0; line < 100; line += 1) draw(writing, [line * 100, 0], [line * 100, 5000]);
  const { taken, tell } = lesson();
  writing.join(new Map(), tell);
  expect(taken.length).toBeLessThanOrEqual(40);
  vi.useRealTimers();
});

test("a sheet is called as the teacher calls it, else after its file", () => {
  const sheet = { id: SHEET, form: "page" as const, name: "", number: 3, upload: "u", width: 1, height: 1, url: "", thumb_url: "" };
  expect(turnOf(sheet, "一次函数.第2课.pptx").name).toBe("一次函数.第2课");
  expect(turnOf({ ...sheet, name: "例题" }, "a.pdf").name).toBe("例题");
});
