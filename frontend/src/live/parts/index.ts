/** What a viewer sees beside the picture, live and in the replay: polls, who has the word, lots, the timer, notes, captions. */
import "./parts.css";
import { announce, fill, h } from "../../lib/dom";
import { t } from "../../lib/i18n";
import { ChatCard } from "../chat/card";
import { SideCard } from "../chat/side";
import type { Receiver } from "../config";
import type { Floor } from "../floor";
import { refusalOf } from "../floorWords";
import type { Timeline } from "../timeline";
import { button, redress, setText, show } from "../ui";
import { clockLength } from "../words";
import { type Part, PollCard } from "./poll";
import type { Caption, Lot, Note, OwnAnswer, Poll, Timer, Word } from "./shapes";

const CAPTION_S = 8;
const TIME_UP_S = 10;

export interface PartsOptions {
  timeline: Timeline;
  /** Null in a replay: there is nothing to be done any more. */
  floor: Floor | null;
  part: Part;
  now: () => number;
  /** Where captions stand: over the picture. */
  captions: HTMLElement;
  changed?: (shown: boolean) => void;
  /** Whoever has a voice in the chat: a student, or somebody on duty. */
  duty?: "host" | "room" | null;
  /** Signed in as a person, who may report. */
  named?: boolean;
  receivers?: readonly Receiver[];
  /** Where an assistant confirms the head count. */
  heads?: string | null;
  /** Who is there, for whoever is told. */
  watchers?: HTMLElement | null;
}

export class Parts {
  readonly element = h("aside", { class: "lr", hidden: true, "aria-label": t("课堂活动") });
  /** Raises and lowers the hand; the room puts it among its own buttons. Null where nobody has a hand to raise. */
  readonly hand: HTMLButtonElement | null;
  private readonly poll: PollCard;
  private readonly words = h("p", { class: "lr-words", role: "status", hidden: true });
  private readonly timer = h("div", { class: "lr-timer", role: "timer", hidden: true });
  private readonly timerLabel = h("span");
  private readonly timerDigits = h("strong");
  private readonly lot = h("div", { class: "lr-lot", role: "status", hidden: true });
  private readonly notes = h("ul", { class: "lr-notes", "aria-label": t("老师钉的话"), hidden: true });
  private readonly chat: ChatCard;
  private readonly side: SideCard | null;
  private readonly ticking: number;
  private spoken = "";

  constructor(private readonly options: PartsOptions) {
    this.poll = new PollCard(() => options.floor, options.part, (id) => `/live/pages/${id}/full.webp`);
    this.hand = options.floor && options.part !== "other" ? button("", { class: "lr-hand", icon: "hand", onclick: () => void this.toggleHand() }) : null;
    fill(this.timer, this.timerLabel, this.timerDigits);
    const { floor, part, duty, timeline, now } = options;
    this.chat = new ChatCard({ timeline, floor, speaks: part === "student" || !!duty, reports: part === "student" || !!options.named, hosts: duty === "host", now, ...(part === "class" ? { newest: 6 } : {}) });
    this.side = floor && duty ? new SideCard({ floor, hosts: duty === "host", receivers: options.receivers ?? [], heads: options.heads ?? null }) : null;
    fill(this.element, this.words, this.timer, this.lot, this.poll.element, this.notes, this.chat.element, this.side?.element, options.watchers);
    this.ticking = window.setInterval(() => this.tick(), 250);
    this.update();
  }

  destroy(): void {
    window.clearInterval(this.ticking);
    this.element.remove();
    this.hand?.remove();
    this.options.captions.hidden = true;
  }

  /** Something in the map has changed. */
  update(): void {
    const { timeline, floor } = this.options;
    this.poll.update(timeline.get<Poll>("poll") ?? null, floor?.own.get("answer") as OwnAnswer | undefined);
    this.drawWords(timeline.get<Word[]>("words") ?? [], timeline.get<Word[]>("stage") ?? []);
    this.drawNotes(timeline.all<Note>("note:"));
    this.drawHand();
    this.chat.update();
    this.side?.update();
    this.tick();
  }

