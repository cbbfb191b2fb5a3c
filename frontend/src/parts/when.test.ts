import { describe, expect, it } from "vitest";
import { isWanted } from "./when";

describe("a field shown for some answers", () => {
  const given = (name: string) => (name === "kind" ? ["move"] : []);

  it("is wanted for any of the answers it names", () => {
    expect(isWanted("kind=swap move", given)).toBe(true);
    expect(isWanted("kind=swap", given)).toBe(false);
  });

  it("is not wanted while nothing is answered", () => {
    expect(isWanted("access=region", given)).toBe(false);
  });

  it("takes an empty answer as an answer", () => {
    expect(isWanted("word=", () => [""])).toBe(true);
  });
});
