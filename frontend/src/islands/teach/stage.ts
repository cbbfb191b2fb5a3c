/** The stage as the teacher's page has it: connects it with the classes that took the call, and puts them into the lesson. */
import type { StageLine } from "../../live/stage/line";
import { TEACHER } from "../../live/stage/mesh";
import { heard, lineFor } from "../../live/stage/open";
import type { Guest } from "./compositor";
import type { TeachRoom } from "./room";
import type { Look } from "./scene";

/** A class that was called (`invited`) or is on stage, as the desk has it. */
export interface StageEnd {
  key: string;
  name: string;
  school: string;
  state: "invited" | "on";
  line: string;
  muted: boolean;
  ms: number;
}

export interface StageState {
  ends: StageEnd[];
  look: Look;
  large: string | null;
  most: number;
}

const VIDEO_BITS = 1_200_000;

export class TeachStage {
  private talk: StageLine | null = null;
  private readonly videos = new Map<string, HTMLVideoElement>();
  private helped = false;
  private shown = "";

  constructor(private readonly room: TeachRoom) {}

  get state(): StageState | undefined {
    return this.room.floor.desk.get("stage") as StageState | undefined;
  }

  /** How the connection with a class does. */
  line(key: string): "connecting" | "up" | "down" {
    return this.talk?.ends.get(key)?.state ?? "connecting";
  }

  /** The socket is there (again): the server is asked for servers that help, once somebody is on stage. */
  connected(): void {
    this.helped = false;
    this.update();
  }

  /** The desk says something else, or a connection does. */
  update(): void {
    const { compositor, audio, uplink, phase } = this.room;
    const on = phase === "live" || phase === "ending" ? (this.state?.ends.filter((end) => end.state === "on") ?? []) : [];
    if (!on.length) return this.talk ? this.stop() : undefined; // the next talk may go another way
    if (!compositor?.track || !audio?.talkTrack || !uplink) return this.stop();
    if (!this.helped) {
      this.helped = uplink.say({ t: "stage" });
      if (!this.talk) return; // it goes on with the answer
    }
    this.talk?.connect(on);
    this.show(on);
  }

  /** A word of the server for the stage. True when it was one. */
  hear(message: Record<string, unknown>): boolean {
    if (heard(this.talk, message)) return true;
    if (message.t !== "stage" || !Array.isArray(message.ice)) return false;
    this.open(message);
    return true;
  }

  stop(): void {
    this.talk?.stop();
    this.talk = null;
    this.helped = false;
    this.show([]);
  }

  private open(answer: Record<string, unknown>): void {
    const { compositor, audio, uplink, timers } = this.room;
    this.talk = lineFor(this.talk, answer, {
      key: TEACHER,
      timers,
      audio: audio?.talkTrack ?? null,
      video: compositor?.track ?? null,
      videoBits: VIDEO_BITS,
      say: (message) => void uplink?.say(message),
      changed: () => {
        this.update();
        this.room.refresh();
      },
    });
    this.update();
  }

  /** Pictures and voices of those who are on, into the lesson. */
  private show(on: StageEnd[]): void {
    const { compositor, audio } = this.room;
    for (const [key, video] of this.videos) {
      if (on.some((end) => end.key === key)) continue;
      video.srcObject = null;
      this.videos.delete(key);
      audio?.setGuest(key, null);
    }
    const guests: Guest[] = on.map((end) => ({ key: end.key, name: `${end.school} ${end.name}`, video: this.video(end.key) }));
    for (const end of on) audio?.setGuest(end.key, this.talk?.ends.get(end.key)?.stream ?? null, end.muted);
    if (!compositor) return;
    const { look, large } = this.state ?? { look: "row" as Look, large: null };
    const key = JSON.stringify([on.map((end) => [end.key, end.name]), look, large]);
    if (key === this.shown) return;
    this.shown = key;
    compositor.guests = guests;
    compositor.look = look;
    compositor.large = large;
  }

  private video(key: string): HTMLVideoElement {
    const known = this.videos.get(key) ?? document.createElement("video");
    const stream = this.talk?.ends.get(key)?.stream ?? null;
    known.muted = known.playsInline = true;
    if (known.srcObject !== stream) {
      known.srcObject = stream;
      if (stream) known.play().catch(() => undefined);
    }
    this.videos.set(key, known);
    return known;
  }
}
