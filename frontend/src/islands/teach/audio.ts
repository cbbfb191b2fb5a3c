interface GuestVoice {
  track: MediaStreamTrack;
  source: MediaStreamAudioSourceNode;
  gain: GainNode;
  speaker: HTMLAudioElement;
}

/** One sound track that never ends: microphones, shared screens and called-in classes come and go behind it, the recorder notices
 * nothing. A second one, for those classes, has everything but themselves: nobody hears the own voice come back. */
const SILENT_DB = -58;

export class AudioMix {
  readonly context = new AudioContext({ sampleRate: 48000, latencyHint: "interactive" });
  private readonly master = this.context.createGain();
  private readonly output = this.context.createMediaStreamDestination();
  private readonly talk = this.context.createMediaStreamDestination();
  private readonly guests = new Map<string, GuestVoice>();
  private readonly micGain = this.context.createGain();
  private readonly meter = this.context.createAnalyser();
  private readonly samples: Float32Array<ArrayBuffer>;
  private readonly hum: ConstantSourceNode;
  private mic: MediaStreamAudioSourceNode | null = null;
  private screen: MediaStreamAudioSourceNode | null = null;
  private heardAt = 0;

  constructor() {
    this.meter.fftSize = 2048;
    this.samples = new Float32Array(this.meter.fftSize);
    this.output.channelCount = this.talk.channelCount = 1;
    this.micGain.connect(this.master);
    this.micGain.connect(this.talk);
    this.master.connect(this.output);
    // a track with no input at all sends nothing, and the recorder would wait for it: feed it silence
    this.hum = this.context.createConstantSource();
    this.hum.offset.value = 0;
    this.hum.connect(this.master);
    this.hum.connect(this.talk);
    this.hum.start();
  }

  get track(): MediaStreamTrack | undefined {
    return this.output.stream.getAudioTracks()[0];
  }

  /** What called-in classes hear from here: the teacher, not one another. */
  get talkTrack(): MediaStreamTrack | undefined {
    return this.talk.stream.getAudioTracks()[0];
  }

  /** False when the browser wants a tap first. */
  async resume(): Promise<boolean> {
    if (this.context.state !== "running") {
      await Promise.race([this.context.resume(), new Promise((done) => setTimeout(done, 800))]);
    }
    return this.context.state === "running";
  }

  setMic(stream: MediaStream | null): void {
    this.mic?.disconnect();
    this.mic = null;
    if (!stream || stream.getAudioTracks().length === 0) return;
    this.mic = this.context.createMediaStreamSource(stream);
    this.mic.connect(this.meter);
    this.mic.connect(this.micGain);
    this.heardAt = performance.now();
  }

  setScreen(stream: MediaStream | null): void {
    this.screen?.disconnect();
    this.screen = null;
    if (!stream || stream.getAudioTracks().length === 0) return;
    this.screen = this.context.createMediaStreamSource(new MediaStream(stream.getAudioTracks()));
    this.screen.connect(this.master);
    this.screen.connect(this.talk);
  }

  /** A called-in class: into the lesson, and to the teacher's ears. It is played by an element, for the browser takes its sound
   * out of the microphone's then (and would give WebAudio none without one). */
  setGuest(key: string, stream: MediaStream | null, muted = false): void {
    const track = stream?.getAudioTracks()[0];
    const known = this.guests.get(key);
    if (known && known.track !== track) {
      // a connection that was made anew has another track, and a source keeps to the one it was made of
      known.source.disconnect();
      known.gain.disconnect();
      known.speaker.srcObject = null;
      this.guests.delete(key);
    }
    if (!track) return;
    const guest = this.guests.get(key) ?? this.addGuest(key, track);
    guest.gain.gain.setTargetAtTime(muted ? 0 : 1, this.context.currentTime, 0.015);
    guest.speaker.muted = muted;
  }

  private addGuest(key: string, track: MediaStreamTrack): GuestVoice {
    const stream = new MediaStream([track]);
    const speaker = new Audio();
    speaker.srcObject = stream;
    void speaker.play().catch(() => undefined);
    const guest = { track, source: this.context.createMediaStreamSource(stream), gain: this.context.createGain(), speaker };
    guest.source.connect(guest.gain);
    guest.gain.connect(this.master);
    this.guests.set(key, guest);
    return guest;
  }

  mute(muted: boolean): void {
    // a short ramp: a jump is heard as a click
    this.micGain.gain.setTargetAtTime(muted ? 0 : 1, this.context.currentTime, 0.015);
  }

  /** Loudness of the microphone just now, 0 (silence) to 1, on a scale that looks even. */
  level(): number {
    if (!this.mic) return 0;
    this.meter.getFloatTimeDomainData(this.samples);
    let sum = 0;
    for (const sample of this.samples) sum += sample * sample;
    const db = 10 * Math.log10(sum / this.samples.length + 1e-12);
    if (db > SILENT_DB) this.heardAt = performance.now();
    return Math.min(1, Math.max(0, (db + 60) / 54));
  }

  /** Nothing came from the microphone for five seconds. */
  get silent(): boolean {
    return this.mic !== null && performance.now() - this.heardAt > 5000;
  }

  stop(): void {
    this.setMic(null);
    this.setScreen(null);
    for (const key of [...this.guests.keys()]) this.setGuest(key, null);
    this.hum.stop();
    void this.context.close();
  }
}
