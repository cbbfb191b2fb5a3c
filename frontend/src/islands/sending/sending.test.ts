import { describe, expect, it } from "vitest";
import { fingerprintOf, percent, reasonOf, sizeOf } from "./words";

describe("sending a file", () => {
  it("says sizes and how far it is", () => {
    expect(sizeOf(500)).toBe("500 字节");
    expect(sizeOf(1536)).toBe("1.5 KB");
    expect(sizeOf(2 * 1024 ** 3)).toBe("2 GB");
    expect(percent(1, 3)).toBe(33);
    expect(percent(0, 0)).toBe(0);
  });

  it("knows the same file again, and no other of its name", () => {
    const file = { name: "a.mp4", size: 9, lastModified: 1 };
    expect(fingerprintOf(file, "/u/")).toBe(fingerprintOf({ ...file }, "/u/"));
    expect(fingerprintOf(file, "/u/")).not.toBe(fingerprintOf({ ...file, lastModified: 2 }, "/u/"));
    expect(fingerprintOf(file, "/u/")).not.toBe(fingerprintOf({ ...file, size: 8 }, "/u/"));
  });

  it("says that the line is down when nobody answered", () => {
    expect(reasonOf(new Error("x"))).toContain("网断了");
  });
});
