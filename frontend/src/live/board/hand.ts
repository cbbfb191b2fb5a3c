/** The teacher's hand without its screen: turns moves of pen, finger, mouse or keys into steps, and remembers them for undo.
 *
 * What is drawn is on the own board at once; `send` gets it in portions, at most one every `BATCH_MS` while a stroke grows. */
import { bounds, breadth } from "./paint";
import {
  BATCH_POINTS, type Board, type Colour, isFreehand, portions, type Step, STROKE_POINTS, type Stroke, TEXT_LENGTH, TEXT_LINES, type Tool, type Width,
} from "./state";
import { distance, HEIGHT, pack, WIDTH } from "./strokes";

export const BATCH_MS = 80;
/** Units between two points of a pen: closer ones say nothing more. */
const NEAR = 8;
/** Units around an eraser's point. */
const RUBBER = 160;

export type Instrument = Tool | "eraser";

/** What can be taken back: strokes that were added, or hidden. */
interface Deed {
  ids: string[];
  hid: boolean;
}

interface Past {
  done: Deed[];
  undone: Deed[];
}

export class Hand {
  tool: Instrument = "pen";
  colour: Colour = "red";
  width: Width = 2;
  private stroke: Stroke | null = null;
  private sent = 0;
  private corner: [number, number] | null = null;
  private rubbed: string[] | null = null;
  private readonly pasts = new Map<string, Past>();

  constructor(
    private readonly board: Board,
    private readonly send: (step: Step) => void,
    private readonly name: () => string = randomId,
  ) {}

  get drawing(): boolean {
    return this.stroke !== null || this.rubbed !== null;
  }

  /** Units, anywhere; what lies outside of the frame is moved to its edge. */
  down(sheet: string, x: number, y: number): void {
    if (this.drawing) this.up();
    const [nearX, nearY] = inFrame(x, y);
    if (this.tool === "eraser") {
      this.rubbed = [];
      return this.rub(sheet, nearX, nearY);
    }
    if (this.tool === "text") return;
    this.begin(sheet, nearX, nearY);
  }

  move(x: number, y: number): void {
    const [nearX, nearY] = inFrame(x, y);
    if (this.rubbed) return this.rub(this.sheet, nearX, nearY);
    const { stroke } = this;
    if (!stroke) return;
    if (!isFreehand(stroke.tool)) {
      this.corner = [nearX, nearY];
      this.board.apply({ kind: "ink.points", data: { id: stroke.id, at: 1, points: [nearX, nearY] } });
      return;
    }
    const { points } = stroke;
    const [lastX = 0, lastY = 0] = points.slice(-2);
    if (Math.hypot(nearX - lastX, nearY - lastY) < NEAR) return;
    this.board.apply({ kind: "ink.points", data: { id: stroke.id, at: points.length / 2, points: [nearX, nearY] } });
    if (points.length / 2 >= STROKE_POINTS) {
      this.up();
      this.begin(stroke.sheet, nearX, nearY);
    }
  }

  /** Send what has been drawn since the last time. */
  flush(): void {
    const { stroke } = this;
    if (!stroke) return;
    if (this.corner) {
      this.send({ kind: "ink.points", data: { id: stroke.id, at: 1, points: this.corner } });
      this.corner = null;
    }
    if (!isFreehand(stroke.tool)) return;
    for (let count = stroke.points.length / 2; this.sent < count; ) {
      const next = Math.min(count, this.sent + BATCH_POINTS);
      this.send({ kind: "ink.points", data: { id: stroke.id, at: this.sent, points: pack(stroke.points.slice(2 * this.sent, 2 * next)) } });
      this.sent = next;
    }
  }

  up(): void {
    if (this.rubbed) {
      if (this.rubbed.length) this.remember(this.sheet, { ids: this.rubbed, hid: true });
      this.rubbed = null;
      return;
    }
    const { stroke } = this;
    if (!stroke) return;
    this.flush();
    this.stroke = null;
    this.both({ kind: "ink.end", data: { id: stroke.id } });
    this.remember(stroke.sheet, { ids: [stroke.id], hid: false });
  }

  /** Gives whether there was anything to write. */
  write(sheet: string, x: number, y: number, words: string): boolean {
    const text = cleanText(words);
    if (!text) return false;
    const id = this.name();
    this.both({ kind: "ink.begin", data: { sheet, id, tool: "text", colour: this.colour, width: this.width, points: inFrame(x, y), text } });
    this.remember(sheet, { ids: [id], hid: false });
    return true;
  }

