/** The teacher's board in the lesson: what was drawn and turned goes to the lesson's events, what they hold comes back after a reload. */
import { Board, isBoardKey, type Patch, type Step, type Turn } from "../../live/board/state";
import { Hand } from "../../live/board/hand";
import { Ink } from "../../live/board/paint";
import type { Sheet } from "../../live/config";
import type { Answer } from "../../live/floor";

/** Sends one step into the lesson's events. */
export type Tell = (step: Step) => Promise<Answer>;

/** Steps under way at once, and how many a second over time: a board drawn before the lesson must not flood the line. */
const MOST_OPEN = 24;
const BURST = 40;
const A_SECOND = 30;

export class Writing {
  readonly board = new Board();
  readonly hand: Hand;
  /** For the picture that is sent: as wide as that. */
  readonly ink = new Ink();
  private tell: Tell | null = null;
  private told = "";
  private readonly queue: Step[] = [];
  private readonly open = new Set<Step>();
  private allowance = BURST;
  private countedAt = performance.now();
  private timer: number | undefined;

  /** `refused`: the server did not take something; the code says why. */
  constructor(
    width: number,
    private readonly refused: (code: string) => void,
  ) {
    this.hand = new Hand(this.board, (step) => this.send(step));
    this.ink.resize(width);
  }

  /** The strokes on a sheet, as they lie over the picture; null when there are none. */
  picture(sheet: string | null): HTMLCanvasElement | null {
    this.ink.draw(this.board, sheet);
    return this.ink.empty ? null : this.ink.canvas;
  }

  /** The events of the lesson can be reached, and this is what they amount to: what is missing here is taken over, what is missing
   * there is sent. Called again whenever the whole is told anew. */
  join(map: ReadonlyMap<string, unknown>, tell: Tell): void {
    this.tell = tell;
    const theirs = new Board();
    const state: Patch = {};
    for (const [key, value] of map) if (isBoardKey(key)) state[key] = value;
    theirs.patch(state);
    const pending = new Set([...this.queue, ...this.open].map(idOf));
    this.board.adopt([...theirs.strokes.values()].filter((stroke) => !this.board.strokes.has(stroke.id)));
    for (const step of this.board.steps((id) => theirs.strokes.has(id) || pending.has(id))) this.send(step);
    // begun before a reload, and nobody there any more who would end it
    for (const stroke of theirs.strokes.values()) if (!stroke.done && !pending.has(stroke.id)) this.end(stroke.id);
    const { turn } = this.board;
    this.told = mark(theirs.turn);
    this.turn(turn);
  }

  /** Say which sheet is in the picture now (null: none), if that is news. */
  turn(turn: Turn | null): void {
    const now = mark(turn);
    this.board.turn = turn;
    if (!this.tell || now === this.told) return;
    this.told = now;
    this.send({ kind: "page.turn", data: turn ?? { sheet: null } });
  }

  stop(): void {
    window.clearTimeout(this.timer);
    this.tell = null;
    this.queue.length = 0;
  }

  private end(id: string): void {
    const stroke = this.board.strokes.get(id);
    if (!stroke || this.hand.drawing) return;
    const step: Step = { kind: "ink.end", data: { id } };
    if (!stroke.done) this.board.apply(step);
    this.send(step);
  }

  /** In order, as fast as the line may be used; before the lesson nothing is kept, for `join` sends what there is. */
  private send(step: Step): void {
    if (!this.tell) return;
    this.queue.push(step);
    this.pump();
  }

  private pump(): void {
    const now = performance.now();
    this.allowance = Math.min(BURST, this.allowance + ((now - this.countedAt) / 1000) * A_SECOND);
    this.countedAt = now;
    while (this.tell && this.queue.length && this.open.size < MOST_OPEN && this.allowance >= 1) {
      this.allowance -= 1;
      const step = this.queue.shift() as Step;
      this.open.add(step);
      void this.tell(step).then((answer) => this.answered(step, answer));
    }
    window.clearTimeout(this.timer);
    if (this.queue.length && this.open.size < MOST_OPEN) this.timer = window.setTimeout(() => this.pump(), 1000 / A_SECOND);
  }

  private answered(step: Step, answer: Answer): void {
    this.open.delete(step);
    this.pump();
    if (answer.ok || answer.code === "gone" || step.kind !== "ink.begin" || answer.code === "bad_data") return;
    // nobody else sees it: it must not stand here as if they did
    if (this.board.strokes.has(step.data.id)) this.board.apply({ kind: "ink.hide", data: { ids: [step.data.id] } });
    this.refused(answer.code);
  }
}

function idOf(step: Step): string {
  return "id" in step.data ? step.data.id : "";
}

function mark(turn: Turn | null): string {
  return turn ? JSON.stringify([turn.sheet, turn.form, turn.name, turn.number]) : "";
}

/** What viewers are told of a sheet. `file`: the name of the file it is from. */
export function turnOf(sheet: Sheet, file: string): Turn {
  const name = sheet.name || file.replace(/\.[A-Za-z0-9]{2,5}$/, "");
  return { sheet: sheet.id, form: sheet.form, name: name.slice(0, 80), number: sheet.number };
}
