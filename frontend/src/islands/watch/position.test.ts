import { beforeEach, expect, test } from "vitest";
import { savedPosition, savePosition } from "./position";

beforeEach(() => localStorage.clear());

test("a place in the middle is kept, the very beginning and end are not", () => {
  savePosition("a", 600, 2400);
  expect(savedPosition("a")).toBe(600);
  savePosition("a", 2395, 2400);
  expect(savedPosition("a")).toBe(0);
  savePosition("a", 5, 2400);
  expect(savedPosition("a")).toBe(0);
  expect(savedPosition("b")).toBe(0);
});
