/** The whiteboard of a lesson, folded from what happened; the twin of `lantian/teach/live/engine/board.py`, where kinds and map are
 * described. The server has checked each step, so that nothing is checked here again.
 *
 * The teacher's page applies its own steps, at once. All others are told patches of a flat map and see the same board. */
import { pack, simplify, unpack } from "./strokes";

export type Tool = "pen" | "marker" | "line" | "arrow" | "rect" | "ellipse" | "text";
export type Colour = "black" | "red" | "blue" | "green" | "orange" | "purple" | "white" | "yellow";
export type Width = 1 | 2 | 3;

export const TEXT_LENGTH = 120;
export const TEXT_LINES = 6;
/** Pairs. The server refuses more; the page begins a new stroke or message before that. */
export const STROKE_POINTS = 2_800;
export const BATCH_POINTS = 200;
const IDS_AT_ONCE = 400;

/** The sheet that is in the picture: a page of an uploaded file, or a blank one. */
export interface Turn {
  sheet: string;
  form: "page" | "board";
  name: string;
  number: number | null;
}

export interface Stroke {
  id: string;
  sheet: string;
  tool: Tool;
  colour: Colour;
  width: Width;
  /** Flat and absolute. */
  points: number[];
  /** Later ones lie above. */
  order: number;
  text: string;
  done: boolean;
  hidden: boolean;
}

export interface Begin {
  sheet: string;
  id: string;
  tool: Tool;
  colour: Colour;
  width: Width;
  points: number[];
  text?: string;
}

export type Step =
  | { kind: "page.turn"; data: Turn | { sheet: null } }
  | { kind: "ink.begin"; data: Begin }
  | { kind: "ink.points"; data: { id: string; at: number; points: number[] } }
  | { kind: "ink.end"; data: { id: string } }
  | { kind: "ink.hide" | "ink.show"; data: { ids: string[] } }
  | { kind: "ink.clear"; data: { sheet: string } };

/** A stroke as it stands in the map that everybody sees. */
interface Facts {
  tool: Tool;
  colour: Colour;
  width: Width;
  points: number[];
  order: number;
  text?: string;
  growing?: boolean;
}

export type Patch = Record<string, unknown>;

const FREEHAND: readonly Tool[] = ["pen", "marker"];

export function isFreehand(tool: Tool): boolean {
  return FREEHAND.includes(tool);
}

export function isBoardKey(key: string): boolean {
  return key.startsWith("ink:") || key === "page:now";
}

export class Board {
  turn: Turn | null = null;
  readonly strokes = new Map<string, Stroke>();
  /** Goes up with every change, so that a picture of it knows whether it is the newest. */
  version = 0;
  /** Goes up with every change but the growing of strokes under way. */
  structure = 0;
  private order = 0;

  /** What is to be seen on a sheet, lowest first. */
  visible(sheet: string | null): Stroke[] {
    const found = [...this.strokes.values()].filter((stroke) => stroke.sheet === sheet && !stroke.hidden);
    return found.sort((one, two) => one.order - two.order);
  }

  /** Strokes under way: few, and none in most moments. */
  growing(sheet: string | null): Stroke[] {
    const found: Stroke[] = [];
    for (const stroke of this.strokes.values()) if (!stroke.done && !stroke.hidden && stroke.sheet === sheet) found.push(stroke);
    return found;
  }

  apply(step: Step): void {
    this.touch(step.kind !== "ink.points" && !(step.kind === "ink.begin" && step.data.tool !== "text"));
    switch (step.kind) {
      case "page.turn":
        this.turn = step.data.sheet === null ? null : step.data;
        return;
      case "ink.begin": {
        const { text = "", points, ...rest } = step.data;
        this.order += 1;
        const done = step.data.tool === "text";
        this.strokes.set(step.data.id, { ...rest, points: unpack(points), text, order: this.order, done, hidden: false });
        return;
      }
      case "ink.points":
        return this.grow(step.data.id, unpack(step.data.points));
      case "ink.end":
        return this.finish(step.data.id);
      case "ink.hide":
      case "ink.show":
        return this.hide(step.data.ids, step.kind === "ink.hide");
      case "ink.clear":
        for (const stroke of this.visible(step.data.sheet)) stroke.hidden = true;
    }
  }

