import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { backoff } from "./backoff";
import { ServerClock } from "./clock";
import { readConfig } from "./config";
import { announce } from "./dom";
import { setCatalogue, t } from "./i18n";
import { mountIslands, registerIsland, sweepIslands } from "./islands";
import { Socket } from "./socket";

describe("words", () => {
  it("fills placeholders and falls back to the Chinese source", () => {
    setCatalogue({ "已连接 {n} 个班": "{n} classes connected" });
    expect(t("已连接 {n} 个班", { n: 3 })).toBe("3 classes connected");
    expect(t("没有译文 {who}", { who: "甲" })).toBe("没有译文 甲");
  });
});

describe("the server's clock", () => {
  it("believes the exchange with the shortest round trip", () => {
    const clock = new ServerClock();
    clock.hint(5000, 1000);
    clock.sample(1000, 3500, 2000);
    clock.sample(2000, 4060, 2020);
    expect(clock.offset).toBe(2050);
    expect(clock.synced).toBe(true);
  });
});

describe("pauses", () => {
  it("grow, are jittered, and are bounded", () => {
    expect(backoff(0, 5000, () => 1)).toBe(300);
    expect(backoff(3, 5000, () => 0)).toBe(1200);
    expect(backoff(99, 5000, () => 1)).toBe(5000);
  });
});

describe("islands", () => {
  it("mount with their config, once, and are undone when they leave the page", async () => {
    const undo = vi.fn();
    const mount = vi.fn(() => undo);
    registerIsland("probe", () => Promise.resolve({ default: mount }));
    document.body.innerHTML = `<div data-island="probe" data-config="c"></div><script type="application/json" id="c">{"a":1}</script>`;
    mountIslands();
    mountIslands();
    await vi.waitFor(() => expect(mount).toHaveBeenCalledTimes(1));
    expect(mount).toHaveBeenCalledWith(expect.anything(), { a: 1 });
    expect(readConfig(document.body)).toEqual({});
    await vi.waitFor(() => expect(document.querySelector("[data-mounted]")).not.toBeNull());
    document.body.innerHTML = "";
    sweepIslands();
    expect(undo).toHaveBeenCalled();
  });

  it("say so when their chunk does not arrive", async () => {
    vi.spyOn(console, "error").mockImplementation(() => undefined);
    registerIsland("broken", () => Promise.reject(new Error("offline")));
    document.body.innerHTML = `<div data-island="broken"></div>`;
    mountIslands();
    await vi.waitFor(() => expect(document.querySelector("[role=alert]")).not.toBeNull());
  });
});

class FakeSocket {
  static made: FakeSocket[] = [];
  static readonly OPEN = 1;
  readyState = 0;
  bufferedAmount = 0;
  sent: unknown[] = [];
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: unknown }) => void) | null = null;
  onclose: ((event: { code: number; reason: string }) => void) | null = null;
  constructor(readonly url: string) {
    FakeSocket.made.push(this);
  }
  send(data: unknown): void {
    this.sent.push(data);
  }
  close(): void {
    this.readyState = 3;
  }
}

describe("sockets", () => {
  beforeEach(() => {
    vi.useFakeTimers();
    vi.stubGlobal("WebSocket", FakeSocket);
    FakeSocket.made = [];
  });
  afterEach(() => {
    vi.useRealTimers();
    vi.unstubAllGlobals();
  });
  const last = (): FakeSocket => FakeSocket.made[FakeSocket.made.length - 1] as FakeSocket;

  it("come back after a cut, and stop for good when refused", () => {
    const refused = vi.fn();
    const socket = new Socket({ url: "/live/ws/watch", refused });
    expect(last().url).toMatch(/^ws:.*\/live\/ws\/watch$/);
    last().onclose?.({ code: 1006, reason: "" });
    vi.advanceTimersByTime(400);
    expect(FakeSocket.made).toHaveLength(2);
    last().onclose?.({ code: 4001, reason: "replaced" });
    vi.advanceTimersByTime(60_000);
    expect(FakeSocket.made).toHaveLength(2);
    expect(refused).toHaveBeenCalledWith(4001, "replaced");
    expect(socket.send({ t: "x" })).toBe(false);
  });

  it("take silence for a cut cable", () => {
    const socket = new Socket({ url: "/x", silence: 5000 });
    last().readyState = 1;
    last().onopen?.();
    last().onmessage?.({ data: '{"t":"beat"}' });
    vi.advanceTimersByTime(5001);
    vi.advanceTimersByTime(6000);
    expect(FakeSocket.made.length).toBeGreaterThan(1);
    socket.stop();
  });
});

describe("announcing", () => {
  beforeEach(() => vi.useFakeTimers());
  afterEach(() => vi.useRealTimers());

  it("says one thing after another, and leaves nothing behind that was true a while ago", () => {
    document.body.innerHTML = '<div id="announcer"></div>';
    const place = document.getElementById("announcer") as HTMLElement;
    announce("老师马上就来");
    vi.advanceTimersByTime(9000);
    expect(place.textContent).toBe("老师马上就来");
    announce("下课了");
    vi.advanceTimersByTime(5000);
    expect(place.textContent).toBe("下课了");
    vi.advanceTimersByTime(6000);
    expect(place.textContent).toBe("");
  });
});
