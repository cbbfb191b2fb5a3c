/** Draws camera, screen and pages into one picture. Ticks come from a Worker, so a hidden tab goes on drawing. */
import { t } from "../../lib/i18n";
import type { Timers } from "../../live/timers";
import { type Box, contain, cover, effectiveMain, frameRate, insetBox, type Look, type Main, type Scene, stageBoxes } from "./scene";

type Track = MediaStreamTrack & { requestFrame?: () => void };

const DARK = "#0a121a";
const CARD = "#16314c";
/** A recorder that begins gets the picture that was captured last, and one that was asked for a moment ago is not captured yet: 70 ms
 * were enough on an idle machine. */
const CAPTURED_MS = 200;

/** A class on stage: its picture, and what stands under it. */
export interface Guest {
  key: string;
  name: string;
  video: HTMLVideoElement;
}

export interface CompositorOptions {
  width: number;
  height: number;
  fps: number;
  timers: Timers;
  name: string;
  caption: string;
}

export class Compositor {
  readonly canvas = document.createElement("canvas");
  readonly camera = hiddenVideo();
  readonly screen = hiddenVideo();
  /** A page's picture, or "blank" for a board. */
  page: HTMLImageElement | "blank" | null = null;
  /** Brings the strokes on the sheet that is shown up to date, and gives their canvas; null when there are none. */
  ink: (() => HTMLCanvasElement | null) | null = null;
  cameraOn = false;
  screenOn = false;
  scene: Scene = { main: "camera", inset: true, corner: "bottom-right" };
  /** Called-in classes, and how they stand. */
  guests: readonly Guest[] = [];
  look: Look = "row";
  large: string | null = null;
  frames = 0;
  private readonly context: CanvasRenderingContext2D;
  private readonly stream: MediaStream;
  private stopTicks: (() => void) | null = null;
  private lastDraw = 0;
  /** When the camera's picture first went out. */
  private pictureAt = Infinity;
  /** How long the last drawing took. */
  private drawMs = 0;

  constructor(private readonly options: CompositorOptions) {
    this.canvas.width = options.width;
    this.canvas.height = options.height;
    const context = this.canvas.getContext("2d", { alpha: false });
    if (!context) throw new Error("no 2d canvas");
    this.context = context;
    this.draw();
    // frames go out when we say so, not when the page happens to be painted
    this.stream = this.canvas.captureStream(0);
  }

  get track(): MediaStreamTrack | undefined {
    return this.stream.getVideoTracks()[0];
  }

  get main(): Main {
    return effectiveMain(this.scene, { screen: this.screenOn, pages: this.page !== null });
  }

  start(): void {
    this.stopTicks ??= this.options.timers.every(1000 / this.options.fps, () => this.tick());
  }

  stop(): void {
    this.stopTicks?.();
    this.stopTicks = null;
    this.track?.stop();
    setStream(this.camera, null);
    setStream(this.screen, null);
  }

  setCamera(stream: MediaStream | null): void {
    setStream(this.camera, stream);
    this.cameraOn = stream !== null;
    this.pictureAt = Infinity;
  }

  setScreen(stream: MediaStream | null): void {
    setStream(this.screen, stream);
    this.screenOn = stream !== null;
  }

  /** A recorder that begins now begins with the camera's picture, or there is none to begin with. */
  get hasPicture(): boolean {
    return !this.cameraOn || performance.now() - this.pictureAt >= CAPTURED_MS;
  }

  private get cameraDraws(): boolean {
    return this.cameraOn && this.camera.videoWidth > 0 && this.camera.readyState >= HTMLMediaElement.HAVE_CURRENT_DATA;
  }

  private tick(): void {
    const now = performance.now();
    const rate = this.guests.length ? this.options.fps : frameRate(this.main, this.scene.inset, this.cameraOn, this.options.fps);
    // ticks that queued up while the page was busy are one picture, not five; and half of the time is left to the teacher's hand
    if (now - this.lastDraw < Math.max(1000 / rate - 12, 2 * this.drawMs)) return;
    this.lastDraw = now;
    this.draw();
    this.drawMs = performance.now() - now;
    this.frames += 1;
    const track = this.track as Track | undefined;
    if (track) {
      const hint = this.main === "camera" ? "motion" : "detail";
      if (track.contentHint !== hint) track.contentHint = hint;
      track.requestFrame?.();
    }
    if (this.cameraDraws && this.pictureAt === Infinity) this.pictureAt = now;
  }

  private draw(): void {
    const { context, canvas, guests } = this;
    context.fillStyle = DARK;
    context.fillRect(0, 0, canvas.width, canvas.height);
    const large = guests.findIndex((guest) => guest.key === this.large);
    const boxes = stageBoxes(this.look, guests.length, large, canvas);
    const behind = this.look === "one" ? large : -1;
    const first = guests[behind];
    if (first) this.drawGuest(first, boxes.guests[behind], 0);
    this.drawLesson(boxes.main);
    guests.forEach((guest, index) => index !== behind && this.drawGuest(guest, boxes.guests[index], 10));
  }

  /** The lesson's own picture; in a part of the frame it is the same picture, smaller. */
  private drawLesson(box: Box): void {
    const { context, canvas } = this;
    const scale = Math.min(box.width / canvas.width, box.height / canvas.height);
    context.save();
    context.translate(box.x + (box.width - canvas.width * scale) / 2, box.y + (box.height - canvas.height * scale) / 2);
    context.scale(scale, scale);
    context.beginPath();
    context.rect(0, 0, canvas.width, canvas.height);
    context.clip();
    if (scale < 1) {
      context.fillStyle = CARD;
      context.fillRect(0, 0, canvas.width, canvas.height);
    }
    this.drawOwn();
    context.restore();
  }

