import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { patch as patchMap } from "../timeline";
import { SeenBoard } from "./seen";
import { Board, type Patch, type Step, type Stroke, type Turn } from "./state";
import { distance, pack, simplify, unpack } from "./strokes";

interface Case {
  name: string;
  steps: { kind: string; data: unknown; fault?: string; clean: unknown; patch: Patch }[];
  turn: Turn | null;
  sheets: Record<string, Omit<Stroke, "sheet" | "hidden">[]>;
}

// the same cases hold for the server's engine: lantian/teach/live/tests/test_whiteboard.py
const file = join(process.cwd(), "../lantian/teach/live/tests/data/board.json");
const { cases } = JSON.parse(readFileSync(file, "utf8")) as { cases: Case[] };

function seenOn(board: Board, like: Case): Case["sheets"] {
  const sheets = Object.keys(like.sheets).map((sheet) => [sheet, board.visible(sheet).map(({ sheet: _sheet, hidden: _hidden, ...rest }) => rest)]);
  return Object.fromEntries(sheets) as Case["sheets"];
}

describe.each(cases)("$name", (each) => {
  const taken = each.steps.filter((step) => !step.fault);

  test("by its steps, as the teacher's own page has it", () => {
    const board = new Board();
    for (const step of taken) board.apply({ kind: step.kind, data: step.clean } as Step);
    expect(board.turn).toEqual(each.turn);
    expect(seenOn(board, each)).toEqual(each.sheets);
  });

  test("by the patches of the map, one by one, all at once, and from the whole map", () => {
    const [single, several, whole] = [new SeenBoard(), new SeenBoard(), new SeenBoard()];
    const map = new Map<string, unknown>();
    const keys: string[] = [];
    for (const { patch } of taken) {
      patchMap(map, patch);
      keys.push(...Object.keys(patch));
      single.take(Object.keys(patch), map);
    }
    several.take(keys, map);
    whole.take(null, map);
    for (const { board } of [single, several, whole]) {
      expect(board.turn).toEqual(each.turn);
      expect(seenOn(board, each)).toEqual(each.sheets);
    }
  });
});

test("geometry: packing, simplifying, distances", () => {
  const line = [5, 5, 10, 7, 15, 8, 900, 9];
  expect(unpack(pack(line))).toEqual(line);
  expect(simplify([0, 0, 50, 2, 100, 0, 100, 100])).toEqual([0, 0, 100, 0, 100, 100]);
  expect(simplify([0, 0, 300, 0, 0, 0])).toEqual([0, 0, 300, 0, 0, 0]);
  expect(distance([0, 0, 100, 0], 50, 30)).toBe(30);
  expect(distance([0, 0], 3, 4)).toBe(5);
});

test("what is missing elsewhere is made again by steps", () => {
  const board = new Board();
  const points = Array.from({ length: 1200 }, (_nothing, index) => (index % 2 ? 4000 + ((index * 37) % 900) : index * 10));
  const sheet = "6a8f0c1e-3f57-4a6c-9d1e-0c1a2b3c4d5e";
  board.apply({ kind: "ink.begin", data: { sheet, id: "a", tool: "pen", colour: "blue", width: 3, points: pack(points) } });
  board.apply({ kind: "ink.end", data: { id: "a" } });
  board.apply({ kind: "ink.begin", data: { sheet, id: "t", tool: "text", colour: "blue", width: 1, points: [7, 7], text: "x" } });
  board.apply({ kind: "ink.begin", data: { sheet, id: "h", tool: "pen", colour: "blue", width: 3, points: [1, 1] } });
  const other = new Board();
  for (const step of board.steps((id) => id === "t")) other.apply(step);
  expect([...other.strokes.keys()]).toEqual(["a"]);
  expect(other.strokes.get("a")?.points).toEqual(board.strokes.get("a")?.points);
});