  clear(sheet: string): void {
    const ids = this.board.visible(sheet).map((stroke) => stroke.id);
    if (ids.length === 0) return;
    this.both({ kind: "ink.clear", data: { sheet } });
    this.remember(sheet, { ids, hid: true });
  }

  canUndo(sheet: string): boolean {
    return this.past(sheet).done.length > 0 || this.board.visible(sheet).length > 0;
  }

  canRedo(sheet: string): boolean {
    return this.past(sheet).undone.length > 0;
  }

  undo(sheet: string): void {
    if (this.drawing) this.up();
    const past = this.past(sheet);
    // what was drawn before this page was opened can be taken back one by one
    const newest = this.board.visible(sheet).pop();
    const deed = past.done.pop() ?? (newest ? { ids: [newest.id], hid: false } : null);
    if (!deed) return;
    this.hide(deed.ids, !deed.hid);
    past.undone.push(deed);
  }

  redo(sheet: string): void {
    const past = this.past(sheet);
    const deed = past.undone.pop();
    if (!deed) return;
    this.hide(deed.ids, deed.hid);
    past.done.push(deed);
  }

  private sheet = "";

  private begin(sheet: string, x: number, y: number): void {
    const id = this.name();
    const tool = this.tool as Tool;
    this.both({ kind: "ink.begin", data: { sheet, id, tool, colour: this.colour, width: this.width, points: [x, y] } });
    this.stroke = this.board.strokes.get(id) ?? null;
    this.sent = 1;
    this.corner = null;
  }

  private rub(sheet: string, x: number, y: number): void {
    this.sheet = sheet;
    const hit = this.board.visible(sheet).filter((stroke) => touches(stroke, x, y)).map((stroke) => stroke.id);
    if (hit.length === 0) return;
    this.hide(hit, true);
    this.rubbed?.push(...hit);
  }

  private hide(ids: readonly string[], hidden: boolean): void {
    for (const part of portions(ids)) this.both({ kind: hidden ? "ink.hide" : "ink.show", data: { ids: part } });
  }

  private both(step: Step): void {
    this.board.apply(step);
    this.send(step);
  }

  private past(sheet: string): Past {
    let past = this.pasts.get(sheet);
    if (!past) this.pasts.set(sheet, (past = { done: [], undone: [] }));
    return past;
  }

  private remember(sheet: string, deed: Deed): void {
    const past = this.past(sheet);
    past.done.push(deed);
    past.undone = [];
  }
}

/** The nearest point of the frame, in whole units. */
export function inFrame(x: number, y: number): [number, number] {
  return [Math.round(Math.min(WIDTH, Math.max(0, x))), Math.round(Math.min(HEIGHT, Math.max(0, y)))];
}

/** Does an eraser at this place touch the stroke? */
export function touches(stroke: Stroke, x: number, y: number): boolean {
  const [left, top, right, bottom] = bounds(stroke);
  const reach = RUBBER + breadth(stroke) / 2;
  if (x < left - reach || x > right + reach || y < top - reach || y > bottom + reach) return false;
  switch (stroke.tool) {
    case "text":
      return true;
    case "rect":
      return distance([left, top, right, top, right, bottom, left, bottom, left, top], x, y) < reach;
    case "ellipse":
      return distance(around(left, top, right, bottom), x, y) < reach;
    default:
      return distance(stroke.points, x, y) < reach;
  }
}

function around(left: number, top: number, right: number, bottom: number): number[] {
  return Array.from({ length: 33 }, (_nothing, index) => (index * Math.PI) / 16).flatMap((angle) => [
    (left + right) / 2 + ((right - left) / 2) * Math.cos(angle),
    (top + bottom) / 2 + ((bottom - top) / 2) * Math.sin(angle),
  ]);
}

/** As the server takes it: letters in few lines, no control characters. */
export function cleanText(words: string): string {
  const lines = words.replace(/\r\n?/g, "\n").replace(/[^\P{C}\n]/gu, "").split("\n").slice(0, TEXT_LINES);
  return [...lines.join("\n")].slice(0, TEXT_LENGTH).join("").trim();
}

function randomId(): string {
  const letters = crypto.getRandomValues(new Uint8Array(10));
  return Array.from(letters, (value) => (value % 36).toString(36)).join("");
}
