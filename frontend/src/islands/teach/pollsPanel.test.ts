import { expect, test, vi } from "vitest";
import type { Poll } from "../../live/parts/shapes";
import { PollsPanel } from "./pollsPanel";
import type { TeachRoom } from "./room";

const POLL: Poll = { id: 7, type: "one", question: "负二加三等于几？", options: ["一", "负一"], picture: null, open: true } as unknown as Poll;

function panelOf(): { panel: PollsPanel; done: unknown[][]; set: (poll: Poll | null) => void } {
  const state = new Map<string, unknown>();
  const done: unknown[][] = [];
  const room = {
    config: { polls: [], lesson: { receivers: [1, 2] } },
    pages: { list: [], fileOf: vi.fn() },
    floor: { timeline: { get: (key: string) => state.get(key) }, desk: new Map() },
    do: (...what: unknown[]) => (done.push(what), Promise.resolve(true)),
  } as unknown as TeachRoom;
  const panel = new PollsPanel(room);
  const set = (poll: Poll | null): void => {
    if (poll) state.set("poll", poll);
    else state.delete("poll");
    panel.update();
  };
  return { panel, done, set };
}

const seen = (panel: PollsPanel): string[] =>
  [...panel.element.querySelectorAll<HTMLButtonElement>(".lv-running .lv-actions button")].filter((each) => !each.hidden).map((each) => each.dataset.action ?? "");

test("no button moves under a finger when a poll is closed or its results are shown", () => {
  const { panel, set } = panelOf();
  set(POLL);
  const before = seen(panel);
  expect(before).toEqual(["poll-close", "poll-show", "poll-clear"]);
  set({ ...POLL, open: false });
  expect(seen(panel)).toEqual(before);
  set({ ...POLL, open: false, results: { votes: [1, 0], people: 1 } } as Poll);
  expect(seen(panel)).toEqual(before);
});

test("a closed poll cannot be closed again, its results can be shown and it can be put away", () => {
  const { panel, done, set } = panelOf();
  set({ ...POLL, open: false });
  for (const action of ["poll-close", "poll-show", "poll-clear"]) panel.element.querySelector<HTMLButtonElement>(`[data-action=${action}]`)?.click();
  expect(done.map(([kind]) => kind)).toEqual(["poll.show", "poll.clear"]);
});
