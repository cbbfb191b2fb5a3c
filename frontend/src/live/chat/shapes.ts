/** What the chat and the side channel stand as in the maps (lantian/teach/live/engine/happenings/kinds/{chat,side}). */
export type Part = "teach" | "host" | "room" | "student";

/** "chat" */
export interface ChatState {
  open: boolean;
  /** Seconds between two messages of one. */
  slow: number;
}

/** "chat:<n>" */
export interface Message {
  n: number;
  text: string;
  part: Part;
  name: string;
  school: string;
  ms: number;
}

/** Of the desk's "reports" and "silenced". */
export interface Reported {
  n: number;
  text: string;
  name: string;
  school: string;
  ms: number;
  count?: number;
  why?: string;
}

/** Of the desk: "side:<class id or all>:<n>" */
export interface Line extends Message {
  to: string | null;
}

/** Of the desk: "heads:<class id>" */
export interface Heads {
  class: string;
  name: string;
  school: string;
  present: number;
  expected: number;
}

/** Newest last, whatever order the map has. */
export const inOrder = <T extends { n: number }>(rows: T[]): T[] => [...rows].sort((a, b) => a.n - b.n);

/** Seconds that one has to wait; 0 when one may write. `said`: when one wrote last, ms. */
export function waitFor(said: number | undefined, slow: number, now: number): number {
  return said === undefined ? 0 : Math.max(0, Math.ceil((said + Math.max(1, slow) * 1000 - now) / 1000));
}
