/** Subtitles: tracks of the browser's own, drawn by us over the picture, so that they stand above the bar and can be read at any size;
 * where a telephone gives full screen to the film alone, the browser draws them. */
import { fill, h } from "../../lib/dom";
import { t } from "../../lib/i18n";
import { show } from "../../live/ui";
import type { Subtitle } from "./room";

const KEY = "lantian-captions";

export class Captions {
  readonly element = h("div", { class: "lw-captions film-captions", hidden: true });
  readonly choice = h("select", { class: "select lw-speed film-subtitles", "aria-label": t("字幕") });
  private now = -1;
  private last = 0;

  constructor(
    private readonly video: HTMLVideoElement,
    private readonly subtitles: readonly Subtitle[],
  ) {
    for (const one of subtitles) {
      const track = h("track", { kind: "subtitles", src: one.url, srclang: one.language, label: one.label });
      video.append(track);
      track.track.addEventListener("cuechange", () => this.draw());
    }
    fill(this.choice, h("option", { value: -1 }, t("字幕：关")), ...subtitles.map((one, index) => h("option", { value: index }, one.label)));
    this.choice.addEventListener("change", () => this.change(Number(this.choice.value)));
    show(this.choice, subtitles.length > 0);
    video.addEventListener("webkitbeginfullscreen", () => this.mode("showing"));
    video.addEventListener("webkitendfullscreen", () => this.mode("hidden"));
    this.choose(subtitles.findIndex((one) => one.language === saved()));
  }

  toggle(): void {
    if (this.subtitles.length) this.change(this.now < 0 ? this.last : -1);
  }

  /** As somebody wants it, here and of the next film. One that has not got their language changes nothing of that. */
  private change(index: number): void {
    this.choose(index);
    save(this.subtitles[index]?.language ?? "");
  }

  /** -1: none. */
  private choose(index: number): void {
    this.now = index;
    if (index >= 0) this.last = index;
    this.choice.value = String(index);
    this.mode("hidden");
    this.draw();
  }

  private mode(shown: TextTrackMode): void {
    [...this.video.textTracks].forEach((track, index) => (track.mode = index === this.now ? shown : "disabled"));
  }

  private draw(): void {
    const cues = this.now < 0 ? null : this.video.textTracks[this.now]?.activeCues;
    const lines = [...(cues ?? [])].flatMap((cue) => (cue as VTTCue).text.split("\n"));
    fill(this.element, ...lines.map((line) => h("p", { lang: this.subtitles[this.now]?.language ?? null, translate: "no" }, line)));
    show(this.element, lines.length > 0);
  }
}

function saved(): string {
  try {
    return localStorage.getItem(KEY) ?? "";
  } catch {
    return "";
  }
}

function save(language: string): void {
  try {
    if (language) localStorage.setItem(KEY, language);
    else localStorage.removeItem(KEY);
  } catch {
    // a browser that keeps nothing: it holds for this page
  }
}
