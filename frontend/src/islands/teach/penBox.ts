/** What a teacher draws with: the tools, and the surface over the picture that pen, finger, mouse and keys move on. Loaded when
 * somebody takes the pen up for the first time. */
import "./penBox.css";
import circle from "lucide-static/icons/circle.svg?raw";
import eraser from "lucide-static/icons/eraser.svg?raw";
import highlighter from "lucide-static/icons/highlighter.svg?raw";
import arrow from "lucide-static/icons/move-up-right.svg?raw";
import pencil from "lucide-static/icons/pencil.svg?raw";
import redo from "lucide-static/icons/redo-2.svg?raw";
import line from "lucide-static/icons/slash.svg?raw";
import square from "lucide-static/icons/square.svg?raw";
import trash from "lucide-static/icons/trash-2.svg?raw";
import letter from "lucide-static/icons/type.svg?raw";
import undo from "lucide-static/icons/undo-2.svg?raw";
import { announce, fill, h, icon } from "../../lib/dom";
import { t } from "../../lib/i18n";
import { BATCH_MS, type Hand, type Instrument } from "../../live/board/hand";
import { COLOURS, Ink, textSize } from "../../live/board/paint";
import { type Board, type Colour, TEXT_LENGTH, type Width } from "../../live/board/state";
import { HEIGHT, WIDTH } from "../../live/board/strokes";
import { ask, onKeys, press } from "../../live/ui";

/** Of a canvas: more is not seen and costs memory. */
const MOST_PIXELS = 2560;
/** Units that an arrow key moves the cross; a sixteenth of it with Shift. */
const STRIDE = 320;

interface ToolFace {
  tool: Instrument;
  words: string;
  key: string;
  image: string;
}

export interface PenBoxOptions {
  board: Board;
  hand: Hand;
  /** The sheet that is in the picture, or null. */
  sheet: () => string | null;
  /** Dialogs are asked here. */
  root: HTMLElement;
  changed: () => void;
}

export class PenBox {
  readonly tools: HTMLElement;
  readonly surface: HTMLElement;
  private readonly ink = new Ink();
  private readonly cross = h("div", { class: "lv-cross", "aria-hidden": "true", hidden: true });
  private readonly faces: ToolFace[];
  private readonly buttons = new Map<Instrument, HTMLButtonElement>();
  private readonly swatches = new Map<Colour, HTMLButtonElement>();
  private readonly sizes = new Map<Width, HTMLButtonElement>();
  private readonly undo: HTMLButtonElement;
  private readonly redo: HTMLButtonElement;
  private readonly wipe: HTMLButtonElement;
  private readonly sized: ResizeObserver;
  private at: [number, number] = [WIDTH / 2, HEIGHT / 2];
  private pointer: number | null = null;
  /** A pen was seen: a hand that lies on the glass beside it draws nothing. */
  private stylus = false;
  private frame = 0;
  private flushing: number | undefined;
  private field: HTMLTextAreaElement | null = null;
  private undoKeys: (() => void) | null = null;

  constructor(private readonly options: PenBoxOptions) {
    this.faces = faces();
    const { hand } = options;
    this.undo = this.action(t("撤销"), undo, "Z", () => this.back());
    this.redo = this.action(t("重做"), redo, "Y", () => this.again());
    this.wipe = this.action(t("清空这一页"), trash, "", () => void this.clear());
    this.tools = h(
      "div",
      { class: "lv-tools", role: "toolbar", "aria-label": t("板书工具") },
      h("div", { class: "lv-group", role: "group", "aria-label": t("工具") }, ...this.faces.map((face) => this.face(face))),
      h("div", { class: "lv-group", role: "group", "aria-label": t("颜色") }, ...colours().map(([colour, words]) => this.swatch(colour, words))),
      h("div", { class: "lv-group", role: "group", "aria-label": t("粗细") }, ...widths().map(([width, words]) => this.size(width, words))),
      h("div", { class: "lv-group", role: "group", "aria-label": t("修改") }, this.undo, this.redo, this.wipe),
    );
    this.surface = h(
      "div",
      {
        class: "lv-surface",
        tabindex: "0",
        role: "application",
        "aria-label": t("书写区。方向键移动十字，回车落笔或提笔，选“文字”后回车可在十字处打字"),
      },
      this.ink.canvas,
      this.cross,
    );
    this.listen();
    this.sized = new ResizeObserver(() => this.fit());
    this.sized.observe(this.surface);
    hand.colour = "red";
    this.update();
  }

