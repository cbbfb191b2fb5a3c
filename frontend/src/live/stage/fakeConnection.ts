/** Browsers' connections for tests. */
/** As much of RTCPeerConnection as two ends need: it connects when both have both descriptions of one another. */
export class FakeConnection {
  static all: FakeConnection[] = [];
  connectionState = "new";
  signalingState = "stable";
  localDescription: { type: string; sdp: string; toJSON: () => object } | null = null;
  remoteDescription: { type: string; sdp: string } | null = null;
  onicecandidate: ((event: unknown) => void) | null = null;
  ontrack: ((event: unknown) => void) | null = null;
  onconnectionstatechange: (() => void) | null = null;
  candidates: string[] = [];
  kinds: string[] = [];
  private readonly name = `c${FakeConnection.all.length}`;

  constructor() {
    FakeConnection.all.push(this);
  }

  addTransceiver(trackOrKind: { kind: string } | string): void {
    this.kinds.push(typeof trackOrKind === "string" ? trackOrKind : trackOrKind.kind);
  }

  getTransceivers(): object[] {
    return this.kinds.map((kind) => ({ receiver: { track: { kind } }, direction: "recvonly", sender: { replaceTrack: async () => undefined } }));
  }

  getSenders(): object[] {
    return [];
  }

  async setLocalDescription(): Promise<void> {
    const type = this.remoteDescription ? "answer" : "offer";
    const sdp = `${this.name} ${this.kinds.join()}`;
    this.localDescription = { type, sdp, toJSON: () => ({ type, sdp }) };
    this.signalingState = type === "offer" ? "have-local-offer" : "stable";
    this.onicecandidate?.({ candidate: { toJSON: () => ({ candidate: `${this.name}-ice` }) } });
    this.settle();
  }

  async setRemoteDescription(description: { type: string; sdp: string }): Promise<void> {
    this.remoteDescription = description;
    if (description.type === "offer") this.kinds = description.sdp.split(" ")[1]?.split(",") ?? [];
    this.signalingState = "stable";
    this.settle();
  }

  async addIceCandidate(candidate: { candidate: string }): Promise<void> {
    if (!this.remoteDescription) throw new Error("candidate before description");
    this.candidates.push(candidate.candidate);
  }

  become(state: string): void {
    this.connectionState = state;
    this.onconnectionstatechange?.();
  }

  close(): void {
    this.connectionState = "closed";
  }

  private settle(): void {
    const other = FakeConnection.all.find((each) => each.localDescription && each.localDescription.sdp === this.remoteDescription?.sdp);
    if (!this.localDescription || other?.remoteDescription?.sdp !== this.localDescription.sdp) return;
    this.become("connected");
    other.become("connected");
  }
}

export class FakeStream {
  tracks: object[] = [];
  addTrack(track: object): void {
    this.tracks.push(track);
  }
  removeTrack(track: object): void {
    this.tracks = this.tracks.filter((each) => each !== track);
  }
  getTracks(): object[] {
    return this.tracks;
  }
}
