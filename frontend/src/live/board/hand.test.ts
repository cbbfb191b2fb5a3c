import { beforeEach, expect, test } from "vitest";
import { cleanText, Hand, touches } from "./hand";
import { Board, type Step } from "./state";

const SHEET = "6a8f0c1e-3f57-4a6c-9d1e-0c1a2b3c4d5e";
let board: Board;
let sent: Step[];
let hand: Hand;

beforeEach(() => {
  board = new Board();
  sent = [];
  let count = 0;
  hand = new Hand(board, (step) => sent.push(step), () => `s${(count += 1)}`);
});

function draw(...points: [number, number][]): void {
  const [first, ...rest] = points;
  hand.down(SHEET, ...(first as [number, number]));
  for (const point of rest) hand.move(...point);
  hand.up();
}

const seen = (): string[] => board.visible(SHEET).map((stroke) => stroke.id);

test("a stroke is on the own board at once and travels in portions; whoever folds them has the same one", () => {
  hand.down(SHEET, 1000.4, 1000);
  for (let step = 1; step <= 20; step += 1) hand.move(1000 + 100 * step, 1000 + (step % 2) * 300);
  expect(board.growing(SHEET)[0]?.points).toHaveLength(42);
  expect(sent.map((step) => step.kind)).toEqual(["ink.begin"]);
  hand.flush();
  hand.flush();
  hand.up();
  expect(sent.map((step) => step.kind)).toEqual(["ink.begin", "ink.points", "ink.end"]);
  const other = new Board();
  for (const step of sent) other.apply(JSON.parse(JSON.stringify(step)) as Step);
  expect(other.visible(SHEET)).toEqual(board.visible(SHEET));
});

test("a shape sends its second corner once a portion, and only when it moved", () => {
  hand.tool = "arrow";
  hand.down(SHEET, 0, 0);
  for (let step = 1; step <= 30; step += 1) hand.move(step * 100, step * 50);
  hand.flush();
  hand.flush();
  hand.up();
  expect(sent).toHaveLength(3);
  expect(board.visible(SHEET)[0]?.points).toEqual([0, 0, 3000, 1500]);
});

test("what leaves the frame stays at its edge, and points too close to each other are left out", () => {
  draw([15_990, 8_990], [15_991, 8_991], [20_000, 12_000]);
  expect(board.visible(SHEET)[0]?.points).toEqual([15_990, 8_990, 16_000, 9_000]);
});

test("a stroke without end becomes several", () => {
  hand.down(SHEET, 0, 0);
  for (let step = 1; step < 6000; step += 1) hand.move((step * 10) % 16_000, (step * 97) % 9_000);
  hand.up();
  expect(seen().length).toBeGreaterThan(2);
  expect(sent.every((step) => step.kind !== "ink.points" || step.data.points.length <= 400)).toBe(true);
});

test("undo takes back what was done last, be it drawn, rubbed out or cleared; redo brings it again", () => {
  draw([0, 0], [1000, 0]);
  draw([0, 4000], [1000, 4000]);
  hand.tool = "eraser";
  draw([500, 10]);
  expect(seen()).toEqual(["s2"]);
  hand.clear(SHEET);
  expect(seen()).toEqual([]);
  hand.undo(SHEET);
  hand.undo(SHEET);
  expect(seen()).toEqual(["s1", "s2"]);
  hand.undo(SHEET);
  expect(seen()).toEqual(["s1"]);
  hand.redo(SHEET);
  hand.redo(SHEET);
  expect(seen()).toEqual(["s2"]);
  hand.tool = "pen";
  draw([0, 0], [50, 50]);
  expect(hand.canRedo(SHEET)).toBe(false);
});

test("after a reload the newest stroke can still be taken back", () => {
  draw([0, 0], [1000, 0]);
  const later = new Hand(board, () => undefined);
  expect(later.canUndo(SHEET)).toBe(true);
  later.undo(SHEET);
  expect(seen()).toEqual([]);
  later.redo(SHEET);
  expect(seen()).toEqual(["s1"]);
});

test("an eraser hits outlines, not what they surround", () => {
  hand.tool = "rect";
  draw([2000, 2000], [8000, 6000]);
  hand.tool = "ellipse";
  draw([2000, 2000], [8000, 6000]);
  const [rect, ellipse] = board.visible(SHEET);
  if (!rect || !ellipse) throw new Error("nothing drawn");
  expect([touches(rect, 5000, 2050), touches(ellipse, 5000, 2050), touches(rect, 5000, 4000), touches(ellipse, 5000, 4000)]).toEqual([
    true, true, false, false,
  ]);
  expect([touches(rect, 2000, 2000), touches(ellipse, 2000, 2000)]).toEqual([true, false]);
});

test("text keeps its lines and loses what is no letter", () => {
  expect(cleanText(" a < b\r\n\u0007\u202e<svg onload=x>\n ")).toBe("a < b\n<svg onload=x>");
  expect(cleanText("1\n2\n3\n4\n5\n6\n7")).toBe("1\n2\n3\n4\n5\n6");
  expect(hand.write(SHEET, 0, 0, " \n ")).toBe(false);
  expect(hand.write(SHEET, 100, 100, "函数")).toBe(true);
  expect(board.visible(SHEET)[0]?.text).toBe("函数");
});
