/** What viewers see of the board: strokes over the picture, and on demand the sheet itself beside it, sharp, with the sheets of a
 * replay to leaf through. Loaded when a lesson has a board. */
import "./view.css";
import { fill, h } from "../../lib/dom";
import { t } from "../../lib/i18n";
import { icon } from "../icons";
import { setText, show } from "../ui";
import { clockLength } from "../words";
import { describe, sheetName } from "./describe";
import { Ink } from "./paint";
import { type Chapter, chapterAt, SeenBoard } from "./seen";
import type { Turn } from "./state";

const MOST_PIXELS = 3840;
/** A crowd does not ask for the same picture in the same moment: ms for each viewer, and at most. */
const SPREAD_MS = 1.5;
const MOST_SPREAD_MS = 3000;
const DESCRIBE_MS = 1500;

export interface BoardOptions {
  video: HTMLVideoElement;
  map: ReadonlyMap<string, unknown>;
  /** How many watch with us, for the spread of requests. */
  crowd?: () => number;
  /** Replays: go to this moment (s). */
  seek?: (seconds: number) => void;
}

export class BoardView {
  /** Beside the picture; empty on class screens. */
  readonly element = h("aside", { class: "lb-panel", hidden: true, "aria-label": t("讲义和板书") });
  private readonly seen = new SeenBoard();
  private readonly over = new Ink();
  private readonly near = new Ink();
  private readonly layer = h("div", { class: "lb-layer", "aria-hidden": "true" });
  private readonly words = h("p", { class: "visually-hidden" });
  private readonly page = h("img", { class: "lb-page", alt: "" });
  private readonly sheet = h("div", { class: "lb-sheet" });
  private readonly title = h("h2", { class: "lb-title" });
  private readonly list = h("ol", { class: "lb-chapters", "aria-label": t("讲义目录") });
  private readonly sized: ResizeObserver;
  private readonly fitting = (): void => this.fit();
  private chapters: Chapter[] = [];
  private current = -2;
  private pictured = "";
  private frame = 0;
  private pictureTimer: number | undefined;
  private wordsTimer: number | undefined;
  private open = false;

  constructor(private readonly options: BoardOptions) {
    this.layer.append(this.over.canvas);
    options.video.after(this.layer, this.words);
    fill(this.sheet, this.page, this.near.canvas);
    fill(this.element, this.title, this.sheet, this.list);
    this.sized = new ResizeObserver(this.fitting);
    this.sized.observe(options.video);
    this.sized.observe(this.sheet);
    options.video.addEventListener("resize", this.fitting);
    this.page.addEventListener("load", () => this.page.classList.add("lb-there"));
    this.happened(null);
  }

  destroy(): void {
    this.sized.disconnect();
    this.options.video.removeEventListener("resize", this.fitting);
    cancelAnimationFrame(this.frame);
    window.clearTimeout(this.pictureTimer);
    window.clearTimeout(this.wordsTimer);
    this.layer.remove();
    this.words.remove();
    this.element.remove();
  }

  /** Keys of the map that have changed; null: perhaps all. */
  happened(keys: readonly string[] | null): void {
    if (!this.seen.take(keys, this.options.map)) return;
    this.later();
  }

  get turn(): Turn | null {
    return this.seen.board.turn;
  }

  /** There is something to be shown beside the picture. */
  get worthOpening(): boolean {
    return this.turn !== null || this.chapters.length > 0;
  }

  show(open: boolean): void {
    this.open = open;
    show(this.element, open);
    this.fit();
    this.drawSheet();
  }

  /** A replay's sheets. */
  setChapters(all: Chapter[]): void {
    this.chapters = all;
    this.current = -2;
    fill(this.list, ...all.map((chapter) => this.chapter(chapter)));
    show(this.list, all.length > 0);
  }

