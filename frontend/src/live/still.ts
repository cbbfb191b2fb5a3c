/** What stands in the picture's place while only sound comes: the page that the teacher shows, sharp, or the newest still picture. */
import "./still.css";
import { fill, h } from "../lib/dom";
import { t } from "../lib/i18n";
import { sheetName } from "./board/describe";
import type { Turn } from "./board/state";
import { icon } from "./icons";
import type { Pin } from "./ladder";
import { savePin } from "./pin";
import { setText, show } from "./ui";
import type { LessonViewer } from "./viewer";

export class Still {
  readonly element = h("div", { class: "lv-still", hidden: true });
  private readonly page = h("img", { class: "lv-still-page", alt: "", hidden: true });
  private readonly note = h("p", { class: "lv-still-note", role: "status" });
  private readonly sized = new ResizeObserver(() => this.fit());
  private shown: string | null = null;
  private sharp: HTMLImageElement | null = null;

  constructor(private readonly video: HTMLVideoElement) {
    const nothing = h("span", { class: "lv-still-nothing" }, icon("volume", 64) as unknown as Node);
    fill(this.element, nothing, this.page, this.note);
    this.page.addEventListener("error", () => show(this.page, false));
    this.page.addEventListener("load", () => show(this.page, true));
    this.sized.observe(video);
    video.addEventListener("resize", this.fitting);
  }

  destroy(): void {
    this.sized.disconnect();
    this.video.removeEventListener("resize", this.fitting);
    this.element.remove();
  }

  /** As the viewer stands now; null: nothing is watched. */
  update(viewer: LessonViewer | null): void {
    const there = viewer !== null && viewer.player.mode === "live" && viewer.player.rendition === "sound";
    show(this.element, there);
    if (!there) return void (this.shown = null);
    // strokes are laid over the picture by another layer that comes and goes: this one stays below it
    if (this.video.nextElementSibling !== this.element) this.video.after(this.element);
    setText(this.note, viewer.player.pin === "sound" ? t("只听声音，画面换成课件") : t("线路慢，只有声音和课件"));
    this.draw((viewer.floor.timeline.state.get("page:now") as Turn | null | undefined) ?? null, viewer.poster);
    this.fit();
  }

  private readonly fitting = (): void => this.fit();

  private draw(turn: Turn | null, poster: string | null): void {
    this.element.classList.toggle("lv-still-board", turn?.form === "board");
    const address = turn?.form === "page" ? `/live/pages/${turn.sheet}` : turn ? "" : (poster ?? "");
    if (address === this.shown) return;
    this.shown = address;
    this.sharp = null;
    this.page.alt = turn?.form === "page" ? sheetName(turn) : address ? t("刚才的画面") : "";
    if (!address) return show(this.page, false);
    if (turn?.form !== "page") return void (this.page.src = address);
    // the small one is there at once, on any line; the sharp one takes its time and waits for the sound
    this.page.src = `${address}/thumb.webp`;
    const sharp = (this.sharp = new Image());
    sharp.addEventListener("load", () => {
      if (sharp === this.sharp) this.page.src = sharp.src;
    });
    sharp.setAttribute("fetchpriority", "low");
    sharp.src = `${address}/full.webp`;
  }

  /** Exactly over the picture. */
  private fit(): void {
    if (this.element.hidden) return;
    const { video } = this;
    const [width, height] = [video.clientWidth, video.clientHeight];
    const inner = Math.min(width, (height * 16) / 9);
    const { style } = this.element;
    style.left = `${video.offsetLeft + (width - inner) / 2}px`;
    style.top = `${video.offsetTop + (height - (inner * 9) / 16) / 2}px`;
    style.width = `${inner}px`;
    style.height = `${(inner * 9) / 16}px`;
  }
}

/** The choice of the picture, as it is kept on this screen. */
export function pictureChoice(name: string, current: Pin, chosen: (pin: Pin) => void): HTMLSelectElement {
  const words: [Pin, string][] = [
    ["auto", t("画面：自动")],
    ["small", t("画面：标清")],
    ["sound", t("画面：只听")],
  ];
  const element = h("select", { class: `select ${name}`, "aria-label": t("画面") });
  fill(element, ...words.map(([value, text]) => h("option", { value, selected: value === current }, text)));
  element.addEventListener("change", () => {
    const pin = element.value as Pin;
    savePin(pin);
    chosen(pin);
  });
  return element;
}
