/** What to do about a player's trouble: from the mildest step to a fresh player. Pure: remembers when it last did what. */
export type Trouble = "network" | "media" | "gone" | "other" | "frozen";
export type Remedy = "wait" | "reload" | "recover" | "edge" | "rebuild";

const RECOVER_AGAIN_MS = 10_000;

export class Recovery {
  private recoveredAt = -Infinity;
  private edgeAt = -Infinity;
  private rebuilds = 0;
  private rebuiltAt = -Infinity;

  /** "gone": a segment fell out of the window. "frozen": the picture stands though there is a stream. */
  remedy(trouble: Trouble, now: number): Remedy {
    if (now - this.rebuiltAt < this.pause) return "wait";
    switch (trouble) {
      case "network":
        return "reload";
      case "media":
        if (now - this.recoveredAt < RECOVER_AGAIN_MS) return this.rebuild(now);
        this.recoveredAt = now;
        return "recover";
      case "gone":
      case "frozen":
        if (now - this.edgeAt < RECOVER_AGAIN_MS) return this.rebuild(now);
        this.edgeAt = now;
        return "edge";
      default:
        return this.rebuild(now);
    }
  }

  /** All well for a while: the next trouble is met mildly again. */
  calm(now: number): void {
    if (now - this.rebuiltAt > 60_000) this.rebuilds = 0;
  }

  /** How many fresh players in a row; after two, another rendition is worth trying. */
  get rebuildsInRow(): number {
    return this.rebuilds;
  }

  private rebuild(now: number): Remedy {
    this.rebuilds += 1;
    this.rebuiltAt = now;
    return "rebuild";
  }

  private get pause(): number {
    return this.rebuilds === 0 ? 0 : Math.min(10_000, 1000 * 2 ** Math.min(this.rebuilds - 1, 4));
  }
}