  /** The picture stands at this second. */
  at(seconds: number): void {
    const index = chapterAt(this.chapters, seconds);
    if (index === this.current) return;
    this.current = index;
    this.list.querySelectorAll("button").forEach((element, place) => {
      element.setAttribute("aria-current", String(place === index));
      if (place === index && this.open && !this.list.contains(document.activeElement)) keepInSight(this.list, element);
    });
  }

  private chapter(chapter: Chapter): HTMLElement {
    const { turn, at } = chapter;
    const picture =
      turn.form === "board"
        ? h("span", { class: "lb-blank", "aria-hidden": "true" }, icon("board", 24) as unknown as Node)
        : h("img", { src: `/live/pages/${turn.sheet}/thumb.webp`, alt: "", loading: "lazy" });
    const time = h("span", { class: "lb-time" }, clockLength(at));
    const go = h("button", { type: "button", onclick: () => this.options.seek?.(at + 0.05) }, picture, h("span", { class: "lb-name" }, sheetName(turn)), time);
    return h("li", {}, go);
  }

  private later(): void {
    this.drawSheet();
    this.wordsTimer ??= window.setTimeout(() => {
      this.wordsTimer = undefined;
      this.describe();
    }, DESCRIBE_MS);
    if (this.frame) return;
    this.frame = requestAnimationFrame(() => {
      this.frame = 0;
      this.paint();
    });
  }

  private paint(): void {
    const { board } = this.seen;
    const sheet = this.turn?.sheet ?? null;
    this.over.draw(board, sheet);
    if (this.open) this.near.draw(board, sheet);
    // for those who read the page by script: what is on the picture now
    this.layer.dataset.sheet = sheet ?? "";
    this.layer.dataset.strokes = String(board.visible(sheet).length);
  }

  private describe(): void {
    const { turn } = this;
    const text = turn ? describe(this.seen.board, turn.sheet) : "";
    setText(this.words, turn ? (text ? t("{sheet}，板书：{text}", { sheet: sheetName(turn), text }) : sheetName(turn)) : "");
  }

  private drawSheet(): void {
    const { turn } = this;
    if (!this.open) return;
    show(this.sheet, turn !== null);
    setText(this.title, turn ? sheetName(turn) : t("老师现在没有放讲义"));
    this.sheet.classList.toggle("lb-is-board", turn?.form === "board");
    const wanted = turn?.form === "page" ? `/live/pages/${turn.sheet}/full.webp` : "";
    if (wanted === this.pictured) return;
    this.pictured = wanted;
    window.clearTimeout(this.pictureTimer);
    this.page.classList.remove("lb-there");
    const wait = Math.random() * Math.min(MOST_SPREAD_MS, SPREAD_MS * (this.options.crowd?.() ?? 0));
    if (wanted) this.pictureTimer = window.setTimeout(() => (this.page.src = wanted), wait);
  }

  /** Lay the strokes exactly over the picture, which stands whole and centred in its frame. */
  private fit(): void {
    const { video } = this.options;
    const [width, height] = [video.clientWidth, video.clientHeight];
    const scale = Math.min(width / (video.videoWidth || 16), height / (video.videoHeight || 9));
    const [inner, high] = [(video.videoWidth || 16) * scale, (video.videoHeight || 9) * scale];
    const { style } = this.layer;
    style.left = `${video.offsetLeft + (width - inner) / 2}px`;
    style.top = `${video.offsetTop + (height - high) / 2}px`;
    style.width = `${inner}px`;
    style.height = `${high}px`;
    const dots = window.devicePixelRatio || 1;
    if (inner > 0) this.over.resize(Math.min(MOST_PIXELS, Math.round(inner * dots)));
    if (this.sheet.clientWidth > 0) this.near.resize(Math.min(MOST_PIXELS, Math.round(this.sheet.clientWidth * dots)));
    this.later();
  }
}

/** Scroll the list alone, not the page. */
function keepInSight(list: HTMLElement, element: HTMLElement): void {
  const top = element.offsetTop - list.offsetTop;
  if (top < list.scrollTop || top + element.offsetHeight > list.scrollTop + list.clientHeight) list.scrollTop = top - list.clientHeight / 3;
}
