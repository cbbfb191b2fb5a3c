/** Tabs by the ARIA pattern: arrows move, Home and End jump. Without script all panels are shown one below another. */
interface TabsContext {
  $root: HTMLElement;
}

export function tabs(): object {
  return {
    init(this: TabsContext & { choose(index: number, focus: boolean): void; buttons(): HTMLElement[] }) {
      const at = this.buttons().findIndex((button) => `#${button.getAttribute("aria-controls")}` === location.hash);
      this.choose(Math.max(0, at), false);
      this.$root.addEventListener("click", (event) => {
        const index = this.buttons().findIndex((button) => button.contains(event.target as Node));
        if (index >= 0) this.choose(index, true);
      });
      this.$root.addEventListener("keydown", (event) => {
        const all = this.buttons();
        const index = all.indexOf(event.target as HTMLElement);
        const last = all.length - 1;
        const next = { ArrowRight: index + 1, ArrowLeft: index - 1, Home: 0, End: last }[event.key];
        if (index < 0 || next === undefined) return;
        event.preventDefault();
        this.choose(next < 0 ? last : next > last ? 0 : next, true);
      });
    },
    buttons(this: TabsContext): HTMLElement[] {
      return Array.from(this.$root.querySelectorAll<HTMLElement>('[role="tab"]'));
    },
    choose(this: { buttons(): HTMLElement[] }, index: number, focus: boolean): void {
      this.buttons().forEach((button, at) => {
        const on = at === index;
        button.setAttribute("aria-selected", String(on));
        button.tabIndex = on ? 0 : -1;
        const panel = document.getElementById(button.getAttribute("aria-controls") ?? "");
        if (panel) panel.hidden = !on;
        if (on && focus) button.focus();
      });
    },
  };
}
