/** Each end connected with each. Voices go straight from one to the other; pictures only between a class and the teacher, whose
 * own picture has everybody in it: a class sends one picture and receives one, however many are on stage. */
import type { EndView, LineOptions, OtherEnd, Signal, StageLine } from "./line";
import { Peer } from "./peer";

export const TEACHER = "teacher";

export interface MeshOptions extends LineOptions {
  /** This end's key. */
  key: string;
  send: (to: string, signal: Signal) => void;
}

export class Mesh implements StageLine {
  readonly mark = "";
  private readonly peers = new Map<string, Peer>();
  private readonly lines = new Map<string, string>();
  private servers: RTCIceServer[] = [];

  constructor(private readonly options: MeshOptions) {}

  get ends(): ReadonlyMap<string, EndView> {
    return this.peers;
  }

  connect(others: readonly OtherEnd[]): void {
    for (const [key, line] of [...this.lines]) {
      if (!others.some((other) => other.key === key && other.line === line)) this.leave(key);
    }
    for (const { key, line } of others) {
      if (this.peers.has(key)) continue;
      this.lines.set(key, line);
      this.peers.set(key, this.peer(key));
    }
  }

  hear(from: string, signal: Signal): void {
    this.peers.get(from)?.hear(signal);
  }

  help(servers: RTCIceServer[]): void {
    this.servers = servers;
  }

  stop(): void {
    for (const key of [...this.peers.keys()]) this.leave(key);
  }

  /** Bytes and moments as the browser counts them, of the connection with this end. */
  figures(key: string): Promise<RTCStatsReport> | null {
    return this.peers.get(key)?.connection?.getStats() ?? null;
  }

  private peer(key: string): Peer {
    const { options } = this;
    const withTeacher = key === TEACHER || options.key === TEACHER;
    return new Peer({
      key,
      offers: options.key === TEACHER || (key !== TEACHER && options.key < key),
      timers: options.timers,
      servers: () => this.servers,
      tracks: withTeacher ? { audio: options.audio, video: options.video } : { audio: options.audio },
      videoBits: options.videoBits,
      send: (signal) => options.send(key, signal),
      changed: options.changed,
      ...(options.make ? { make: options.make } : {}),
    });
  }

  private leave(key: string): void {
    this.peers.get(key)?.stop();
    this.peers.delete(key);
    this.lines.delete(key);
    this.options.changed();
  }
}
