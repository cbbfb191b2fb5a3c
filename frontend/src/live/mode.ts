/** What a viewer's page should say over the picture. Pure: from what is known to one word. */
import type { SessionState } from "./protocol";
import type { Line } from "./viewer";

export type Overlay = "none" | "loading" | "waiting" | "teacher-away" | "line-down" | "refused" | "ended" | "over" | "lost";

export interface Facts {
  state: SessionState;
  line: Line;
  /** The picture moves. */
  running: boolean;
  /** ms since it last did. */
  still: number;
}

/** While the buffer still plays nobody needs to hear of a cut line. */
const PATIENCE_MS = 1500;

export function overlayFor({ state, line, running, still }: Facts): Overlay {
  if (state === "ended") return "ended";
  if (line === "refused") return "refused";
  if (running) return "none";
  if (line === "down" && still > PATIENCE_MS) return "line-down";
  if (state === "waiting") return "waiting";
  if (state === "interrupted") return still > PATIENCE_MS ? "teacher-away" : "none";
  return still > PATIENCE_MS || line === "connecting" ? "loading" : "none";
}

/** Parts of a wait, for large digits. */
export function countdown(ms: number): { hours: number; minutes: number; seconds: number } {
  const whole = Math.max(0, Math.ceil(ms / 1000));
  return { hours: Math.floor(whole / 3600), minutes: Math.floor((whole % 3600) / 60), seconds: whole % 60 };
}

/** "12:05" or "1:02:05". */
export function countdownWords(ms: number): string {
  const { hours, minutes, seconds } = countdown(ms);
  const two = (value: number): string => String(value).padStart(2, "0");
  return hours ? `${hours}:${two(minutes)}:${two(seconds)}` : `${two(minutes)}:${two(seconds)}`;
}
