/** A table whose cells are changed in place: arrows move between cells, Enter in a choice saves, Escape gives up. */
function cellOf(target: EventTarget | null): HTMLTableCellElement | null {
  return target instanceof HTMLElement ? target.closest<HTMLTableCellElement>("[data-grid] td") : null;
}

function step(cell: HTMLTableCellElement, down: number, right: number): HTMLElement | null {
  const row = cell.parentElement as HTMLTableRowElement;
  const body = row.parentElement as HTMLTableSectionElement;
  const rows = Array.from(body.rows);
  const next = rows[rows.indexOf(row) + down]?.cells[cell.cellIndex + right];
  return next?.querySelector<HTMLElement>("a, button, select") ?? null;
}

const MOVES: Record<string, [number, number]> = {
  ArrowUp: [-1, 0],
  ArrowDown: [1, 0],
  ArrowLeft: [0, -1],
  ArrowRight: [0, 1],
};

export function watchGrids(): void {
  document.addEventListener("keydown", (event) => {
    const cell = cellOf(event.target);
    if (!cell || event.altKey || event.ctrlKey || event.metaKey) return;
    const form = cell.querySelector("form");
    if (form) {
      if (event.key === "Escape") {
        event.preventDefault();
        form.querySelector<HTMLElement>("[data-cell-cancel]")?.click();
      } else if (event.key === "Enter" && event.target instanceof HTMLSelectElement) {
        event.preventDefault();
        form.requestSubmit();
      }
      return;
    }
    const move = MOVES[event.key];
    const next = move && step(cell, ...move);
    if (next) {
      event.preventDefault();
      next.focus();
    }
  });
}
