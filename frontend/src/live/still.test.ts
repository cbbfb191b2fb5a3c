import { beforeEach, expect, it, vi } from "vitest";
import { savedPin } from "./pin";
import { pictureChoice, Still } from "./still";
import type { LessonViewer } from "./viewer";

vi.stubGlobal("ResizeObserver", class { observe() {} disconnect() {} });

function viewer(rendition: string, page: unknown = null, poster: string | null = null, pin = "auto"): LessonViewer {
  const state = new Map([["page:now", page]]);
  return { player: { mode: "live", rendition, pin }, floor: { timeline: { state } }, poster } as unknown as LessonViewer;
}

let video: HTMLVideoElement;
let still: Still;
const picture = (): HTMLImageElement => still.element.querySelector("img") as HTMLImageElement;

beforeEach(() => {
  localStorage.clear();
  document.body.innerHTML = "<div><video></video></div>";
  video = document.querySelector("video") as HTMLVideoElement;
  still = new Still(video);
});

it("is there while only sound comes, and says why", () => {
  still.update(viewer("full"));
  expect(still.element.hidden).toBe(true);
  still.update(viewer("sound"));
  expect(still.element.hidden).toBe(false);
  expect(still.element.textContent).toContain("线路慢");
  expect(video.nextElementSibling).toBe(still.element);
  still.update(viewer("sound", null, null, "sound"));
  expect(still.element.textContent).not.toContain("线路慢");
  still.update(viewer("small"));
  expect(still.element.hidden).toBe(true);
  still.update(null);
  expect(still.element.hidden).toBe(true);
});

it("shows the page that the teacher shows, the small one of it first", () => {
  still.update(viewer("sound", { sheet: "s1", form: "page", name: "折射", number: 3 }, "/poster.jpg"));
  expect(picture().src).toContain("/live/pages/s1/thumb.webp");
  expect(picture().alt).toContain("3");
});

it("is a white board where there is one, and the newest still picture where there is no page", () => {
  still.update(viewer("sound", { sheet: "b1", form: "board", name: "", number: null }, "/poster.jpg"));
  expect(still.element.classList).toContain("lv-still-board");
  expect(picture().hidden).toBe(true);
  still.update(viewer("sound", null, "/poster.jpg"));
  expect(still.element.classList).not.toContain("lv-still-board");
  expect(picture().src).toContain("/poster.jpg");
});

it("keeps on this screen what was chosen", () => {
  const chosen = vi.fn();
  const select = pictureChoice("x", savedPin(), chosen);
  expect(select.value).toBe("auto");
  select.value = "sound";
  select.dispatchEvent(new Event("change"));
  expect(chosen).toHaveBeenCalledWith("sound");
  expect(savedPin()).toBe("sound");
  select.value = "auto";
  select.dispatchEvent(new Event("change"));
  expect(savedPin()).toBe("auto");
});