  private drawGuest(guest: Guest, box: Box | undefined, radius: number): void {
    if (!box) return;
    const { context } = this;
    const { video } = guest;
    context.save();
    roundedPath(context, box, radius || 0.01);
    context.clip();
    context.fillStyle = CARD;
    context.fillRect(box.x, box.y, box.width, box.height);
    if (video.videoWidth && video.readyState >= 2) {
      const part = cover({ width: video.videoWidth, height: video.videoHeight }, box);
      context.drawImage(video, part.x, part.y, part.width, part.height, box.x, box.y, box.width, box.height);
    }
    this.drawName(guest.name, box);
    context.restore();
  }

  private drawName(name: string, box: Box): void {
    const { context } = this;
    const size = Math.round(Math.max(14, this.canvas.height / 40));
    context.font = `600 ${size}px "Noto Sans SC", "PingFang SC", "Microsoft YaHei", sans-serif`;
    context.textAlign = "left";
    context.textBaseline = "middle";
    const width = Math.min(box.width, context.measureText(name).width + size);
    context.fillStyle = "rgba(10, 18, 26, 0.78)";
    context.fillRect(box.x, box.y + box.height - size * 1.7, width, size * 1.7);
    context.fillStyle = "#ffffff";
    context.fillText(name, box.x + size / 2, box.y + box.height - size * 0.82, box.width - size);
  }

  private drawOwn(): void {
    const { context, canvas } = this;
    const whole: Box = { x: 0, y: 0, width: canvas.width, height: canvas.height };
    const { main } = this;
    if (main === "camera") {
      this.drawCamera(whole, 0);
      return;
    }
    if (main === "screen") this.drawWhole(this.screen, this.screen.videoWidth, this.screen.videoHeight, whole);
    else if (this.page === "blank") {
      context.fillStyle = "#ffffff";
      context.fillRect(0, 0, canvas.width, canvas.height);
    } else if (this.page) this.drawWhole(this.page, this.page.naturalWidth, this.page.naturalHeight, whole);
    if (this.scene.inset) this.drawCamera(insetBox(this.scene.corner, canvas), 14);
    // above the small camera too: viewers' own drawing of the strokes lies above all of the picture
    const ink = main === "pages" ? this.ink?.() : null;
    if (ink) context.drawImage(ink, 0, 0, canvas.width, canvas.height);
  }

  private drawWhole(source: CanvasImageSource, width: number, height: number, frame: Box): void {
    if (!width || !height) return;
    const box = contain({ width, height }, frame);
    this.context.drawImage(source, box.x, box.y, box.width, box.height);
  }

  private drawCamera(frame: Box, radius: number): void {
    const { context, camera } = this;
    context.save();
    if (radius) {
      roundedPath(context, frame, radius);
      context.clip();
    }
    if (this.cameraDraws) {
      const part = cover({ width: camera.videoWidth, height: camera.videoHeight }, frame);
      context.drawImage(camera, part.x, part.y, part.width, part.height, frame.x, frame.y, frame.width, frame.height);
    } else this.drawCard(frame);
    context.restore();
    if (!radius) return;
    context.lineWidth = 3;
    context.strokeStyle = "#ffffff";
    roundedPath(context, frame, radius);
    context.stroke();
  }

  /** What stands there while no camera does: the teacher's name. */
  private drawCard(frame: Box): void {
    const { context, options } = this;
    context.fillStyle = CARD;
    context.fillRect(frame.x, frame.y, frame.width, frame.height);
    const size = Math.round(frame.width / 14);
    const middle = frame.y + frame.height / 2;
    context.textAlign = "center";
    context.textBaseline = "middle";
    context.fillStyle = "#e6eef6";
    context.font = `700 ${size}px "Noto Sans SC", "PingFang SC", "Microsoft YaHei", sans-serif`;
    context.fillText(t("{name} 老师", { name: options.name }), frame.x + frame.width / 2, middle - size * 0.5, frame.width * 0.9);
    context.fillStyle = "#9fb2c4";
    context.font = `400 ${Math.round(size * 0.5)}px "Noto Sans SC", "PingFang SC", "Microsoft YaHei", sans-serif`;
    context.fillText(options.caption, frame.x + frame.width / 2, middle + size * 0.8, frame.width * 0.9);
  }
}

function hiddenVideo(): HTMLVideoElement {
  const video = document.createElement("video");
  video.muted = true;
  video.playsInline = true;
  return video;
}

function setStream(video: HTMLVideoElement, stream: MediaStream | null): void {
  if (video.srcObject === stream) return;
  video.srcObject = stream;
  if (stream) video.play().catch(() => undefined);
}

function roundedPath(context: CanvasRenderingContext2D, box: Box, radius: number): void {
  const right = box.x + box.width;
  const bottom = box.y + box.height;
  context.beginPath();
  context.moveTo(box.x + radius, box.y);
  context.arcTo(right, box.y, right, bottom, radius);
  context.arcTo(right, bottom, box.x, bottom, radius);
  context.arcTo(box.x, bottom, box.x, box.y, radius);
  context.arcTo(box.x, box.y, right, box.y, radius);
  context.closePath();
}
