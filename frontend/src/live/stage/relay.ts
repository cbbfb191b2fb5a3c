/** All ends by way of the server's relay: this end sends its picture and voice once, and gets each other's from there. To this page the
 * relay is one more end that answers its offer, and that offers the others' when greeted. */
import type { EndView, LineOptions, OtherEnd, Signal, StageLine } from "./line";
import { Peer } from "./peer";

/** What a page says to the relay, and hears from it. `of` is null for what it sends itself. */
export interface RelayWord {
  of: string | null;
  data: Signal;
}

export interface RelayOptions extends LineOptions {
  say: (word: RelayWord) => void;
}

export class Relay implements StageLine {
  private readonly peers = new Map<string, Peer>();
  private readonly lines = new Map<string, string>();
  private own: Peer | null = null;
  private servers: RTCIceServer[] = [];

  /** `mark` is the server's for the room: another one is another room, and nothing of this one is left. */
  constructor(
    readonly mark: string,
    private readonly options: RelayOptions,
  ) {}

  get ends(): ReadonlyMap<string, EndView> {
    return this.peers;
  }

  help(servers: RTCIceServer[]): void {
    this.servers = servers;
  }

  connect(others: readonly OtherEnd[]): void {
    if (others.length) this.own ??= this.peer(null);
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
    (from === "" ? this.own : this.peers.get(from))?.hear(signal);
  }

  stop(): void {
    this.own?.stop();
    this.own = null;
    for (const key of [...this.peers.keys()]) this.leave(key);
  }

  private peer(of: string | null): Peer {
    const { options } = this;
    const { audio, video } = options;
    // a kind that is missing here is not even named: an empty place for a picture would be one to Janus
    const sent = { audio, ...(video ? { video } : {}) };
    return new Peer({
      key: of ?? "",
      offers: of === null,
      timers: options.timers,
      servers: () => this.servers,
      tracks: of === null ? sent : { audio: null },
      videoBits: options.videoBits,
      send: (data) => options.say({ of, data }),
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
