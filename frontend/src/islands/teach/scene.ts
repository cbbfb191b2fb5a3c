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