  /** While the pen is taken up. */
  open(): void {
    this.undoKeys ??= onKeys(this.keys());
    this.surface.classList.add("lv-drawing");
    this.surface.tabIndex = 0;
    this.fit();
    this.update();
  }

  /** What was drawn stays to be seen; the surface takes nothing any more. */
  close(): void {
    this.settle();
    this.undoKeys?.();
    this.undoKeys = null;
    this.surface.classList.remove("lv-drawing");
    this.surface.tabIndex = -1;
    this.cross.hidden = true;
  }

  destroy(): void {
    this.close();
    this.sized.disconnect();
    cancelAnimationFrame(this.frame);
    window.clearInterval(this.flushing);
  }

  /** What is under way ends: the sheet is turned, the pen laid down. */
  settle(): void {
    this.commit();
    this.pointer = null;
    this.options.hand.up();
    this.stopFlushing();
  }

  update(): void {
    const { hand, sheet } = this.options;
    const shown = sheet();
    for (const [tool, element] of this.buttons) press(element, tool === hand.tool);
    for (const [colour, element] of this.swatches) press(element, colour === hand.colour);
    for (const [width, element] of this.sizes) press(element, width === hand.width);
    this.undo.disabled = shown === null || !hand.canUndo(shown);
    this.redo.disabled = shown === null || !hand.canRedo(shown);
    this.wipe.disabled = shown === null || this.options.board.visible(shown).length === 0;
    this.surface.dataset.tool = hand.tool;
    this.paint();
  }

  private keys(): Record<string, (event: KeyboardEvent) => void> {
    const found: Record<string, () => void> = { z: () => this.back(), y: () => this.again() };
    for (const face of this.faces) found[face.key.toLowerCase()] = () => this.choose(face);
    return found;
  }

  // -- tools ------------------------------------------------------------------------------------------------------------

  private face(face: ToolFace): HTMLElement {
    const element = this.action(face.words, face.image, face.key, () => this.choose(face));
    element.dataset.tool = face.tool;
    this.buttons.set(face.tool, element);
    return element;
  }

  private choose(face: ToolFace): void {
    this.settle();
    this.options.hand.tool = face.tool;
    announce(face.words);
    this.options.changed();
  }

  private action(words: string, image: string, key: string, onclick: () => void): HTMLButtonElement {
    const element = h("button", {
      type: "button",
      class: "btn btn-square lv-tool",
      "aria-label": words,
      title: key ? `${words}（${key}）` : words,
      "aria-keyshortcuts": key || null,
      onclick,
    });
    fill(element, icon(image, 20) as unknown as Node);
    return element;
  }

  private swatch(colour: Colour, words: string): HTMLElement {
    const spot = h("span", { class: "lv-spot" });
    spot.style.backgroundColor = COLOURS[colour];
    const choose = (): void => {
      this.options.hand.colour = colour;
      this.options.changed();
    };
    const element = h("button", { type: "button", class: "btn btn-square lv-tool", "aria-label": words, title: words, onclick: choose }, spot);
    this.swatches.set(colour, element);
    return element;
  }

  private size(width: Width, words: string): HTMLElement {
    const spot = h("span", { class: `lv-thick lv-thick-${width}` });
    const choose = (): void => {
      this.options.hand.width = width;
      this.options.changed();
    };
    const element = h("button", { type: "button", class: "btn btn-square lv-tool", "aria-label": words, title: words, onclick: choose }, spot);
    this.sizes.set(width, element);
    return element;
  }

  private back(): void {
    const sheet = this.options.sheet();
    if (sheet === null) return;
    this.settle();
    this.options.hand.undo(sheet);
    announce(t("已撤销"));
    this.options.changed();
  }

  private again(): void {
    const sheet = this.options.sheet();
    if (sheet === null) return;
    this.options.hand.redo(sheet);
    announce(t("已重做"));
    this.options.changed();
  }

