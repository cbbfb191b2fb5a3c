import { beforeEach, describe, expect, it, vi } from "vitest";
import { Floor } from "../floor";
import { ChatCard, type ChatOptions } from "./card";
import { waitFor } from "./shapes";
import { SideCard } from "./side";
import { Timeline } from "../timeline";

const said = (n: number, text: string, part = "student"): Record<string, unknown> => ({ n, text, part, name: `某${n}`, school: "一中", ms: 1000 });
const CLASS = "c1";

function floorWith(state: Record<string, unknown>, desk: Record<string, unknown> = {}): { floor: Floor; sent: Record<string, unknown>[] } {
  const sent: Record<string, unknown>[] = [];
  const floor = new Floor({ send: (message) => sent.push(message) > 0, now: () => 0, changed: () => undefined });
  floor.hear({ t: "room", seq: 9, state, you: {}, desk });
  return { floor, sent };
}

function chatOf(floor: Floor, more: Partial<ChatOptions> = {}): ChatCard {
  const card = new ChatCard({ timeline: floor.timeline, floor, speaks: true, reports: true, hosts: false, now: () => 10_000, ...more });
  document.body.append(card.element);
  return card;
}

const words = (card: { element: HTMLElement }): string[] => [...card.element.querySelectorAll(".lc-log .lc-text")].map((each) => each.textContent ?? "");
const form = (card: { element: HTMLElement }): HTMLFormElement => card.element.querySelector("form") as HTMLFormElement;

beforeEach(() => {
  document.body.textContent = "";
});

describe("the chat", () => {
  it("is not there while it is closed and empty, and is read only once it is closed", () => {
    const { floor } = floorWith({});
    const card = chatOf(floor);
    expect(card.element.hidden).toBe(true);
    floor.timeline.snapshot(10, { chat: { open: true, slow: 0 }, "chat:1": said(1, "在吗") });
    card.update();
    expect([card.element.hidden, form(card).hidden]).toEqual([false, false]);
    floor.timeline.snapshot(11, { chat: { open: false, slow: 0 }, "chat:1": said(1, "在吗") });
    card.update();
    expect(form(card).hidden).toBe(true);
    expect(card.element.textContent).toContain("关闭了讨论");
  });

  it("keeps the rows it has and takes out what was hidden", () => {
    const { floor } = floorWith({ chat: { open: true, slow: 0 }, "chat:2": said(2, "二"), "chat:1": said(1, "一") });
    const card = chatOf(floor);
    expect(words(card)).toEqual(["一", "二"]);
    const row = card.element.querySelector('[data-n="2"]');
    floor.hear({ t: "events", events: [{ seq: 10, kind: "chat.hide", at: 1, ms: 1, now: true, set: { "chat:1": null } }] });
    floor.hear({ t: "events", events: [{ seq: 11, kind: "chat.say", at: 1, ms: 1, now: true, set: { "chat:11": said(11, "<b>三</b>") } }] });
    card.update();
    expect(words(card)).toEqual(["二", "<b>三</b>"]);
    expect(card.element.querySelector('[data-n="2"]')).toBe(row);
  });

  it("is sent, and cleared when it stands; a refusal keeps the words and says why", async () => {
    const { floor, sent } = floorWith({ chat: { open: true, slow: 0 } });
    const card = chatOf(floor);
    const input = card.element.querySelector("input") as HTMLInputElement;
    input.value = "听懂了";
    form(card).requestSubmit();
    expect(sent[0]).toMatchObject({ kind: "chat.say", data: { text: "听懂了" } });
    floor.hear({ t: "not", id: sent[0]?.id, code: "word", message: "" });
    await vi.waitFor(() => expect(card.element.textContent).toContain("不文明"));
    expect(input.value).toBe("听懂了");
    form(card).requestSubmit();
    floor.hear({ t: "done", id: sent[1]?.id, seq: 12, you: { said: 5 } });
    await vi.waitFor(() => expect(input.value).toBe(""));
  });

  it("says how long one has to wait, and nothing else to whom is silenced", () => {
    const { floor } = floorWith({ chat: { open: true, slow: 30 } });
    floor.own.set("said", 0);
    const card = chatOf(floor);
    expect(card.element.textContent).toContain("请等 20 秒");
    floor.own.set("silenced", true);
    card.update();
    expect(form(card).hidden).toBe(true);
    expect([waitFor(undefined, 30, 5), waitFor(0, 30, 10_000), waitFor(0, 0, 500), waitFor(0, 5, 6000)]).toEqual([0, 20, 1, 0]);
  });

  it("lets a reader report others, the sending side hide and silence, and a screen do nothing", () => {
    const state = { chat: { open: true, slow: 0 }, "chat:1": said(1, "一"), "chat:2": said(2, "二", "teach") };
    const { floor, sent } = floorWith(state, { reports: { count: 1, first: [{ ...said(1, "一"), count: 3, why: "" }] } });
    const labels = (card: ChatCard, where = ".lc-log"): string[] => [...card.element.querySelectorAll(`${where} button`)].map((each) => each.textContent ?? "");
    expect(labels(chatOf(floor))).toEqual(["举报"]);
    expect(labels(chatOf(floor, { reports: false, speaks: false }))).toEqual([]);
    const host = chatOf(floor, { hosts: true });
    expect(labels(host)).toEqual(["隐藏", "禁言", "隐藏"]);
    expect(labels(host, ".lc-desk")).toEqual(["隐藏", "禁言", "没有问题"]);
    host.element.querySelector<HTMLButtonElement>(".lc-toggle")?.click();
    host.element.querySelector<HTMLButtonElement>(".lc-desk button")?.click();
    expect(sent.map((each) => [each.kind, each.data])).toEqual([["chat.set", { open: false }], ["chat.hide", { n: 1 }]]);
  });

  it("stands in a replay as it was at the moment, and on a screen with the newest alone, with nothing to press", () => {
    const events = [1, 2, 3].map((n) => ({ seq: n, kind: "chat.say", at: n * 10, ms: n, set: { [`chat:${n}`]: said(n, String(n)) } }));
    const timeline = new Timeline(() => undefined);
    timeline.load(events);
    const card = new ChatCard({ timeline, floor: null, speaks: true, reports: true, hosts: true, now: () => 0, newest: 2 });
    timeline.seek(25);
    card.update();
    expect(words(card)).toEqual(["1", "2"]);
    expect(form(card).hidden).toBe(true);
    expect(card.element.querySelectorAll(".lc-log button, .lc-settings")).toHaveLength(0);
    timeline.seek(30);
    card.update();
    expect(words(card)).toEqual(["2", "3"]);
    timeline.seek(5);
    card.update();
    expect(words(card)).toEqual([]);
  });

  it("is one stop for the tab key; arrows lead through it", () => {
    const { floor } = floorWith({ chat: { open: true, slow: 0 }, ...Object.fromEntries([1, 2, 3].map((n) => [`chat:${n}`, said(n, String(n))])) });
    const card = chatOf(floor);
    const buttons = [...card.element.querySelectorAll<HTMLButtonElement>(".lc-log button")];
    expect(buttons.map((each) => each.tabIndex)).toEqual([-1, -1, 0]);
    buttons[2]?.focus();
    buttons[2]?.dispatchEvent(new KeyboardEvent("keydown", { key: "ArrowUp", bubbles: true }));
    expect(document.activeElement).toBe(buttons[1]);
  });
});

