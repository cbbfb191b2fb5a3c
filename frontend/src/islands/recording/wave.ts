/** The sound of a recording as it is drawn, with what is cut off greyed, two handles, and a still picture of where one points.
 *
 * The handles are sliders for keyboard and screen reader; whatever they say is written into the two fields of the form.
 */
import { h } from "../../lib/dom";
import { t } from "../../lib/i18n";
import { clockOf } from "./clock";

export interface Stills {
  url: string;
  every: number;
  count: number;
  columns: number;
  width: number;
  height: number;
}

interface Options {
  place: HTMLElement;
  seconds: number;
  stills: Stills | null;
  chapters: { at: number; title: string }[];
  start: HTMLInputElement;
  end: HTMLInputElement;
  play: (at: number) => void;
  now: () => number;
}

const LEAST_S = 2;
const HEIGHT = 72;

export class WaveView {
  private peaks: number[] = [];
  private from = 0;
  private until: number;
  private pointed: number | null = null;
  private readonly canvas = h("canvas", { class: "film-canvas", height: HEIGHT, "aria-hidden": "true" });
  private readonly still = h("canvas", { class: "film-still", hidden: true, "aria-hidden": "true" });
  private readonly said = h("p", { class: "film-pointed figures muted small", "aria-hidden": "true" });
  private readonly picture: HTMLImageElement | null = null;
  private readonly handles: [HTMLElement, HTMLElement];
  private readonly sizes: ResizeObserver;
  private readonly scheme = window.matchMedia("(prefers-color-scheme: dark)");

  constructor(private readonly options: Options) {
    this.until = options.seconds;
    this.handles = [this.handle(t("开头"), "from"), this.handle(t("结尾"), "until")];
    const track = h("div", { class: "film-track" }, this.canvas, ...this.handles);
    track.addEventListener("pointermove", (event) => this.point(event));
    track.addEventListener("pointerleave", () => this.point(null));
    this.canvas.addEventListener("click", (event) => options.play(this.at(event)));
    options.place.append(this.still, track, this.said);
    if (options.stills) {
      this.picture = new Image();
      this.picture.src = options.stills.url;
      this.still.width = options.stills.width;
      this.still.height = options.stills.height;
    }
    this.sizes = new ResizeObserver(() => this.draw());
    this.sizes.observe(this.canvas);
    window.addEventListener("lantian:theme", this.draw);
    this.scheme.addEventListener("change", this.draw);
  }

  destroy(): void {
    this.sizes.disconnect();
    window.removeEventListener("lantian:theme", this.draw);
    this.scheme.removeEventListener("change", this.draw);
    this.options.place.textContent = "";
  }

  /** Without an answer there are the handles still. */
  async load(url: string | null): Promise<void> {
    const answer = url ? await fetch(url, { credentials: "same-origin" }).catch(() => null) : null;
    const found = answer?.ok ? ((await answer.json().catch(() => null)) as { peaks: number[] } | null) : null;
    this.peaks = found?.peaks ?? [];
    this.draw();
  }

  /** The fields say this now; null: no moment. */
  take(from: number | null, until: number | null): void {
    if (from !== null) this.from = Math.min(from, this.options.seconds);
    if (until !== null) this.until = Math.min(until, this.options.seconds);
    this.place();
    this.draw();
  }

  readonly draw = (): void => {
    const { canvas } = this;
    const ratio = window.devicePixelRatio || 1;
    const width = Math.round(canvas.clientWidth * ratio);
    const height = Math.round(HEIGHT * ratio);
    if (!width) return;
    if (canvas.width !== width || canvas.height !== height) [canvas.width, canvas.height] = [width, height];
    const pen = canvas.getContext("2d");
    if (!pen) return;
    pen.clearRect(0, 0, width, height);
    this.drawPeaks(pen, width, height);
    const { seconds } = this.options;
    for (const chapter of this.options.chapters) this.line(pen, chapter.at / seconds, width, height, colour("control"), ratio);
    this.line(pen, this.options.now() / seconds, width, height, colour("accent"), 2 * ratio);
  };

