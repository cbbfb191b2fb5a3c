/** A film without its face: its renditions once they are made, until then the file itself; where one stopped. */
import type { Overlay } from "../../live/mode";
import { KeyCache } from "../../live/keys";
import type { Player } from "../../live/player";
import type { Played } from "../watch/controls";
import { savedPosition, savePosition } from "../watch/position";

export interface Chapter {
  /** Seconds from the beginning. */
  at: number;
  title: string;
}

export interface Subtitle {
  language: string;
  label: string;
  url: string;
}

export interface FilmConfig {
  id: string;
  title: string;
  /** The list of renditions; "" until they are made. */
  master: string;
  /** The file as it came; "" for what no browser plays. */
  original: string;
  poster: string;
  seconds: number;
  /** Of the picture, as far as it is known; 0 otherwise. */
  width: number;
  height: number;
  chapters: Chapter[];
  subtitles: Subtitle[];
}

const KEEP_MS = 5000;

export class FilmRoom implements Played {
  readonly mode = "replay";
  readonly behind = 0;
  readonly viewer = null;
  readonly config: { replay: { seconds: number } };
  player: Player | null = null;
  /** Why it is not played: the browser cannot play the file, or the server has it no more. */
  trouble: "" | "unplayable" | "gone" = "";
  begun = false;
  private readonly timer: number;

  constructor(
    readonly film: FilmConfig,
    readonly video: HTMLVideoElement,
    private readonly changed: () => void,
  ) {
    this.config = { replay: { seconds: film.seconds } };
    this.timer = window.setInterval(() => this.keepPosition(), KEEP_MS);
    video.addEventListener("error", this.failed);
  }

  get overlay(): Overlay {
    return "none";
  }

  destroy(): void {
    window.clearInterval(this.timer);
    this.video.removeEventListener("error", this.failed);
    this.keepPosition();
    this.player?.destroy();
    this.player = null;
  }

  /** Nothing is fetched before somebody wants to see it. */
  async begin(at: number | null = null): Promise<void> {
    if (this.begun) return;
    this.begun = true;
    this.changed();
    const position = at ?? savedPosition(this.key);
    try {
      if (this.film.master) await this.playParts(position);
      else this.playFile(position);
    } catch {
      this.begun = false; // the line was away before the player itself was here: it may be pressed again
    }
    this.changed();
  }

  togglePlay(): void {
    if (!this.begun) void this.begin();
    else if (this.video.paused) void this.video.play().catch(() => undefined);
    else this.video.pause();
  }

  seekBy(seconds: number): void {
    if (this.begun) this.seekTo(Math.max(0, this.video.currentTime + seconds));
  }

  seekTo(seconds: number): void {
    if (!this.begun) return void this.begin(seconds);
    const length = Number.isFinite(this.video.duration) ? this.video.duration : this.film.seconds;
    this.video.currentTime = length > 0 ? Math.min(seconds, Math.max(0, length - 0.2)) : seconds;
    this.changed();
  }

  async unmute(): Promise<void> {
    this.video.muted = false;
    await this.player?.unmute();
    this.changed();
  }

  private async playParts(position: number): Promise<void> {
    const { Player: Made } = await import("../../live/player");
    if (!this.video.isConnected) return;
    const events = { running: () => this.changed(), parsed: () => this.changed(), blocked: () => this.changed(), lost: () => this.give("gone") };
    this.player = new Made(this.video, { keys: new KeyCache(), ticket: () => "" }, events);
    this.player.playFilm(this.film.master, position);
  }

  private playFile(position: number): void {
    this.video.src = this.film.original;
    if (position > 0) this.video.addEventListener("loadedmetadata", () => (this.video.currentTime = position), { once: true });
    void this.video.play().catch(() => undefined);
  }

  private readonly failed = (): void => {
    if (!this.film.master) this.give("unplayable"); // else the player has its own ways back
  };

  private give(trouble: "unplayable" | "gone"): void {
    this.trouble = trouble;
    this.changed();
  }

  private get key(): string {
    return `film-${this.film.id}`;
  }

  private keepPosition(): void {
    const { video } = this;
    if (this.begun && Number.isFinite(video.duration) && video.currentTime > 0) savePosition(this.key, video.currentTime, video.duration);
  }
}
