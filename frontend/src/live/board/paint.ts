/** Draws a sheet's strokes on a canvas, sharp at any size. Works in Chromium 87 and Safari 14. */
import type { Board, Colour, Stroke, Width } from "./state";
import { HEIGHT, WIDTH } from "./strokes";

/** All but white and yellow have a contrast of 4.5 and more on white; those two are for dark pages. */
export const COLOURS: Record<Colour, string> = {
  black: "#111827",
  red: "#c81e1e",
  blue: "#1d4ed8",
  green: "#15803d",
  orange: "#b93e0a",
  purple: "#7e22ce",
  white: "#ffffff",
  yellow: "#facc15",
};
const LIGHT: readonly Colour[] = ["white", "yellow"];
/** Units; of 1 280 pixels 4, 6.5 and 12. The thinnest is a line of chalk seen from the last row. */
const PEN: Record<Width, number> = { 1: 48, 2: 80, 3: 150 };
const MARKER: Record<Width, number> = { 1: 260, 2: 380, 3: 560 };
/** Height of letters in units; of 720 pixels 35, 51 and 77. */
const TEXT: Record<Width, number> = { 1: 440, 2: 640, 3: 960 };
const LINE_HEIGHT = 1.3;
const FONT = '"Noto Sans SC", "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", sans-serif';
/** Around every line, so that a blue one is seen on a blue picture. */
const HALO = 26;

export function textSize(width: Width): number {
  return TEXT[width];
}

/** Breadth of a stroke's line in units. */
export function breadth(stroke: Pick<Stroke, "tool" | "width">): number {
  return stroke.tool === "marker" ? MARKER[stroke.width] : PEN[stroke.width];
}

type Pencil = Pick<
  CanvasRenderingContext2D,
  "beginPath" | "moveTo" | "lineTo" | "quadraticCurveTo" | "ellipse" | "closePath" | "rect"
>;

/** The path of a stroke in units. */
export function trace(pencil: Pencil, stroke: Stroke): void {
  const { points, tool } = stroke;
  const [x1 = 0, y1 = 0] = points;
  const x2 = points[points.length - 2] ?? x1;
  const y2 = points[points.length - 1] ?? y1;
  pencil.beginPath();
  switch (tool) {
    case "line":
      pencil.moveTo(x1, y1);
      pencil.lineTo(x2, y2);
      return;
    case "arrow":
      return traceArrow(pencil, [x1, y1, x2, y2], breadth(stroke));
    case "rect":
      pencil.rect(Math.min(x1, x2), Math.min(y1, y2), Math.abs(x2 - x1), Math.abs(y2 - y1));
      return;
    case "ellipse":
      pencil.ellipse((x1 + x2) / 2, (y1 + y2) / 2, Math.abs(x2 - x1) / 2, Math.abs(y2 - y1) / 2, 0, 0, 2 * Math.PI);
      return;
    default:
      traceFreehand(pencil, points);
  }
}

function traceArrow(pencil: Pencil, [x1, y1, x2, y2]: [number, number, number, number], line: number): void {
  const turn = Math.atan2(y2 - y1, x2 - x1);
  const head = Math.min(Math.max(line * 4.5, 320), Math.hypot(x2 - x1, y2 - y1));
  pencil.moveTo(x1, y1);
  pencil.lineTo(x2, y2);
  for (const side of [0.5, -0.5]) {
    pencil.moveTo(x2, y2);
    pencil.lineTo(x2 - head * Math.cos(turn + side), y2 - head * Math.sin(turn + side));
  }
}

/** Curves from middle to middle with the points as what they bend towards: smooth, and through no point twice. */
function traceFreehand(pencil: Pencil, points: readonly number[]): void {
  const at = (index: number): [number, number] => [points[2 * index] as number, points[2 * index + 1] as number];
  const count = points.length / 2;
  pencil.moveTo(...at(0));
  if (count === 1) return pencil.lineTo(at(0)[0] + 1, at(0)[1]);
  for (let index = 1; index < count - 1; index += 1) {
    const [x, y] = at(index);
    const [nextX, nextY] = at(index + 1);
    pencil.quadraticCurveTo(x, y, (x + nextX) / 2, (y + nextY) / 2);
  }
  pencil.lineTo(...at(count - 1));
}