describe("the side channel", () => {
  const desk = { [`side:${CLASS}:5`]: { ...said(5, "投影黑了", "room"), to: CLASS }, [`heads:${CLASS}`]: { class: CLASS, name: "一班", school: "一中", present: 41, expected: 43 } };
  const receivers = [{ id: CLASS, name: "一班", organization: "一中", organization_id: "o" }];

  it("lets the sending side answer one room or all, and shows the head counts", () => {
    const { floor, sent } = floorWith({}, desk);
    const card = new SideCard({ floor, hosts: true, receivers, heads: null });
    expect(card.unread).toBe(1);
    card.read();
    expect(card.unread).toBe(0);
    expect(card.element.textContent).toContain("41");
    card.element.querySelector<HTMLButtonElement>(".lc-log button")?.click();
    (card.element.querySelector("input") as HTMLInputElement).value = "请重启";
    form(card).requestSubmit();
    expect(sent[0]).toMatchObject({ kind: "side.say", data: { text: "请重启", to: CLASS } });
  });

  it("asks an assistant for the head count of the own room, and takes the answer where the page for it goes", async () => {
    const asked = vi.fn(() => Promise.resolve(new Response(JSON.stringify({ present: null, expected: 43 }))));
    vi.stubGlobal("fetch", asked);
    const { floor, sent } = floorWith({}, {});
    const card = new SideCard({ floor, hosts: false, receivers, heads: "/desk/heads/l/c/" });
    const count = card.element.querySelector(".lr-count") as HTMLInputElement;
    await vi.waitFor(() => expect(count.value).toBe("43"));
    count.value = "41";
    form(card).requestSubmit();
    await vi.waitFor(() => expect(asked).toHaveBeenCalledTimes(2));
    expect((asked.mock.calls as unknown as [string, RequestInit][])[1]?.[1].body?.toString()).toBe("present=41&note=");
    (card.element.querySelector(".lc-input") as HTMLInputElement).value = "到齐了";
    (card.element.querySelectorAll("form")[1] as HTMLFormElement).requestSubmit();
    expect(sent[0]).toMatchObject({ kind: "side.say", data: { text: "到齐了" } });
    vi.unstubAllGlobals();
  });
});