  /** Who has the word, and which classes are called in. */
  private drawWords(words: Word[], stage: Word[]): void {
    const mine = this.options.floor?.own.has("word");
    const names = nameList(words);
    const called = stage.length ? t("正在连线：{names}", { names: nameList(stage) }) : "";
    const text = mine ? t("请您发言，老师在等您。") : names ? t("正在发言：{names}", { names }) : called;
    this.words.classList.toggle("lr-mine", !!mine);
    setText(this.words, text);
    show(this.words, text !== "");
  }

  private drawNotes(notes: Note[]): void {
    const key = notes.map((note) => note.n).join();
    show(this.notes, notes.length > 0);
    if (this.notes.dataset.key === key) return;
    this.notes.dataset.key = key;
    fill(this.notes, ...notes.map((note) => h("li", {}, note.text)));
  }

  private drawHand(): void {
    const { floor, part } = this.options;
    if (!this.hand || !floor) return;
    const up = floor.own.has("hand");
    const words = up ? t("放下手") : part === "class" ? t("本班举手") : t("我要举手");
    redress(this.hand, words, "hand");
    this.hand.setAttribute("aria-pressed", String(up));
    this.hand.disabled = floor.own.has("word");
  }

  private async toggleHand(): Promise<void> {
    const { floor } = this.options;
    if (!floor || !this.hand) return;
    const up = floor.own.has("hand");
    this.hand.disabled = true;
    const answer = await floor.do(up ? "hand.lower" : "hand.raise");
    this.drawHand();
    announce(answer.ok ? (up ? t("手已放下") : t("已举手，老师看得到")) : refusalOf(answer.code));
  }

  /** What changes by the clock alone. */
  private tick(): void {
    this.drawTimer();
    this.drawLot();
    this.drawCaption();
    this.chat.tick();
    const shown = this.side !== null || [this.chat.element, this.words, this.timer, this.lot, this.poll.element, this.notes].some((each) => !each.hidden);
    if (this.element.hidden !== shown) return;
    show(this.element, shown);
    this.options.changed?.(shown);
  }

  private drawTimer(): void {
    const { timeline, now } = this.options;
    const timer = timeline.get<Timer>("timer");
    const left = timer ? timer.seconds - timeline.since(timer, now()) : -Infinity;
    show(this.timer, left > -TIME_UP_S);
    if (!timer || left <= -TIME_UP_S) return;
    setText(this.timerLabel, timer.label || t("计时"));
    setText(this.timerDigits, left > 0 ? clockLength(Math.ceil(left)) : t("时间到"));
    this.timer.classList.toggle("lr-last", left <= 10);
    const said = `timer${timer.n}${left <= 0}`;
    if (left <= 0 && this.spoken !== said) announce(t("时间到"));
    if (left <= 0) this.spoken = said;
  }

  private drawLot(): void {
    const { timeline } = this.options;
    const lot = timeline.get<Lot>("lot");
    const key = lot ? String(lot.n) : "";
    if (this.lot.dataset.key !== key) {
      this.lot.dataset.key = key;
      fill(this.lot, ...(lot ? [h("span", {}, lot.among === "classes" ? t("抽到的班") : t("抽到")), h("strong", {}, lot.name), h("span", {}, lot.school)] : []));
    }
    show(this.lot, !!lot);
  }

  private drawCaption(): void {
    const { timeline, now, captions } = this.options;
    const caption = timeline.get<Caption>("caption");
    const age = caption ? timeline.since(caption, now()) : Infinity;
    const shown = !!caption && age < CAPTION_S;
    if (shown) setText(captions, caption.text);
    show(captions, shown);
  }
}

function nameList(words: Word[]): string {
  return words.map((word) => (word.school ? `${word.school} ${word.name}` : word.name)).join(t("、"));
}
