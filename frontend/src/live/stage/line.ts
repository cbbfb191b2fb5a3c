/** The stage between browsers: whom an end is connected with, and what it hears and sees of them. `Mesh` connects each with each,
 * `Relay` all by way of the server. */
import type { Timers } from "../timers";

/** Another end: its key in the lesson, and the page of it that took the call ("" for the teacher, whose page may be reloaded). */
export interface OtherEnd {
  key: string;
  line: string;
}

export type LineState = "connecting" | "up" | "down";

export interface EndView {
  readonly key: string;
  /** What comes from there; its tracks are added as they arrive. */
  readonly stream: MediaStream;
  readonly state: LineState;
}

/** What two ends tell one another before they are connected. `sdp` and `ice` belong to the try with this number. */
export interface Signal {
  hello?: true;
  try?: string;
  sdp?: RTCSessionDescriptionInit;
  ice?: RTCIceCandidateInit[];
}

export interface LineOptions {
  timers: Timers;
  audio: MediaStreamTrack | null;
  video: MediaStreamTrack | null;
  videoBits: number;
  changed: () => void;
  make?: (servers: RTCIceServer[]) => RTCPeerConnection;
}

export interface StageLine {
  /** Of the relay's room; empty where there is none. */
  readonly mark: string;
  readonly ends: ReadonlyMap<string, EndView>;
  /** These ends, and no others. */
  connect(others: readonly OtherEnd[]): void;
  hear(from: string, signal: Signal): void;
  /** Servers to be used by connections made from now on. */
  help(servers: RTCIceServer[]): void;
  stop(): void;
}