  private drawPeaks(pen: CanvasRenderingContext2D, width: number, height: number): void {
    const bars = Math.max(1, Math.floor(width / 3));
    const middle = height / 2;
    const [inside, outside] = [colour("primary"), colour("line")];
    for (let bar = 0; bar < bars; bar += 1) {
      const first = Math.floor((bar / bars) * this.peaks.length);
      const last = Math.max(first + 1, Math.floor(((bar + 1) / bars) * this.peaks.length));
      let peak = 0;
      for (let index = first; index < last; index += 1) peak = Math.max(peak, this.peaks[index] ?? 0);
      const at = ((bar + 0.5) / bars) * this.options.seconds;
      // quiet speech is seen beside a clap: the root of the level
      const tall = Math.max(1, Math.sqrt(peak / 100) * (height - 4));
      pen.fillStyle = at >= this.from && at <= this.until ? inside : outside;
      pen.fillRect((bar * width) / bars, middle - tall / 2, Math.max(1, width / bars - 1), tall);
    }
  }

  private line(pen: CanvasRenderingContext2D, part: number, width: number, height: number, style: string, thick: number): void {
    pen.fillStyle = style;
    pen.fillRect(Math.min(width - thick, part * width), 0, thick, height);
  }

  private handle(label: string, side: "from" | "until"): HTMLElement {
    const element = h("div", { class: `film-handle film-${side}`, role: "slider", tabindex: 0, "aria-label": label, "aria-valuemin": 0, "aria-valuemax": Math.round(this.options.seconds) });
    element.addEventListener("keydown", (event) => this.key(event, side));
    element.addEventListener("pointerdown", (event) => {
      event.preventDefault();
      element.setPointerCapture(event.pointerId);
      element.focus();
    });
    element.addEventListener("pointermove", (event) => {
      if (element.hasPointerCapture(event.pointerId)) this.move(side, this.at(event));
    });
    return element;
  }

  private key(event: KeyboardEvent, side: "from" | "until"): void {
    const steps: Record<string, number> = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1, PageUp: 30, PageDown: -30 };
    const step = steps[event.key];
    if (event.key === "Home") this.move(side, 0);
    else if (event.key === "End") this.move(side, this.options.seconds);
    else if (event.key === "Enter") this.options.play(this[side]);
    else if (step !== undefined) this.move(side, this[side] + step);
    else return;
    event.preventDefault();
  }

  private move(side: "from" | "until", to: number): void {
    const at = Math.round(Math.min(this.options.seconds, Math.max(0, to)));
    if (side === "from") this.from = Math.max(0, Math.min(at, this.until - LEAST_S));
    else this.until = Math.min(this.options.seconds, Math.max(at, this.from + LEAST_S));
    this.options.start.value = clockOf(this.from);
    this.options.end.value = clockOf(this.until);
    this.pointed = this[side];
    this.place();
    this.drawStill();
    this.draw();
  }

  private place(): void {
    for (const [index, side] of (["from", "until"] as const).entries()) {
      const handle = this.handles[index as 0 | 1];
      handle.setAttribute("aria-valuenow", String(Math.round(this[side])));
      handle.setAttribute("aria-valuetext", clockOf(this[side]));
      handle.style.setProperty("left", `${(this[side] / this.options.seconds) * 100}%`);
    }
  }

  private at(event: MouseEvent): number {
    const box = this.canvas.getBoundingClientRect();
    return Math.min(1, Math.max(0, (event.clientX - box.left) / Math.max(1, box.width))) * this.options.seconds;
  }

  private point(event: PointerEvent | null): void {
    this.pointed = event ? this.at(event) : null;
    this.drawStill();
  }

  private drawStill(): void {
    const { stills } = this.options;
    const at = this.pointed;
    this.said.textContent = at === null ? "" : clockOf(at);
    const pen = this.still.getContext("2d");
    const ready = !!stills && !!this.picture?.complete && this.picture.naturalWidth > 0;
    this.still.hidden = at === null || !ready;
    if (at === null || !ready || !stills || !this.picture || !pen) return;
    const index = Math.min(stills.count - 1, Math.floor(at / stills.every));
    const left = (index % stills.columns) * stills.width;
    const top = Math.floor(index / stills.columns) * stills.height;
    pen.drawImage(this.picture, left, top, stills.width, stills.height, 0, 0, stills.width, stills.height);
    const part = at / this.options.seconds;
    const room = this.canvas.clientWidth - stills.width;
    this.still.style.setProperty("left", `${Math.max(0, Math.min(room, part * this.canvas.clientWidth - stills.width / 2))}px`);
  }
}

function colour(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(`--color-${name}`).trim();
}