/** One stroke onto a context whose unit is the board's. */
export function drawStroke(context: CanvasRenderingContext2D, stroke: Stroke): void {
  if (stroke.tool === "text") return drawText(context, stroke);
  const halo = LIGHT.includes(stroke.colour) ? "rgba(17, 24, 39, 0.6)" : "rgba(255, 255, 255, 0.7)";
  const line = breadth(stroke);
  context.lineJoin = "round";
  context.lineCap = "round";
  trace(context, stroke);
  if (stroke.tool === "marker") {
    context.globalAlpha = 0.34;
  } else {
    context.lineWidth = line + 2 * HALO;
    context.strokeStyle = halo;
    context.stroke();
  }
  context.lineWidth = line;
  context.strokeStyle = COLOURS[stroke.colour];
  context.stroke();
  context.globalAlpha = 1;
}

function drawText(context: CanvasRenderingContext2D, stroke: Stroke): void {
  const size = TEXT[stroke.width];
  const [x = 0, y = 0] = stroke.points;
  context.font = `700 ${size}px ${FONT}`;
  context.textBaseline = "top";
  context.textAlign = "left";
  context.lineJoin = "round";
  context.lineWidth = size / 7;
  context.strokeStyle = LIGHT.includes(stroke.colour) ? "rgba(17, 24, 39, 0.6)" : "rgba(255, 255, 255, 0.75)";
  context.fillStyle = COLOURS[stroke.colour];
  stroke.text.split("\n").forEach((line, index) => {
    context.strokeText(line, x, y + index * size * LINE_HEIGHT);
    context.fillText(line, x, y + index * size * LINE_HEIGHT);
  });
}

/** Corners [left, top, right, bottom] of what a stroke covers, roughly for text: a letter is as wide as it is high. */
export function bounds(stroke: Stroke): [number, number, number, number] {
  const xs = stroke.points.filter((_value, index) => index % 2 === 0);
  const ys = stroke.points.filter((_value, index) => index % 2 === 1);
  const box: [number, number, number, number] = [Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys)];
  if (stroke.tool !== "text") return box;
  const lines = stroke.text.split("\n");
  const size = TEXT[stroke.width];
  return [box[0], box[1], box[0] + size * Math.max(...lines.map((line) => textWidth(line))), box[1] + size * LINE_HEIGHT * lines.length];
}

/** Width of a line in letters' heights: Latin ones are about half as wide as Chinese ones. */
function textWidth(line: string): number {
  return [...line].reduce((sum, letter) => sum + (letter.charCodeAt(0) < 0x2e80 ? 0.58 : 1), 0);
}

/** A canvas that shows one sheet. What is finished is kept as a picture, so that a growing stroke costs itself alone. */
export class Ink {
  readonly canvas = document.createElement("canvas");
  private readonly kept = document.createElement("canvas");
  private painted: Stroke[] = [];
  private structure = -1;
  private version = -1;
  private sheet: string | null = null;

  /** There is nothing on the sheet that was drawn last. */
  empty = true;

  /** Pixels across; the height follows. */
  resize(width: number): void {
    if (width === this.canvas.width) return;
    for (const canvas of [this.canvas, this.kept]) {
      canvas.width = width;
      canvas.height = Math.round((width * HEIGHT) / WIDTH);
    }
    this.forget();
  }

  /** Paint what has changed since the last call; true if anything has. */
  draw(board: Board, sheet: string | null): boolean {
    if (board.version === this.version && sheet === this.sheet) return false;
    this.version = board.version;
    if (board.structure !== this.structure || sheet !== this.sheet) this.keep(board, sheet);
    const context = this.canvas.getContext("2d");
    if (!context) return false;
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.clearRect(0, 0, this.canvas.width, this.canvas.height);
    if (this.painted.length) context.drawImage(this.kept, 0, 0);
    this.scale(context);
    const growing = board.growing(sheet);
    for (const stroke of growing) drawStroke(context, stroke);
    this.empty = this.painted.length + growing.length === 0;
    return true;
  }

  forget(): void {
    this.painted = [];
    this.structure = this.version = -1;
  }

  private keep(board: Board, sheet: string | null): void {
    const wanted = board.visible(sheet).filter((stroke) => stroke.done);
    const goesOn = sheet === this.sheet && this.painted.every((stroke, index) => stroke === wanted[index]);
    const context = this.kept.getContext("2d");
    this.structure = board.structure;
    this.sheet = sheet;
    if (!context) return;
    if (!goesOn || this.painted.length === 0) {
      context.setTransform(1, 0, 0, 1, 0, 0);
      context.clearRect(0, 0, this.kept.width, this.kept.height);
    }
    this.scale(context);
    for (const stroke of goesOn ? wanted.slice(this.painted.length) : wanted) drawStroke(context, stroke);
    this.painted = wanted;
  }

  private scale(context: CanvasRenderingContext2D): void {
    const scale = this.canvas.width / WIDTH;
    context.setTransform(scale, 0, 0, scale, 0, 0);
  }
}
