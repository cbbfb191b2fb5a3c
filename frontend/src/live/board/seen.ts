/** A viewer's board: follows the map of what everybody sees, as it was when the picture on this screen was taken. */
import { Board, isBoardKey, type Patch, type Turn } from "./state";

export class SeenBoard {
  readonly board = new Board();

  /** These keys of the map have changed; null: perhaps all of it. True when the board has. */
  take(keys: readonly string[] | null, map: ReadonlyMap<string, unknown>): boolean {
    if (keys === null) {
      this.board.clear();
      const all: Patch = {};
      for (const [key, value] of map) if (isBoardKey(key)) all[key] = value;
      this.board.patch(all);
      return true;
    }
    const before = this.board.version;
    // each key with what it came to be: a stroke that began and ended meanwhile is told whole, and its pieces are gone
    for (const key of keys) if (isBoardKey(key)) this.board.patch({ [key]: map.get(key) ?? null });
    return this.board.version !== before;
  }
}

export function touchesBoard(keys: readonly string[] | null, map: ReadonlyMap<string, unknown>): boolean {
  return (keys ?? [...map.keys()]).some(isBoardKey);
}

/** One stretch of a replay in which a sheet was in the picture. */
export interface Chapter {
  /** Media seconds. */
  at: number;
  turn: Turn;
}

interface Turning {
  kind: string;
  at: number;
  set: Patch;
}

/** Sheets shown for less than this were leafed over. */
const LEAST_S = 2;

/** The sheets of a replay with their moments; one that comes back after camera or screen is told again, one leafed over is not. */
export function chapters(events: readonly Turning[], end = Infinity): Chapter[] {
  const turns = events.filter((event) => event.kind === "page.turn");
  const found: Chapter[] = [];
  turns.forEach((event, index) => {
    const turn = event.set["page:now"] as Turn | null;
    const until = turns[index + 1]?.at ?? end;
    const last = found[found.length - 1];
    if (!turn || until - event.at < LEAST_S) return;
    if (last?.turn.sheet === turn.sheet && turns[index - 1]?.set["page:now"]) return;
    found.push({ at: event.at, turn });
  });
  return found;
}

/** Which chapter a position lies in; -1 before the first. */
export function chapterAt(all: readonly Chapter[], seconds: number): number {
  let index = all.length - 1;
  while (index >= 0 && (all[index] as Chapter).at > seconds + 0.3) index -= 1;
  return index;
}
