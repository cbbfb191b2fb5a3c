/** The live wire protocol, version 1: message shapes and the header of a chunk (docs/engines/live.md). */
export const VERSION = 1;
export const HEADER_BYTES = 16;
export const MAX_PAYLOAD = 8 * 2 ** 20;
const LAST = 1;

export type SessionState = "waiting" | "live" | "interrupted" | "ended";

export interface Hello {
  t: "hello";
  v: number;
  epoch: string;
  mime: string;
  width: number;
  height: number;
  takeover: boolean;
  /** The epoch this tab sent before: if it is still the current one, nobody need be asked. */
  after: string | null;
  /** This page takes changes of the board, not all of it each time. */
  changes: true;
}

export type RefusalCode =
  | "other_publisher"
  | "handed_over"
  | "ended"
  | "forbidden"
  | "disk_full"
  | "stale"
  | "bad_hello"
  | "key_lost";

export interface ClassPresence {
  id: string;
  name: string;
  state: "joining" | "watching" | "stalled" | "away";
  lag?: number | null;
  stalls?: number;
}

export interface SchoolPresence {
  id: string;
  name: string;
  classes: ClassPresence[];
  students: number;
}

export interface Viewers {
  t: "viewers";
  classes: number;
  students: number;
  guests: number;
  schools: SchoolPresence[];
}

/** What has changed since the last board: classes as [state, lag, stalls], students of schools as [name, how many]. */
export interface ViewersChange {
  t: "viewers_change";
  classes: number;
  students: number;
  guests: number;
  set: Record<string, [ClassPresence["state"], number | null, number]>;
  schools: Record<string, [string, number]>;
}

export type IngestMessage =
  | {
      t: "ready";
      epoch_no: number;
      next_chunk: number;
      skip: number;
      acked: number;
      server_ms: number;
      state: SessionState;
      planned_end_ms?: number | null;
    }
  | { t: "refused"; code: RefusalCode | string; message: string }
  | { t: "replaced"; message?: string }
  | { t: "error"; code: string; next_chunk?: number; message?: string }
  | { t: "ack"; chunk: number; segment: number }
  | { t: "time"; c: number; s: number }
  | { t: "ended"; replay: string | null }
  | { t: "disk"; free_mb: number }
  | { t: "segment_slow"; ms?: number }
  | { t: "clock"; offset_ms: number }
  | { t: "ending"; at_ms: number }
  | { t: "planned"; end_ms: number }
  | { t: "handed_over" }
  | { t: "restart" }
  | Viewers;

export interface StreamKey {
  id: string;
  key: string;
}

/** What there is for weak lines: `small`, `sound`; the list that has them, and the newest still picture. */
export interface Made {
  ladder: string | null;
  made: string[];
  poster: string | null;
}

export interface WatchState extends Partial<Made> {
  t: "state";
  state: SessionState;
  master: string | null;
  replay: string | null;
  keys: StreamKey[];
  server_ms: number;
  started_ms: number | null;
  planned_end_ms?: number | null;
}

export type WatchMessage =
  | WatchState
  | Viewers
  | ViewersChange
  | { t: "beat"; keys?: StreamKey[]; viewers?: number; ticket?: string | null; server_ms?: number }
  | ({ t: "made" } & Made)
  | { t: "time"; c: number; s: number }
  | { t: "refused"; code: string; message: string }
  | { t: "ended"; replay: string | null };

/** What a player says of itself every ten seconds. Positions, buffer and lag in seconds; `stall_ms` since the last beat. */
export interface Beat {
  t: "beat";
  pos: number | null;
  buffer: number;
  lag: number | null;
  stalls: number;
  stall_ms: number;
  dropped: number;
  playing: boolean;
  visible: boolean;
  error: string | null;
  head_count: number | null;
  rendition: "full" | "small" | "sound" | null;
  /** kbit/s that the line carries at least. */
  kbps: number | null;
  want: "small" | null;
}

/** "LT" | version | flags | chunk number (u32) | capture time, ms since 1970 (u64), all big-endian. */
export function chunkHeader(number: number, capturedMs: number, last: boolean): ArrayBuffer {
  const header = new ArrayBuffer(HEADER_BYTES);
  const view = new DataView(header);
  view.setUint8(0, 0x4c);
  view.setUint8(1, 0x54);
  view.setUint8(2, VERSION);
  view.setUint8(3, last ? LAST : 0);
  view.setUint32(4, number);
  view.setUint32(8, Math.floor(capturedMs / 2 ** 32));
  view.setUint32(12, capturedMs >>> 0);
  return header;
}

/** A server's text message, or null when it is not one of ours (a proxy's page, a newer server's word). */
export function parseMessage(text: string): Record<string, unknown> | null {
  try {
    const message: unknown = JSON.parse(text);
    if (typeof message !== "object" || message === null) return null;
    return typeof (message as { t?: unknown }).t === "string" ? (message as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}

/** The address of a socket with its ticket. */
export function withTicket(path: string, ticket: string): string {
  return `${path}${path.includes("?") ? "&" : "?"}ticket=${encodeURIComponent(ticket)}`;
}
