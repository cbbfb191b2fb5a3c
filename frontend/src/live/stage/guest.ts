/** A class that is called into the lesson: the invitation, the talk with picture and voice, and its end. */
import "./stage.css";
import { announce, fill, h } from "../../lib/dom";
import { t } from "../../lib/i18n";
import { refusalOf } from "../floorWords";
import { pageTimers } from "../timers";
import { button, press, redress, setText, show } from "../ui";
import type { LessonViewer } from "../viewer";
import type { OtherEnd, StageLine } from "./line";
import { mediaWords, openMedia } from "./media";
import { TEACHER } from "./mesh";
import { heard, lineFor } from "./open";

/** What the floor says of this class's place on the stage. `line` and what follows once the call was taken. */
interface OwnStage {
  state: "invited" | "on";
  line?: string;
  muted?: boolean;
  key?: string;
  peers?: OtherEnd[];
}

const VIDEO_BITS = 600_000;
const STORE = "lantian-stage";
const LOST_MS = 2500;

export interface GuestOptions {
  viewer: LessonViewer;
  /** The lesson's own picture: its sound setting counts for the call as well. */
  video: HTMLVideoElement;
  changed: (talking: boolean) => void;
}

export class GuestStage {
  readonly element = h("div", { class: "lg", hidden: true });
  private readonly picture = h("video", { class: "lg-picture", playsinline: true, hidden: true });
  private readonly mirror = h("video", { class: "lg-self", playsinline: true, "aria-label": t("本班的画面") });
  private readonly voices = new Map<string, HTMLAudioElement>();
  private readonly title = h("h2");
  private readonly note = h("p");
  private readonly accept: HTMLButtonElement;
  private readonly refuse: HTMLButtonElement;
  private readonly mic: HTMLButtonElement;
  private readonly leave: HTMLButtonElement;
  private readonly card: HTMLElement;
  private readonly bar: HTMLElement;
  private readonly status = h("p", { class: "lg-status", role: "status" });
  /** This page's mark. A page that is reloaded in mid-call goes on with it: it is kept for as long as the tab lives. */
  private line = freshLine();
  private media: MediaStream | null = null;
  private talk: StageLine | null = null;
  private opening = false;
  private micOn = true;
  private trouble = "";
  private lostTimer: number | undefined;
  private said = "";

  constructor(private readonly options: GuestOptions) {
    this.accept = button(t("接受"), { class: "btn-live btn-lg lg-accept", icon: "phone", iconSize: 28, onclick: () => void this.take() });
    this.refuse = button(t("暂不"), { class: "btn-lg", onclick: () => void this.do("stage.decline") });
    this.mic = button("", { class: "ls-button", icon: "mic", iconSize: 28, onclick: () => this.toggleMic() });
    this.leave = button(t("结束连线"), { class: "btn-danger ls-button lg-leave", icon: "phoneOff", iconSize: 28, onclick: () => void this.do("stage.leave") });
    this.mirror.muted = true;
    this.card = h("div", { class: "lg-card", role: "alertdialog", "aria-label": t("老师邀请本班连线") }, this.title, this.note, h("div", { class: "lg-actions" }, this.accept, this.refuse));
    this.bar = h("div", { class: "lg-bar" }, this.mirror, this.status, this.mic, this.leave);
    fill(this.element, this.picture, this.card, this.bar);
    this.update();
  }

  private get own(): OwnStage | undefined {
    return this.options.viewer.floor.own.get("stage") as OwnStage | undefined;
  }

  /** This page has the call (and no other screen of the class). */
  private get mine(): boolean {
    return this.own?.state === "on" && this.own.line === this.line;
  }

  /** The teacher's picture comes by the call. */
  get talking(): boolean {
    return this.talk?.ends.get(TEACHER)?.state === "up";
  }

  destroy(): void {
    this.stop();
    this.element.remove();
  }

  /** Something has changed in what concerns this class. */
  update(): void {
    const { own } = this;
    if (own?.state === "on" && own.line && own.line === sessionStorage.getItem(STORE)) this.line = own.line;
    if (!this.mine && !this.opening) this.stop();
    else if (this.mine) void this.go();
    this.draw(own);
  }

  /** There is a line to the server (again). */
  linked(): void {
    if (this.mine) this.greet();
  }

  hear(message: Record<string, unknown>): void {
    if (heard(this.talk, message)) return;
    if (message.off) this.stop();
    else if (Array.isArray(message.ice)) this.open(message);
  }

  private async take(): Promise<void> {
    if (this.opening) return;
    this.opening = true;
    this.trouble = "";
    this.draw(this.own);
    try {
      this.media ??= await openMedia();
      sessionStorage.setItem(STORE, this.line);
      const answer = await this.options.viewer.floor.do("stage.accept", { line: this.line });
      if (!answer.ok) this.trouble = refusalOf(answer.code);
    } catch (error) {
      this.trouble = mediaWords(error);
    }
    this.opening = false;
    this.update();
  }

  private async do(kind: string): Promise<void> {
    const answer = await this.options.viewer.floor.do(kind);
    if (!answer.ok) announce(refusalOf(answer.code));
  }

