import { beforeEach, expect, test, vi } from "vitest";
import { Captions } from "./captions";
import { type FilmConfig, FilmRoom } from "./room";

const FILM: FilmConfig = {
  id: "a",
  title: "一次函数",
  master: "",
  original: "/resources/versions/a/file/",
  poster: "",
  seconds: 100,
  width: 1280,
  height: 720,
  chapters: [],
  subtitles: [],
};

let video: HTMLVideoElement;
let room: FilmRoom;

beforeEach(() => {
  localStorage.clear();
  video = document.createElement("video");
  video.play = vi.fn(() => Promise.resolve());
  document.body.append(video);
  room = new FilmRoom(FILM, video, () => undefined);
});

test("nothing is fetched before somebody wants to see it; a chapter begins there", async () => {
  expect(video.hasAttribute("src")).toBe(false);
  room.seekTo(40);
  await Promise.resolve();
  expect(video.getAttribute("src")).toBe(FILM.original);
  video.dispatchEvent(new Event("loadedmetadata"));
  expect(video.currentTime).toBe(40);
  room.destroy();
});

test("a player that could not be fetched may be asked for again", async () => {
  vi.doMock("../../live/player", () => {
    throw new Error("the line is away");
  });
  const parts = new FilmRoom({ ...FILM, master: "/film.m3u8" }, video, () => undefined);
  await parts.begin();
  expect(parts.begun).toBe(false);
  parts.destroy();
  vi.doUnmock("../../live/player");
});

test("what the browser does not play is said", () => {
  room.togglePlay();
  video.dispatchEvent(new Event("error"));
  expect(room.trouble).toBe("unplayable");
  room.destroy();
});

test("subtitles are off until they are chosen, and chosen again with the next film", () => {
  const tracks = [{ mode: "disabled" }, { mode: "disabled" }];
  Object.defineProperty(video, "textTracks", { value: tracks });
  Object.defineProperty(HTMLTrackElement.prototype, "track", { value: new EventTarget(), configurable: true });
  const said = [
    { language: "zh-CN", label: "中文", url: "/a.vtt" },
    { language: "en", label: "英语", url: "/b.vtt" },
  ];
  const captions = new Captions(video, said);
  expect(tracks.map((one) => one.mode)).toEqual(["disabled", "disabled"]);
  captions.choice.value = "1";
  captions.choice.dispatchEvent(new Event("change"));
  expect(tracks.map((one) => one.mode)).toEqual(["disabled", "hidden"]);
  captions.toggle();
  expect(captions.choice.value).toBe("-1");
  captions.toggle();
  expect(captions.choice.value).toBe("1");
  expect(new Captions(video, said).choice.value).toBe("1");
  expect(new Captions(video, said.slice(0, 1)).choice.value).toBe("-1");
  expect(new Captions(video, []).choice.hidden).toBe(true);
  expect(new Captions(video, said).choice.value, "films without that language leave the choice alone").toBe("1");
});
