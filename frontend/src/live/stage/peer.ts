/** One connection to one other end, made anew until it holds.
 *
 * One side always offers, so that two offers never meet (no "glare"): it is known beforehand which. Every try has a number of its
 * own and a fresh RTCPeerConnection; what belongs to an older try is passed over. Tracks are exchanged in place, never negotiated.
 */
import type { Timers } from "../timers";
import type { EndView, LineState, Signal } from "./line";

const TOGETHER_MS = 120; // candidates that come close after one another travel together
const TRY_MS = 12_000;
const SHAKEN_MS = 3000;
const AGAIN_MS = 1500;

export interface PeerOptions {
  key: string;
  offers: boolean;
  timers: Timers;
  servers: () => RTCIceServer[];
  /** What goes to this end. A kind that is null is only received, one that is missing neither. */
  tracks: { audio: MediaStreamTrack | null; video?: MediaStreamTrack | null };
  /** Bits a second that the picture may take. */
  videoBits: number;
  send: (signal: Signal) => void;
  changed: () => void;
  make?: (servers: RTCIceServer[]) => RTCPeerConnection;
}

export class Peer implements EndView {
  readonly key: string;
  readonly stream = new MediaStream();
  state: LineState = "connecting";
  private pc: RTCPeerConnection | null = null;
  private attempt = "";
  /** The try that was answered, until it is known to have come to nothing. */
  private answered = "";
  private heardIce: RTCIceCandidateInit[] = [];
  private ownIce: RTCIceCandidateInit[] = [];
  private stopTimers: (() => void)[] = [];
  private stopSending: (() => void) | null = null;
  private gone = false;
  private work: Promise<void> = Promise.resolve();

  constructor(private readonly options: PeerOptions) {
    this.key = options.key;
    this.begin();
  }

  hear(signal: Signal): void {
    // one after the other: a candidate must not overtake the description it belongs to
    this.work = this.work.then(() => this.take(signal)).catch(() => this.later(AGAIN_MS));
  }

  stop(): void {
    this.gone = true;
    this.drop();
  }

  /** The connection itself, for figures. */
  get connection(): RTCPeerConnection | null {
    return this.pc;
  }

  private begin(): void {
    if (this.options.offers) this.work = this.work.then(() => this.offer()).catch(() => this.later(AGAIN_MS));
    else {
      this.answered = "";
      this.options.send({ hello: true });
      this.later(TRY_MS);
    }
  }

  private async take(signal: Signal): Promise<void> {
    if (this.gone) return;
    if (signal.hello) {
      if (this.options.offers) await this.greeted();
      return;
    }
    if (signal.sdp?.type === "offer" && !this.options.offers) {
      const attempt = signal.try ?? "";
      if (attempt !== this.answered) await this.answer(signal.sdp, attempt);
      return;
    }
    if (!this.pc || signal.try !== this.attempt) return;
    if (signal.sdp?.type === "answer" && this.pc.signalingState === "have-local-offer") {
      await this.pc.setRemoteDescription(signal.sdp);
      await this.settle();
    }
    for (const each of signal.ice ?? []) {
      if (this.pc.remoteDescription) await this.pc.addIceCandidate(each).catch(() => undefined);
      else this.heardIce.push(each);
    }
  }

  /** The other end is there. An offer that nobody has answered yet may have come too early for it, or crossed with its greeting: it
   * is said again, and is no second connection. */
  private async greeted(): Promise<void> {
    if (this.pc?.signalingState === "have-local-offer" && this.pc.localDescription) this.send({ sdp: this.pc.localDescription.toJSON() });
    else await this.offer();
  }

  private async offer(): Promise<void> {
    if (this.gone) return;
    const pc = this.fresh(crypto.getRandomValues(new Uint32Array(2)).join(""));
    const { audio, video } = this.options.tracks;
    for (const [kind, track] of [["audio", audio], ["video", video]] as const) {
      if (track !== undefined) pc.addTransceiver(track ?? kind, { direction: track ? "sendrecv" : "recvonly" });
    }
    await pc.setLocalDescription();
    this.send({ sdp: pc.localDescription?.toJSON() as RTCSessionDescriptionInit });
  }

