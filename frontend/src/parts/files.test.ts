import { describe, expect, it } from "vitest";
import { pickedWords } from "./files";

describe("what is picked", () => {
  it("is said to be nothing, and that there may be several", () => {
    expect(pickedWords([], false)).toBe("还没有选文件");
    expect(pickedWords([], true)).toBe("还没有选文件，可以选几个");
  });

  it("is called by its name, several by how many and which", () => {
    expect(pickedWords(["名单.xlsx"], true)).toBe("名单.xlsx");
    expect(pickedWords(["一.csv", "二.csv"], true)).toBe("2 个文件：一.csv、二.csv");
  });
});
