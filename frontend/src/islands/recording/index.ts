/** A recording's page: the replay in a plain player, chapters that lead into it, and for those who cut it the sound's shape with
 * two handles. All that is done here stands in fields of the page as well. */
import { h } from "../../lib/dom";
import type { Mount } from "../../lib/islands";
import { t } from "../../lib/i18n";
import { KeyCache } from "../../live/keys";
import { Player } from "../../live/player";
import type { StreamKey } from "../../live/protocol";
import { secondsOf } from "./clock";
import { type Stills, WaveView } from "./wave";

interface Config {
  v: number;
  master: string;
  seconds: number;
  keys: StreamKey[];
  cut: { from: number | null; until: number | null } | null;
  wave: string | null;
  stills: Stills | null;
  chapters: { at: number; title: string }[];
}

const mount: Mount<Config> = (element, config) => {
  const video = element.querySelector("video");
  if (!video || !config.master) return;
  const keys = new KeyCache();
  keys.add(config.keys);
  const player = new Player(video, { keys, ticket: () => "" });
  const begin = config.cut?.from ?? 0;

  /** The first tap loads it; from then on the browser's own controls are there. */
  const play = (at: number): void => {
    begun();
    if (player.mode === "idle") player.playReplay(config.master, at);
    else {
      video.currentTime = at;
      void video.play().catch(() => undefined);
    }
  };
  const start = h("button", { class: "film-start", type: "button", onclick: () => play(begin) }, h("span", { class: "btn btn-primary" }, t("播放")));
  const begun = (): void => {
    start.remove();
    video.controls = true;
  };
  video.controls = false; // below the button that takes every tap they would only look as if they could be used
  element.append(start);
  video.addEventListener("play", begun, { once: true });

  const jump = (event: Event): void => {
    const link = event.target instanceof Element ? event.target.closest<HTMLElement>("[data-at]") : null;
    if (!link) return;
    event.preventDefault();
    play(Number(link.dataset.at));
    element.scrollIntoView({ block: "nearest" });
  };
  const chapters = document.getElementById("film-chapters");
  chapters?.addEventListener("click", jump);

  const undo = config.cut ? mountWave(config, video, play) : undefined;
  return () => {
    undo?.();
    chapters?.removeEventListener("click", jump);
    player.destroy();
  };
};

function mountWave(config: Config, video: HTMLVideoElement, play: (at: number) => void): (() => void) | undefined {
  const place = document.getElementById("film-wave");
  const first = document.querySelector<HTMLInputElement>(".film-cut [name=start]");
  const last = document.querySelector<HTMLInputElement>(".film-cut [name=end]");
  if (!place || !first || !last) return undefined;
  const view = new WaveView({
    place,
    seconds: config.seconds,
    stills: config.stills,
    chapters: config.chapters,
    start: first,
    end: last,
    play,
    now: () => video.currentTime,
  });
  place.hidden = false;
  const moved = (): void => view.draw();
  const typed = (): void => view.take(secondsOf(first.value), secondsOf(last.value));
  video.addEventListener("timeupdate", moved);
  first.addEventListener("input", typed);
  last.addEventListener("input", typed);
  void view.load(config.wave);
  typed();
  return () => {
    view.destroy();
    video.removeEventListener("timeupdate", moved);
    first.removeEventListener("input", typed);
    last.removeEventListener("input", typed);
  };
}

export default mount;
