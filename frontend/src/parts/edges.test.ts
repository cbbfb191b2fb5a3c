import { describe, expect, it } from "vitest";
import { beyond } from "./edges";

describe("what scrolls sideways", () => {
  it("has nothing beyond its edges while it fits, to a pixel or two", () => {
    expect(beyond(0, 358, 358)).toEqual({ before: false, after: false });
    expect(beyond(0, 358, 359)).toEqual({ before: false, after: false });
  });

  it("has more after its right edge first, then on both sides, and at its end before the left one", () => {
    expect(beyond(0, 358, 640)).toEqual({ before: false, after: true });
    expect(beyond(100, 358, 640)).toEqual({ before: true, after: true });
    expect(beyond(282, 358, 640)).toEqual({ before: true, after: false });
  });
});