  private async clear(): Promise<void> {
    const sheet = this.options.sheet();
    if (sheet === null) return;
    const question = { title: t("清空这一页的板书吗？"), text: t("讲义本身不变。清空后还可以撤销。"), yes: t("清空"), no: t("不清空") };
    if (!(await ask(this.options.root, question)) || this.options.sheet() !== sheet) return;
    this.options.hand.clear(sheet);
    this.options.changed();
  }

  // -- drawing ----------------------------------------------------------------------------------------------------------

  private listen(): void {
    const { surface } = this;
    surface.addEventListener("pointerdown", (event) => this.press(event));
    surface.addEventListener("pointermove", (event) => this.drag(event));
    for (const type of ["pointerup", "pointercancel"] as const) surface.addEventListener(type, (event) => this.lift(event));
    surface.addEventListener("keydown", (event) => this.key(event));
    surface.addEventListener("focus", () => this.showCross(surface.matches(":focus-visible")));
    surface.addEventListener("blur", () => this.showCross(false));
  }

  private press(event: PointerEvent): void {
    const sheet = this.options.sheet();
    if (event.pointerType === "pen") this.stylus = true;
    if (sheet === null || event.button !== 0 || this.pointer !== null || (this.stylus && event.pointerType === "touch")) return;
    event.preventDefault();
    this.surface.focus({ preventScroll: true });
    this.showCross(false);
    if (this.options.hand.tool === "text") return this.writeAt(...this.place(event));
    this.pointer = event.pointerId;
    this.surface.setPointerCapture(event.pointerId);
    this.options.hand.down(sheet, ...this.place(event));
    this.startFlushing();
    this.paint();
  }

  private drag(event: PointerEvent): void {
    if (event.pointerId !== this.pointer) return;
    const moves = event.getCoalescedEvents?.() ?? [];
    for (const move of moves.length ? moves : [event]) this.options.hand.move(...this.place(move));
    this.paint();
  }

  private lift(event: PointerEvent): void {
    if (event.pointerId !== this.pointer) return;
    this.pointer = null;
    this.options.hand.up();
    this.stopFlushing();
    this.options.changed();
  }

  private place(event: { clientX: number; clientY: number }): [number, number] {
    const box = this.surface.getBoundingClientRect();
    return [((event.clientX - box.left) / box.width) * WIDTH, ((event.clientY - box.top) / box.height) * HEIGHT];
  }

  private key(event: KeyboardEvent): void {
    const sheet = this.options.sheet();
    if (event.target !== this.surface || sheet === null) return;
    const { hand } = this.options;
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "z") {
      event.preventDefault();
      return event.shiftKey ? this.again() : this.back();
    }
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const way = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
    if (way) this.stride((way[0] ?? 0) * (event.shiftKey ? STRIDE / 16 : STRIDE), (way[1] ?? 0) * (event.shiftKey ? STRIDE / 16 : STRIDE));
    else if (event.key === "Enter" || event.key === " ") this.tap(sheet);
    else if (event.key === "Escape" && hand.drawing) this.settle();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  private stride(x: number, y: number): void {
    this.at = [Math.min(WIDTH, Math.max(0, this.at[0] + x)), Math.min(HEIGHT, Math.max(0, this.at[1] + y))];
    this.options.hand.move(...this.at);
    this.showCross(true);
    announce(t("横 {x}%，纵 {y}%", { x: Math.round((this.at[0] / WIDTH) * 100), y: Math.round((this.at[1] / HEIGHT) * 100) }));
    this.paint();
  }

  /** Pen down and pen up by keys. */
  private tap(sheet: string): void {
    const { hand } = this.options;
    if (hand.tool === "text") return this.writeAt(...this.at);
    if (hand.drawing) {
      hand.up();
      this.stopFlushing();
      announce(t("提笔"));
    } else {
      hand.down(sheet, ...this.at);
      if (hand.tool === "eraser") hand.up();
      else this.startFlushing();
      announce(hand.tool === "eraser" ? t("擦了一下") : t("落笔"));
    }
    this.options.changed();
  }

  private showCross(shown: boolean): void {
    this.cross.hidden = !shown;
    this.cross.style.left = `${(this.at[0] / WIDTH) * 100}%`;
    this.cross.style.top = `${(this.at[1] / HEIGHT) * 100}%`;
  }

