/** How hls.js is set up here, live and for replays. */
import Hls, { type HlsConfig } from "hls.js/light";
import { keyLoader } from "./keyLoader";
import { type KeyCache, keyIdOf } from "./keys";
import type { Rung } from "./ladder";

export { Hls };

const patient = (attempts: number, timeout: number) => ({
  default: {
    maxTimeToFirstByteMs: timeout,
    maxLoadTimeMs: timeout * 2,
    timeoutRetry: { maxNumRetry: attempts, retryDelayMs: 200, maxRetryDelayMs: 1500 },
    errorRetry: { maxNumRetry: attempts, retryDelayMs: 400, maxRetryDelayMs: 2000 },
  },
});

/** Seconds behind the newest segment's end that a player aims at. */
export const LIVE_DELAY = 2.2;

export interface Source {
  keys: KeyCache;
  ticket: () => string;
  /** The server's time, ms; what is missing is not known, as in a replay. */
  now?: () => number;
}

function shared({ keys, ticket }: Source): Partial<HlsConfig> {
  return {
    loader: keyLoader(keys) as unknown as HlsConfig["loader"],
    enableWorker: false, // fragments are MP4 already; a worker would only copy them
    manifestLoadPolicy: patient(30, 8000),
    playlistLoadPolicy: patient(30, 6000),
    fragLoadPolicy: patient(8, 8000),
    keyLoadPolicy: patient(8, 8000),
    xhrSetup(xhr, url) {
      if (keyIdOf(url)) xhr.open("GET", `${url}${url.includes("?") ? "&" : "?"}ticket=${encodeURIComponent(ticket())}`, true);
    },
  };
}

export function liveSettings(source: Source): Partial<HlsConfig> {
  return {
    ...shared(source),
    lowLatencyMode: true, // with plain segments this only allows catching up by speed
    liveSyncDuration: LIVE_DELAY,
    liveMaxLatencyDuration: 5,
    maxLiveSyncPlaybackRate: 1.12,
    liveSyncOnStallIncrease: 0.5, // after a stall a little further back; `Pace` undoes it when all is calm
    liveDurationInfinity: true,
    maxBufferLength: 12,
    backBufferLength: 15, // a screen runs all day: let go of what was shown
    nudgeMaxRetry: 10,
    highBufferWatchdogPeriod: 1,
  };
}

export function replaySettings(source: Source, position: number): Partial<HlsConfig> {
  return { ...shared(source), startPosition: position, maxBufferLength: 30, maxMaxBufferLength: 60, backBufferLength: 60 };
}

interface Rendition {
  audioCodec?: string | undefined;
  uri?: string;
}

/** Which rung of the ladder a rendition is: what its address says. */
export function rungOf(level: Rendition | undefined): Rung {
  const found = /\/(small|sound)\/[^/]*$/.exec(level?.uri ?? "")?.[1];
  return found === "small" || found === "sound" ? found : "full";
}

/** Index of the rendition to play: the whole picture, with Opus where it is understood, else AAC; `avoid` skips that many of the
 * best ones. */
export function chooseLevel(levels: readonly Rendition[], avoid: number): number {
  const order = levels.map((_, index) => index).filter((index) => rungOf(levels[index]) === "full");
  order.sort((a, b) => rank(levels[a]) - rank(levels[b]));
  return order[avoid % Math.max(1, order.length)] ?? 0;
}

function rank(level: Rendition | undefined): number {
  return level?.audioCodec?.toLowerCase().startsWith("opus") ? 0 : 1;
}

/** Safari plays HLS by itself, and on phones before iOS 17.1 only so. */
export function playsNatively(video: HTMLVideoElement): boolean {
  const apple = /Safari\//.test(navigator.userAgent) && !/Chrom(e|ium)\/|Android/.test(navigator.userAgent);
  return (apple || !Hls.isSupported()) && video.canPlayType("application/vnd.apple.mpegurl") !== "";
}
