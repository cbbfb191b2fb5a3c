/** Where things stand in the picture. Pure geometry in canvas pixels. */
export type Main = "camera" | "screen" | "pages";
export type Corner = "top-right" | "bottom-right" | "bottom-left" | "top-left";

export interface Scene {
  main: Main;
  inset: boolean;
  corner: Corner;
}

export interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
}

export const CORNERS: readonly Corner[] = ["bottom-right", "bottom-left", "top-left", "top-right"];

/** The whole of a source inside the frame, centred. */
export function contain(source: { width: number; height: number }, frame: Box): Box {
  if (!source.width || !source.height) return frame;
  const scale = Math.min(frame.width / source.width, frame.height / source.height);
  const width = Math.round(source.width * scale);
  const height = Math.round(source.height * scale);
  return { x: frame.x + Math.round((frame.width - width) / 2), y: frame.y + Math.round((frame.height - height) / 2), width, height };
}

/** The part of a source that fills a frame of this shape, cut evenly. */
export function cover(source: { width: number; height: number }, frame: { width: number; height: number }): Box {
  const scale = Math.min(source.width / frame.width, source.height / frame.height);
  const width = frame.width * scale;
  const height = frame.height * scale;
  return { x: (source.width - width) / 2, y: (source.height - height) / 2, width, height };
}

/** The camera's small frame in a corner: a fifth of the width, 16:9, a small margin away. */
export function insetBox(corner: Corner, frame: { width: number; height: number }): Box {
  const width = Math.round(frame.width * 0.22);
  const height = Math.round((width * 9) / 16);
  const margin = Math.round(frame.width * 0.018);
  return {
    x: corner.endsWith("left") ? margin : frame.width - width - margin,
    y: corner.startsWith("top") ? margin : frame.height - height - margin,
    width,
    height,
  };
}

/** How called-in classes stand in the picture: small in a row over it, all alike side by side, or one of them large. */
export type Look = "row" | "even" | "one";

export interface StageBoxes {
  /** The lesson's own picture. */
  main: Box;
  /** Of each class, in their order. */
  guests: Box[];
  /** Beside one another, nothing covered: the small camera has its place in the lesson's own picture. */
  tiled: boolean;
}

/** `large`: number of the class whose picture is large in "one"; without it that look is "row". */
export function stageBoxes(look: Look, count: number, large: number, frame: { width: number; height: number }): StageBoxes {
  const whole: Box = { x: 0, y: 0, width: frame.width, height: frame.height };
  const order = Array.from({ length: count }, (_, index) => index);
  if (look === "even" && count > 0) {
    const cells = grid(count + 1, frame);
    return { main: cells[0] ?? whole, guests: cells.slice(1), tiled: true };
  }
  if (look === "one" && large >= 0 && large < count) {
    const small = [-1, ...order.filter((index) => index !== large)];
    const boxes = rowBoxes(small.length, frame);
    const place = (index: number): Box => boxes[small.indexOf(index)] ?? whole;
    return { main: place(-1), guests: order.map((index) => (index === large ? whole : place(index))), tiled: false };
  }
  return { main: whole, guests: rowBoxes(count, frame), tiled: false };
}

/** Equal frames of 16:9, as many beside one another as below. */
function grid(count: number, frame: { width: number; height: number }): Box[] {
  const columns = Math.ceil(Math.sqrt(count));
  const rows = Math.ceil(count / columns);
  const gap = Math.round(frame.width * 0.01);
  const widest = Math.floor((frame.width - gap * (columns + 1)) / columns);
  const height = Math.min(Math.round((widest * 9) / 16), Math.floor((frame.height - gap * (rows + 1)) / rows));
  const width = Math.min(widest, Math.round((height * 16) / 9));
  const top = Math.round((frame.height - rows * height - (rows - 1) * gap) / 2);
  return Array.from({ length: count }, (_, index) => {
    const row = Math.floor(index / columns);
    const inRow = Math.min(columns, count - row * columns);
    const left = Math.round((frame.width - inRow * width - (inRow - 1) * gap) / 2);
    return { x: left + (index % columns) * (width + gap), y: top + row * (height + gap), width, height };
  });
}

/** Small frames along the upper edge, from the left; narrower when more than four are to stand there. */
function rowBoxes(count: number, frame: { width: number; height: number }): Box[] {
  const margin = Math.round(frame.width * 0.014);
  const width = Math.min(Math.round(frame.width * 0.2), Math.floor((frame.width - margin) / count) - margin);
  return Array.from({ length: count }, (_, index) => ({ x: margin + index * (width + margin), y: margin, width, height: Math.round((width * 9) / 16) }));
}

/** What is really shown: a missing screen or empty page list falls back to the camera. */
export function effectiveMain(scene: Scene, has: { screen: boolean; pages: boolean }): Main {
  if (scene.main === "screen" && !has.screen) return "camera";
  if (scene.main === "pages" && !has.pages) return "camera";
  return scene.main;
}

/** Pictures a second worth sending: still pages alone need few. */
export function frameRate(main: Main, inset: boolean, cameraOn: boolean, most: number): number {
  const moving = main === "screen" || (cameraOn && (main === "camera" || inset));
  return moving ? most : Math.min(15, most);
}