  // -- text -------------------------------------------------------------------------------------------------------------

  private writeAt(x: number, y: number): void {
    this.commit();
    const { hand } = this.options;
    const field = h("textarea", { class: "lv-text", rows: "1", maxlength: String(TEXT_LENGTH), "aria-label": t("文字。回车写上，Shift 加回车换行，Esc 不写") });
    const box = this.surface.getBoundingClientRect();
    const size = (textSize(hand.width) / HEIGHT) * box.height;
    const left = Math.min(x, WIDTH * 0.92);
    const top = Math.min(y, HEIGHT - textSize(hand.width) * 1.3);
    field.style.left = `${(left / WIDTH) * 100}%`;
    field.style.top = `${(top / HEIGHT) * 100}%`;
    field.style.width = `${((WIDTH - left) / WIDTH) * 100}%`;
    field.style.fontSize = `${size}px`;
    field.style.color = COLOURS[hand.colour];
    field.classList.toggle("lv-text-dark", hand.colour === "white" || hand.colour === "yellow");
    field.dataset.sheet = this.options.sheet() ?? "";
    field.dataset.x = String(Math.round(left));
    field.dataset.y = String(Math.round(top));
    field.addEventListener("input", () => (field.rows = field.value.split("\n").length));
    field.addEventListener("keydown", (event) => this.typing(event));
    field.addEventListener("blur", () => this.commit());
    this.field = field;
    this.surface.append(field);
    field.focus({ preventScroll: true });
  }

  private typing(event: KeyboardEvent): void {
    event.stopPropagation();
    if (event.isComposing) return; // the Enter that chooses a word is not the one that ends the text
    if (event.key === "Escape" && this.field) this.field.value = "";
    else if (event.key !== "Enter" || event.shiftKey) return;
    event.preventDefault();
    this.commit();
    this.surface.focus({ preventScroll: true });
  }

  private commit(): void {
    const { field } = this;
    this.field = null; // taking it away makes it lose the focus, and come here again
    if (!field) return;
    const { sheet } = field.dataset; // where it was begun: the page may have been turned meanwhile
    field.remove();
    if (!sheet || !this.options.hand.write(sheet, Number(field.dataset.x), Number(field.dataset.y), field.value)) return;
    announce(t("已写上：{text}", { text: field.value }));
    this.options.changed();
  }

  // -- showing ----------------------------------------------------------------------------------------------------------

  private fit(): void {
    const width = Math.round(this.surface.clientWidth * (window.devicePixelRatio || 1));
    if (width) this.ink.resize(Math.min(MOST_PIXELS, width));
    this.paint();
  }

  /** At most once a frame. */
  private paint(): void {
    if (this.frame) return;
    this.frame = requestAnimationFrame(() => {
      this.frame = 0;
      this.ink.draw(this.options.board, this.options.sheet());
    });
  }

  private startFlushing(): void {
    this.flushing ??= window.setInterval(() => this.options.hand.flush(), BATCH_MS);
  }

  private stopFlushing(): void {
    window.clearInterval(this.flushing);
    this.flushing = undefined;
  }
}

function faces(): ToolFace[] {
  return [
    { tool: "pen", words: t("笔"), key: "P", image: pencil },
    { tool: "marker", words: t("荧光笔"), key: "H", image: highlighter },
    { tool: "line", words: t("直线"), key: "L", image: line },
    { tool: "arrow", words: t("箭头"), key: "A", image: arrow },
    { tool: "rect", words: t("方框"), key: "R", image: square },
    { tool: "ellipse", words: t("圆"), key: "O", image: circle },
    { tool: "text", words: t("文字"), key: "T", image: letter },
    { tool: "eraser", words: t("橡皮"), key: "E", image: eraser },
  ];
}

function colours(): [Colour, string][] {
  return [
    ["black", t("黑色")], ["red", t("红色")], ["blue", t("蓝色")], ["green", t("绿色")],
    ["orange", t("橙色")], ["purple", t("紫色")], ["white", t("白色")], ["yellow", t("黄色")],
  ];
}

function widths(): [Width, string][] {
  return [[1, t("细")], [2, t("中等粗细")], [3, t("粗")]];
}