  private async answer(sdp: RTCSessionDescriptionInit, attempt: string): Promise<void> {
    const pc = this.fresh(attempt);
    this.answered = attempt;
    await pc.setRemoteDescription(sdp);
    for (const transceiver of pc.getTransceivers()) {
      const track = this.options.tracks[transceiver.receiver.track.kind as "audio" | "video"];
      if (!track) continue;
      transceiver.direction = "sendrecv";
      await transceiver.sender.replaceTrack(track);
    }
    await pc.setLocalDescription();
    this.send({ sdp: pc.localDescription?.toJSON() as RTCSessionDescriptionInit });
    await this.settle();
  }

  /** Both descriptions are there: what waited for them, and how much the picture may take. */
  private async settle(): Promise<void> {
    const { pc } = this;
    if (!pc) return;
    for (const each of this.heardIce.splice(0)) await pc.addIceCandidate(each).catch(() => undefined);
    for (const sender of pc.getSenders()) {
      if (sender.track?.kind !== "video") continue;
      const parameters = sender.getParameters();
      for (const encoding of parameters.encodings ?? []) encoding.maxBitrate = this.options.videoBits;
      // a line that is slow at first must not make writing unreadable: rather fewer pictures than small ones
      parameters.degradationPreference = "maintain-resolution";
      await sender.setParameters(parameters).catch(() => undefined);
    }
  }

  private fresh(attempt: string): RTCPeerConnection {
    this.drop();
    this.attempt = attempt;
    const servers = this.options.servers();
    const pc = this.options.make?.(servers) ?? new RTCPeerConnection({ iceServers: servers, bundlePolicy: "max-bundle" });
    this.pc = pc;
    pc.onicecandidate = (event) => {
      if (event.candidate && pc === this.pc) this.gather(event.candidate.toJSON());
    };
    pc.ontrack = (event) => {
      if (pc === this.pc) this.stream.addTrack(event.track);
    };
    pc.onconnectionstatechange = () => {
      if (pc === this.pc) this.moved(pc.connectionState);
    };
    this.become("connecting");
    this.later(TRY_MS);
    return pc;
  }

  private moved(state: RTCPeerConnectionState): void {
    if (state === "connected") {
      this.clearTimers();
      this.become("up");
    } else if (state === "disconnected") this.later(SHAKEN_MS); // a moment's loss mends itself
    else if (state === "failed" || state === "closed") {
      this.become("down");
      this.later(AGAIN_MS);
    }
  }

  /** Try anew after so long, unless it is connected by then. */
  private later(ms: number): void {
    if (this.gone) return;
    this.clearTimers();
    this.stopTimers.push(
      this.options.timers.after(ms, () => {
        if (this.gone || this.pc?.connectionState === "connected") return;
        if (this.state === "up") this.become("down");
        this.begin();
      }),
    );
  }

  private gather(candidate: RTCIceCandidateInit): void {
    this.ownIce.push(candidate);
    this.stopSending ??= this.options.timers.after(TOGETHER_MS, () => {
      this.stopSending = null;
      this.send({ ice: this.ownIce.splice(0) });
    });
  }

  private send(signal: Signal): void {
    if (!this.gone) this.options.send({ ...signal, try: this.attempt });
  }

  private become(state: LineState): void {
    if (state === this.state) return;
    this.state = state;
    this.options.changed();
  }

  private clearTimers(): void {
    for (const stop of this.stopTimers.splice(0)) stop();
  }

  private drop(): void {
    this.clearTimers();
    this.stopSending?.();
    this.stopSending = null;
    this.ownIce = [];
    this.heardIce = [];
    const { pc } = this;
    this.pc = null;
    if (!pc) return;
    pc.onicecandidate = pc.ontrack = pc.onconnectionstatechange = null;
    pc.close();
    for (const track of this.stream.getTracks()) this.stream.removeTrack(track);
  }
}
