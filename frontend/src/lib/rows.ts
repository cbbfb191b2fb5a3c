/** A list whose rows stay the same elements while what they say changes: what a finger is on, or the focus, is not exchanged under it. */
export interface Row<T> {
  readonly element: HTMLElement;
  draw(entry: T): void;
}

export class Rows<T> {
  private readonly made = new Map<string, Row<T>>();

  constructor(
    private readonly place: Element,
    private readonly key: (entry: T) => string,
    private readonly make: (entry: T) => Row<T>,
  ) {}

  draw(entries: readonly T[]): void {
    const wanted = new Set(entries.map(this.key));
    for (const [key, row] of this.made) {
      if (wanted.has(key)) continue;
      row.element.remove();
      this.made.delete(key);
    }
    let next = this.place.firstElementChild;
    for (const entry of entries) {
      const row = this.row(entry);
      row.draw(entry);
      // an element that is put where it is already would lose the focus all the same
      if (row.element === next) next = next.nextElementSibling;
      else this.place.insertBefore(row.element, next);
    }
  }

  private row(entry: T): Row<T> {
    const key = this.key(entry);
    const known = this.made.get(key);
    if (known) return known;
    const row = this.make(entry);
    this.made.set(key, row);
    return row;
  }
}
