import { expect, test } from "vitest";
import { browserChecks, cameraCheck, deviceFault, type Environment, microphoneCheck, passes, screenCheck, soundCheck } from "./checks";
import { uploadFault } from "./pages";
import { presenceRows } from "../../live/presence/rows";
import { contain, cover, effectiveMain, frameRate, insetBox, stageBoxes } from "./scene";

const GOOD: Environment = {
  secure: true, mediaDevices: true, recorder: true, canvasCapture: true, worker: true, mime: "video/mp4", screenShare: true, phone: false,
};

test("an insecure address and an old browser are told apart, with what to do", () => {
  expect(browserChecks({ ...GOOD, secure: false })[0]).toMatchObject({ id: "secure", level: "stop" });
  expect(browserChecks({ ...GOOD, secure: false })[0]?.help).toContain("https");
  expect(browserChecks({ ...GOOD, mime: null })[0]?.help).toContain("126");
  expect(browserChecks(GOOD)[0]?.level).toBe("ok");
});

test("a lesson may begin without camera, not without microphone", () => {
  expect(passes([cameraCheck("missing"), microphoneCheck("ok")])).toBe(true);
  expect(passes([cameraCheck("denied"), microphoneCheck("ok")])).toBe(true);
  expect(passes([cameraCheck("ok"), microphoneCheck("denied")])).toBe(false);
  expect(passes([cameraCheck("unasked"), microphoneCheck("ok")])).toBe(false);
  expect(soundCheck("ok", true)?.level).toBe("warn");
  expect(soundCheck("denied", true)).toBeNull();
  expect(screenCheck({ ...GOOD, screenShare: false, phone: true })?.text).toContain("手机");
});

test("what a failed getUserMedia means", () => {
  const fault = (name: string): string => deviceFault(new DOMException("", name));
  expect(["NotAllowedError", "NotReadableError", "NotFoundError", "OverconstrainedError"].map(fault)).toEqual(["denied", "busy", "missing", "missing"]);
});

test("geometry: whole pages, filled cameras, corners inside the frame", () => {
  const frame = { x: 0, y: 0, width: 1280, height: 720 };
  expect(contain({ width: 600, height: 800 }, frame)).toEqual({ x: 370, y: 0, width: 540, height: 720 });
  expect(cover({ width: 640, height: 480 }, frame)).toEqual({ x: 0, y: 60, width: 640, height: 360 });
  for (const corner of ["top-left", "top-right", "bottom-left", "bottom-right"] as const) {
    const box = insetBox(corner, frame);
    expect(box.x).toBeGreaterThan(0);
    expect(box.x + box.width).toBeLessThan(1280);
    expect(box.y + box.height).toBeLessThan(720);
  }
});

test("what is missing falls back to the camera; still pages need few pictures", () => {
  const scene = { main: "screen", inset: true, corner: "top-left" } as const;
  expect(effectiveMain(scene, { screen: false, pages: true })).toBe("camera");
  expect(effectiveMain({ ...scene, main: "pages" }, { screen: false, pages: true })).toBe("pages");
  expect(frameRate("pages", false, true, 25)).toBe(15);
  expect(frameRate("pages", true, true, 25)).toBe(25);
  expect(frameRate("camera", true, false, 25)).toBe(15);
});

test("files that cannot be pages are refused before they travel", () => {
  const limits = { bytes: 50 * 2 ** 20, types: [".pdf", ".png"] };
  expect(uploadFault({ name: "课.PDF", size: 10 }, limits)).toBeNull();
  expect(uploadFault({ name: "课.pptx", size: 10 }, limits)).toContain("PDF");
  expect(uploadFault({ name: "课", size: 10 }, limits)).not.toBeNull();
  expect(uploadFault({ name: "a.pdf", size: 51 * 2 ** 20 }, limits)).toContain("50 MB");
  expect(uploadFault({ name: "a.pdf", size: 0 }, limits)).not.toBeNull();
});

test("the board joins those invited with those present, trouble first", () => {
  const receivers = [
    { id: "1", name: "一班", organization: "甲校", organization_id: "A" },
    { id: "2", name: "二班", organization: "甲校", organization_id: "A" },
    { id: "3", name: "一班", organization: "乙校", organization_id: "B" },
  ];
  const rows = presenceRows(receivers, {
    t: "viewers", classes: 2, students: 4, guests: 0,
    schools: [
      { id: "A", name: "甲校", students: 4, classes: [{ id: "1", name: "一班", state: "watching", lag: 2.4 }, { id: "2", name: "二班", state: "away" }] },
      { id: "C", name: "丙校", students: 0, classes: [{ id: "9", name: "三班", state: "stalled" }] },
    ],
  }, new Set());
  expect(rows.map((row) => row.name)).toEqual(["丙校", "甲校", "乙校"]);
  const left = { id: "A", name: "甲校", students: 0, classes: [{ id: "2", name: "二班", state: "away" as const }] };
  const later = presenceRows(receivers, { t: "viewers", classes: 0, students: 0, guests: 0, schools: [left] }, new Set(["2"]));
  expect(later.find((row) => row.id === "A")?.classes.find((each) => each.id === "2")?.where).toBe("away");
  expect(rows.find((row) => row.id === "A")?.classes.map((each) => each.where)).toEqual(["watching", "absent"]);
  expect(presenceRows(receivers, null, new Set()).flatMap((row) => row.classes).every((each) => each.where === "absent")).toBe(true);
});

test("called-in classes stand inside the picture, and none covers another", () => {
  const frame = { width: 1280, height: 720 };
  for (const look of ["row", "even", "one"] as const) {
    for (const count of [0, 1, 2, 3, 4, 5, 6]) {
      const { main, guests, tiled } = stageBoxes(look, count, count - 1, frame);
      expect(guests).toHaveLength(count);
      for (const box of [main, ...guests]) {
        expect(box.x >= 0 && box.y >= 0 && box.x + box.width <= 1280 && box.y + box.height <= 720).toBe(true);
        expect(Math.abs(box.width / box.height - 16 / 9)).toBeLessThan(0.05);
      }
      const beside = tiled ? [main, ...guests] : guests.filter((box) => box.width < 1280);
      for (const [index, one] of beside.entries()) {
        for (const two of beside.slice(index + 1)) {
          const apart = one.x + one.width <= two.x || two.x + two.width <= one.x || one.y + one.height <= two.y || two.y + two.height <= one.y;
          expect(apart).toBe(true);
        }
      }
    }
  }
  expect(stageBoxes("one", 2, 1, frame).guests[1]).toEqual({ x: 0, y: 0, width: 1280, height: 720 });
  expect(stageBoxes("one", 2, -1, frame).main).toEqual({ x: 0, y: 0, width: 1280, height: 720 });
});
