/** The teacher's side of the lesson in tabs: who is there, questions, hands, tools. The tabs' insides come when the lesson is live. */
import { fill, h } from "../../lib/dom";
import { number, t } from "../../lib/i18n";
import { setText, show } from "../../live/ui";
import type { TeachRoom } from "./room";

export interface DeskPanel {
  readonly element: HTMLElement;
  update(): void;
  /** Rows that were asked for. */
  told?(message: Record<string, unknown>): void;
  /** What has come and was not looked at. */
  readonly unread?: number;
}

interface Tab {
  id: string;
  words: string;
  button: HTMLButtonElement;
  count: HTMLElement;
  place: HTMLElement;
  panel: DeskPanel | null;
}

export class Desk {
  readonly element = h("div", { class: "lv-desk" });
  private readonly tabs: Tab[];
  private current = 0;
  private loading: Promise<void> | null = null;

  constructor(
    private readonly room: TeachRoom,
    classes: DeskPanel,
  ) {
    this.tabs = [
      this.tab("classes", t("课堂"), classes),
      this.tab("polls", t("提问"), null),
      this.tab("hands", t("举手"), null),
      this.tab("stage", t("连线"), null),
      this.tab("tools", t("工具"), null),
      this.tab("chat", t("讨论"), null),
      this.tab("side", t("助教"), null),
    ];
    const list = h("div", { class: "lv-tabs", role: "tablist", "aria-label": t("课堂活动") }, ...this.tabs.map((tab) => tab.button));
    list.addEventListener("keydown", (event) => this.turn(event));
    fill(this.element, list, ...this.tabs.map((tab) => tab.place));
    room.told = (message) => this.tabs.forEach((tab) => tab.panel?.told?.(message));
    this.select(0, false);
  }

  update(): void {
    this.loading ??= this.load();
    for (const tab of this.tabs) {
      tab.panel?.update();
      const count = this.waiting(tab);
      setText(tab.count, count ? number(count) : "");
      show(tab.count, count > 0);
    }
  }

  /** How many wait for the teacher in a tab. */
  private waiting(tab: Tab): number {
    const { desk } = this.room.floor;
    if (tab.id === "hands" || tab.id === "chat") return (desk.get(tab.id === "hands" ? "hands" : "reports") as { count: number } | undefined)?.count ?? 0;
    return tab.panel?.unread ?? 0;
  }

  private tab(id: string, words: string, panel: DeskPanel | null): Tab {
    const count = h("span", { class: "lv-tab-count", hidden: true });
    const index = (): number => this.tabs.findIndex((tab) => tab.id === id);
    const button = h("button", { type: "button", class: "lv-tab", role: "tab", id: `desk-tab-${id}`, "aria-controls": `desk-${id}`, onclick: () => this.select(index(), false) }, words, count);
    const place = h("div", { class: "lv-tab-place", role: "tabpanel", id: `desk-${id}`, "aria-labelledby": `desk-tab-${id}` }, panel?.element);
    return { id, words, button, count, place, panel };
  }

  private select(index: number, focus: boolean): void {
    this.current = index;
    this.tabs.forEach((tab, at) => {
      tab.button.setAttribute("aria-selected", String(at === index));
      tab.button.tabIndex = at === index ? 0 : -1;
      show(tab.place, at === index);
    });
    if (focus) this.tabs[index]?.button.focus();
    if (this.loading) this.update(); // what waited in it has been seen
  }

  private turn(event: KeyboardEvent): void {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    this.select((this.current + step + this.tabs.length) % this.tabs.length, true);
  }

  private async load(): Promise<void> {
    try {
      const { makePanels } = await import("./deskPanels");
      const panels = makePanels(this.room);
      for (const tab of this.tabs) {
        tab.panel ??= panels[tab.id] ?? null;
        if (tab.panel && !tab.panel.element.isConnected) fill(tab.place, tab.panel.element);
      }
    } catch {
      this.loading = null; // the line was cut: again at the next change
    }
    this.room.refresh();
  }
}
