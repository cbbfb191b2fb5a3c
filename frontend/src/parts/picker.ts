/** Selection in a list: the box in the head picks all rows of the page; the bulk bar shows when something is picked. */
interface PickerContext {
  $root: HTMLElement;
  count: number;
  boxes(): HTMLInputElement[];
  update(): void;
}

export function picker(): object {
  return {
    count: 0,
    init(this: PickerContext) {
      this.$root.addEventListener("change", (event) => {
        const box = event.target;
        if (!(box instanceof HTMLInputElement)) return;
        if (box.matches("[data-pick-all]")) this.boxes().forEach((each) => (each.checked = box.checked));
        if (box.matches("[data-pick-all], [data-pick], [data-pick-whole]")) this.update();
      });
      document.addEventListener("htmx:afterSettle", () => this.update());
      this.update();
    },
    boxes(this: PickerContext): HTMLInputElement[] {
      return Array.from(this.$root.querySelectorAll<HTMLInputElement>("input[data-pick]"));
    },
    update(this: PickerContext) {
      const boxes = this.boxes();
      this.count = boxes.filter((box) => box.checked).length;
      const all = this.$root.querySelector<HTMLInputElement>("[data-pick-all]");
      if (all) {
        all.checked = this.count > 0 && this.count === boxes.length;
        all.indeterminate = this.count > 0 && this.count < boxes.length;
      }
      // everything that matches, beyond this page: then single boxes say nothing
      const whole = this.$root.querySelector<HTMLInputElement>("[data-pick-whole]");
      if (whole && this.count === 0) whole.checked = false;
      const bar = this.$root.querySelector<HTMLElement>("[data-bulk]");
      if (bar) bar.hidden = this.count === 0;
      const said = this.$root.querySelector<HTMLElement>("[data-bulk-count]");
      if (said) said.textContent = whole?.checked ? (whole.dataset.pickWhole ?? "") : String(this.count);
    },
  };
}
