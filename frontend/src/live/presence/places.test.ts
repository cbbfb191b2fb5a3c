import { beforeEach, describe, expect, it } from "vitest";
import type { Places } from "../config";
import type { Viewers } from "../protocol";
import { PresenceList } from "./list";
import { levelOf, placeRows } from "./places";
import { presenceRows } from "./rows";

const RECEIVERS = [
  { id: "1", name: "一班", organization: "甲校", organization_id: "A" },
  { id: "2", name: "二班", organization: "甲校", organization_id: "A" },
  { id: "3", name: "一班", organization: "乙校", organization_id: "B" },
  { id: "4", name: "一班", organization: "市直", organization_id: "C" },
];
const shape = (code: string, name: string): Record<string, unknown> => ({ code, name, path: "M0 0L9 0L9 9Z", x: 4, y: 4 });
const PLACES = {
  counties: [
    { code: "510725", name: "梓潼县", schools: ["A"] },
    { code: "510727", name: "平武县", schools: ["B"] },
  ],
  map: { width: 640, height: 480, schematic: true, source: "自绘", shapes: [shape("510725", "梓潼县"), shape("510727", "平武县"), shape("510703", "涪城区")] },
} as unknown as Places;
const there = (state: "watching" | "stalled"): Viewers => ({
  t: "viewers", classes: 2, students: 0, guests: 0,
  schools: [{ id: "A", name: "甲校", students: 0, classes: [{ id: "1", name: "一班", state }, { id: "2", name: "二班", state: "watching" }] }],
});

beforeEach(() => {
  document.body.textContent = "";
});

it("sums classes county by county, and shades by the share that watches", () => {
  const rows = placeRows(presenceRows(RECEIVERS, there("stalled"), new Set()), PLACES.counties);
  expect(rows).toEqual([
    { code: "510725", name: "梓潼县", all: 2, watching: 1, stalled: 1 },
    { code: "510727", name: "平武县", all: 1, watching: 0, stalled: 0 },
  ]);
  expect(rows.map(levelOf)).toEqual([2, 0]);
  expect(levelOf({ code: "", name: "", all: 100, watching: 1, stalled: 0 })).toBe(1);
  expect(levelOf({ code: "", name: "", all: 0, watching: 0, stalled: 0 })).toBe(0);
});

describe("the map beside the list", () => {
  const list = (): PresenceList => {
    const made = new PresenceList(RECEIVERS, PLACES);
    document.body.append(made.element);
    return made;
  };
  const marks = (): (string | null)[] => [...document.querySelectorAll(".map-area circle")].map((each) => each.getAttribute("visibility"));
  const schools = (): string[] => [...document.querySelectorAll(".lv-school h3 span")].map((each) => each.textContent ?? "");
  const cells = (): string[] => [...document.querySelectorAll(".lv-places-table td")].map((each) => each.textContent ?? "");

  it("marks where a class stands still, as long as it does, and its table says the same", () => {
    const made = list();
    made.update(there("stalled"), new Set());
    expect(marks()).toEqual(["visible", "hidden", "hidden"]);
    expect(document.querySelector(".map-area")?.getAttribute("aria-label")).toBe("梓潼县：2 个班，1 个在听，1 个卡住");
    expect(cells()).toEqual(["2", "1", "1", "1", "0", "0"]);
    expect(document.querySelector(".lv-places summary")?.textContent).toContain("1");
    made.update(there("watching"), new Set());
    expect(marks()).toEqual(["hidden", "hidden", "hidden"]);
    expect(cells()).toEqual(["2", "2", "0", "1", "0", "0"]);
    expect(document.querySelectorAll(".map-area[role=img]")).toHaveLength(2);
  });

  it("narrows the list to a county by its button or its area, and shows all again", () => {
    const made = list();
    made.update(there("watching"), new Set());
    const [first] = document.querySelectorAll<HTMLButtonElement>(".lv-place");
    first?.click();
    expect(first?.getAttribute("aria-pressed")).toBe("true");
    expect(schools()).toEqual(["甲校"]);
    document.querySelectorAll(".map-area")[1]?.dispatchEvent(new MouseEvent("click"));
    expect(first?.getAttribute("aria-pressed")).toBe("false");
    expect(schools()).toEqual(["乙校"]);
    document.querySelectorAll(".map-area")[1]?.dispatchEvent(new MouseEvent("click"));
    expect(schools()).toHaveLength(3);
  });

  it("is not there where all classes are of one county", () => {
    document.body.append(new PresenceList(RECEIVERS, null).element);
    expect(document.querySelector(".lv-places")).toBeNull();
  });
});