  /** Take over what the server says has changed in the map; keys of others are passed over. */
  patch(patch: Patch): void {
    for (const [key, value] of Object.entries(patch)) {
      if (key === "page:now") {
        this.turn = (value as Turn | null) ?? null;
        this.touch(true);
      } else if (key.startsWith("ink:")) this.patchStroke(key.slice(4), value as Facts | { points: number[] } | null);
    }
  }

  /** Take strokes of another board in, as they are. */
  adopt(strokes: readonly Stroke[]): void {
    for (const stroke of strokes) {
      this.strokes.set(stroke.id, stroke);
      this.order = Math.max(this.order, stroke.order);
    }
    if (strokes.length) this.touch(true);
  }

  /** As if nothing had ever been. */
  clear(): void {
    this.turn = null;
    this.strokes.clear();
    this.order = 0;
    this.touch(true);
  }

  /** Strokes that are not in `known`, as the steps that would make them. */
  steps(known: (id: string) => boolean): Step[] {
    const wanted = [...this.strokes.values()].filter((stroke) => stroke.done && !stroke.hidden && !known(stroke.id));
    return wanted.flatMap((stroke) => stepsOf(stroke));
  }

  private touch(structure: boolean): void {
    this.version += 1;
    if (structure) this.structure += 1;
  }

  private grow(id: string, more: number[]): void {
    const stroke = this.strokes.get(id);
    if (!stroke) return;
    if (isFreehand(stroke.tool)) stroke.points.push(...more);
    else stroke.points.splice(2, Infinity, ...more);
  }

  private finish(id: string): void {
    const stroke = this.strokes.get(id);
    if (!stroke) return;
    stroke.done = true;
    if (isFreehand(stroke.tool)) stroke.points = simplify(stroke.points);
  }

  private hide(ids: readonly string[], hidden: boolean): void {
    for (const id of ids) {
      const stroke = this.strokes.get(id);
      if (!stroke) continue;
      stroke.hidden = hidden;
      if (!hidden) stroke.done = true;
    }
  }

  /** `path`: "<sheet>:<id>", "<sheet>:<id>:<piece>", or one of them with a star: all below it. */
  private patchStroke(path: string, value: Facts | { points: number[] } | null): void {
    const [sheet = "", id = "", piece] = path.split(":");
    if (value === null) {
      if (id === "*" || piece === undefined) this.touch(true);
      if (id === "*") for (const stroke of this.visible(sheet)) this.strokes.delete(stroke.id);
      else if (piece === undefined) this.strokes.delete(id);
    } else if (piece !== undefined) {
      this.touch(false);
      this.grow(id, unpack(value.points));
    } else {
      const { tool, colour, width, points, order, text = "", growing = false } = value as Facts;
      this.touch(!growing);
      this.order = Math.max(this.order, order);
      this.strokes.set(id, { id, sheet, tool, colour, width, points: unpack(points), order, text, done: !growing, hidden: false });
    }
  }
}

/** The steps that make a finished stroke at once, each within the bounds of a message. */
function stepsOf(stroke: Stroke): Step[] {
  const { id, sheet, tool, colour, width, text, points } = stroke;
  const begin: Begin = { sheet, id, tool, colour, width, points: pack(points.slice(0, 2 * BATCH_POINTS)), ...(text ? { text } : {}) };
  const steps: Step[] = [{ kind: "ink.begin", data: begin }];
  if (tool === "text") return steps;
  for (let at = BATCH_POINTS; at < points.length / 2; at += BATCH_POINTS) {
    steps.push({ kind: "ink.points", data: { id, at, points: pack(points.slice(2 * at, 2 * (at + BATCH_POINTS))) } });
  }
  return [...steps, { kind: "ink.end", data: { id } }];
}

/** Ids in portions that one message may carry. */
export function portions(ids: readonly string[]): string[][] {
  const found: string[][] = [];
  for (let at = 0; at < ids.length; at += IDS_AT_ONCE) found.push(ids.slice(at, at + IDS_AT_ONCE));
  return found;
}