  /** The call is this page's: camera and microphone (after a reload they are opened anew), then the connections. */
  private async go(): Promise<void> {
    if (this.opening) return;
    if (!this.media) {
      this.opening = true;
      this.media = await openMedia().catch(() => null);
      this.opening = false;
      if (!this.media) return void this.do("stage.leave");
      if (!this.mine) return this.stop();
    }
    if (this.talk) this.connect();
    else this.greet();
  }

  private greet(): void {
    this.options.viewer.say({ t: "stage", line: this.line });
  }

  private open(answer: Record<string, unknown>): void {
    const { own, media } = this;
    if (!this.mine || !media || !own?.key) return;
    this.talk = lineFor(this.talk, answer, {
      key: own.key,
      timers: pageTimers,
      audio: media.getAudioTracks()[0] ?? null,
      video: media.getVideoTracks()[0] ?? null,
      videoBits: VIDEO_BITS,
      say: (message) => void this.options.viewer.say(message),
      changed: () => this.moved(),
    });
    this.connect();
  }

  private connect(): void {
    this.talk?.connect([{ key: TEACHER, line: "" }, ...(this.own?.peers ?? [])]);
    this.draw(this.own);
  }

  /** A connection came or went. While the teacher's picture comes by the call the stream rests; it is back if the call is cut. */
  private moved(): void {
    window.clearTimeout(this.lostTimer);
    if (this.talking) this.options.viewer.rest(true);
    else this.lostTimer = window.setTimeout(() => this.options.viewer.rest(this.talking), LOST_MS);
    this.draw(this.own);
    this.options.changed(this.talking);
  }

  private stop(): void {
    if (!this.talk && !this.media) return;
    window.clearTimeout(this.lostTimer);
    this.talk?.stop();
    this.talk = null;
    for (const track of this.media?.getTracks() ?? []) track.stop();
    this.media = null;
    this.mirror.srcObject = this.picture.srcObject = null;
    for (const voice of this.voices.values()) voice.srcObject = null;
    this.voices.clear();
    this.micOn = true;
    this.options.viewer.rest(false);
    this.options.changed(false);
  }

  private toggleMic(): void {
    this.micOn = !this.micOn;
    this.draw(this.own);
  }

  private draw(own: OwnStage | undefined): void {
    const invited = own?.state === "invited";
    const { mine } = this;
    show(this.card, invited);
    show(this.bar, mine);
    show(this.element, invited || mine);
    this.element.dataset.state = invited ? "invited" : mine ? (this.talking ? "talking" : "connecting") : "none";
    if (invited) this.drawCard();
    if (mine) this.drawTalk(own);
    const said = `${invited}${mine}${this.talking}`;
    if (said === this.said) return;
    this.said = said;
    if (!invited) return;
    announce(t("老师邀请本班连线"));
    this.accept.focus();
  }

  private drawCard(): void {
    setText(this.title, t("老师邀请本班连线"));
    setText(this.note, this.trouble || (this.opening ? t("正在打开摄像头和麦克风…") : t("接受以后，老师和其他班会看到、听到这间教室。")));
    this.note.classList.toggle("lg-trouble", this.trouble !== "");
    this.accept.disabled = this.opening;
  }

  private drawTalk(own: OwnStage | undefined): void {
    const { media, talk } = this;
    const muted = !!own?.muted;
    for (const track of media?.getAudioTracks() ?? []) track.enabled = this.micOn && !muted;
    attach(this.mirror, media?.getVideoTracks().length ? media : null);
    const teacher = talk?.ends.get(TEACHER);
    attach(this.picture, teacher?.stream ?? null);
    this.picture.muted = this.options.video.muted;
    show(this.picture, this.talking);
    show(this.mirror, !!media?.getVideoTracks().length);
    this.drawVoices(talk);
    const words = muted ? t("老师已将本班静音") : this.talking ? t("正在连线，全体都看得到本班") : t("正在接通…");
    setText(this.status, words);
    redress(this.mic, this.micOn ? t("关麦克风") : t("开麦克风"), this.micOn ? "mic" : "micOff");
    press(this.mic, !this.micOn);
    this.mic.disabled = muted;
  }

  /** The other classes' voices; the teacher's comes with the picture. */
  private drawVoices(talk: StageLine | null): void {
    for (const [key, voice] of this.voices) {
      if (talk?.ends.has(key)) continue;
      voice.srcObject = null;
      this.voices.delete(key);
    }
    for (const [key, end] of talk?.ends ?? []) {
      if (key === TEACHER) continue;
      const voice = this.voices.get(key) ?? new Audio();
      this.voices.set(key, voice);
      voice.muted = this.options.video.muted;
      attach(voice, end.stream);
    }
  }
}

function attach(element: HTMLMediaElement, stream: MediaStream | null): void {
  if (element.srcObject === stream) return;
  element.srcObject = stream;
  if (stream) void element.play().catch(() => undefined);
}

function freshLine(): string {
  return [...crypto.getRandomValues(new Uint8Array(9))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
