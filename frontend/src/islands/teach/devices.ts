/** Camera, microphone and shared screen: opened, chosen, lost and found again. */
import { type DeviceState, deviceFault } from "./checks";

export type Kind = "camera" | "microphone";

export interface DeviceEvents {
  camera: (stream: MediaStream | null) => void;
  microphone: (stream: MediaStream | null) => void;
  screen: (stream: MediaStream | null) => void;
  changed: () => void;
}

interface Choice {
  id: string;
  label: string;
}

const STORE = "lantian-devices";

export class Devices {
  readonly states: Record<Kind, DeviceState> = { camera: "unasked", microphone: "unasked" };
  readonly choices: Record<Kind, Choice[]> = { camera: [], microphone: [] };
  readonly chosen: Record<Kind, string> = { camera: "", microphone: "" };
  screen: MediaStream | null = null;
  private readonly streams: Record<Kind, MediaStream | null> = { camera: null, microphone: null };
  private readonly onChange = (): void => void this.plugged();

  constructor(private readonly events: DeviceEvents) {
    try {
      Object.assign(this.chosen, JSON.parse(localStorage.getItem(STORE) ?? "{}"));
    } catch {
      // a broken memory is no memory
    }
    navigator.mediaDevices?.addEventListener("devicechange", this.onChange);
  }

  stop(): void {
    navigator.mediaDevices?.removeEventListener("devicechange", this.onChange);
    for (const kind of ["camera", "microphone"] as const) this.release(kind);
    this.stopScreen();
  }

  /** Ask for both in one question; what one lacks does not keep the other away. */
  async open(): Promise<void> {
    this.states.camera = this.states.microphone = "asking";
    this.events.changed();
    try {
      const both = await navigator.mediaDevices.getUserMedia({ video: this.wish("camera"), audio: this.wish("microphone") });
      this.take("camera", new MediaStream(both.getVideoTracks()));
      this.take("microphone", new MediaStream(both.getAudioTracks()));
    } catch {
      await this.openOne("microphone");
      await this.openOne("camera");
    }
    await this.list();
  }

  async openOne(kind: Kind): Promise<void> {
    this.states[kind] = "asking";
    this.events.changed();
    try {
      const wish = this.wish(kind);
      this.take(kind, await navigator.mediaDevices.getUserMedia(kind === "camera" ? { video: wish } : { audio: wish }));
    } catch (error) {
      if (this.chosen[kind]) {
        this.chosen[kind] = ""; // the chosen one is gone: any other will do
        return this.openOne(kind);
      }
      this.states[kind] = deviceFault(error);
      this.events.changed();
    }
  }

  async choose(kind: Kind, id: string): Promise<void> {
    this.chosen[kind] = id;
    localStorage.setItem(STORE, JSON.stringify(this.chosen));
    await this.openOne(kind);
  }

  /** The camera's light goes out; the microphone is muted in the mix instead, so that its meter goes on. */
  async switchCamera(on: boolean): Promise<void> {
    if (on) return this.openOne("camera");
    this.release("camera");
    this.states.camera = "off";
    this.events.changed();
  }

  /** Ask for a screen or window. False when the teacher changed their mind. */
  async shareScreen(): Promise<boolean> {
    const wish = { video: { frameRate: { max: 25 } }, audio: true, surfaceSwitching: "include", systemAudio: "include" };
    try {
      const stream = await navigator.mediaDevices.getDisplayMedia(wish as DisplayMediaStreamOptions);
      this.stopScreen();
      this.screen = stream;
      stream.getVideoTracks()[0]?.addEventListener("ended", () => {
        if (this.screen === stream) this.stopScreen();
      });
      this.events.screen(stream);
      this.events.changed();
      return true;
    } catch {
      return false;
    }
  }

  stopScreen(): void {
    if (!this.screen) return;
    for (const track of this.screen.getTracks()) track.stop();
    this.screen = null;
    this.events.screen(null);
    this.events.changed();
  }

  private wish(kind: Kind): MediaTrackConstraints {
    const device = this.chosen[kind] ? { deviceId: { exact: this.chosen[kind] } } : {};
    return kind === "camera"
      ? { ...device, width: { ideal: 1280 }, height: { ideal: 720 }, frameRate: { ideal: 25, max: 30 } }
      : { ...device, echoCancellation: true, noiseSuppression: true, autoGainControl: true };
  }

  private take(kind: Kind, stream: MediaStream): void {
    this.release(kind);
    this.streams[kind] = stream;
    this.states[kind] = "ok";
    stream.getTracks()[0]?.addEventListener("ended", () => {
      if (this.streams[kind] === stream) void this.lost(kind);
    });
    this.events[kind](stream);
    this.events.changed();
  }

  private release(kind: Kind): void {
    const stream = this.streams[kind];
    this.streams[kind] = null;
    if (!stream) return;
    for (const track of stream.getTracks()) track.stop();
    this.events[kind](null);
  }

  /** Pulled out in mid-lesson: take another if there is one, else wait for it to come back. */
  private async lost(kind: Kind): Promise<void> {
    this.release(kind);
    await this.list();
    if (this.choices[kind].length > 0) await this.openOne(kind);
    if (this.states[kind] !== "ok") this.states[kind] = "lost";
    this.events.changed();
  }

  private async plugged(): Promise<void> {
    await this.list();
    for (const kind of ["camera", "microphone"] as const) {
      const waits = this.states[kind] === "lost" || this.states[kind] === "missing";
      if (waits && this.choices[kind].length > 0) await this.openOne(kind);
    }
  }

  private async list(): Promise<void> {
    const all = await navigator.mediaDevices.enumerateDevices();
    const of = (kind: MediaDeviceKind): Choice[] =>
      all.filter((one) => one.kind === kind && one.deviceId).map((one) => ({ id: one.deviceId, label: one.label }));
    this.choices.camera = of("videoinput");
    this.choices.microphone = of("audioinput");
    this.events.changed();
  }
}
