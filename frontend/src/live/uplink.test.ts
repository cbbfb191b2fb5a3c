import { beforeEach, expect, test, vi } from "vitest";
import { ChunkQueue } from "./chunkQueue";
import { pageTimers } from "./timers";
import { Uplink, type UplinkOptions } from "./uplink";

class FakeSocket {
  static all: FakeSocket[] = [];
  static get last(): FakeSocket {
    return FakeSocket.all[FakeSocket.all.length - 1] as FakeSocket;
  }
  readyState = 0;
  bufferedAmount = 0;
  texts: Record<string, unknown>[] = [];
  blobs: Blob[] = [];
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: string }) => void) | null = null;
  onclose: ((event: { code: number; reason: string }) => void) | null = null;

  constructor() {
    FakeSocket.all.push(this);
  }
  open(): void {
    this.readyState = 1;
    this.onopen?.();
  }
  send(data: string | Blob): void {
    if (typeof data === "string") this.texts.push(JSON.parse(data) as Record<string, unknown>);
    else this.blobs.push(data);
  }
  close(): void {
    this.readyState = 3;
  }
  say(message: Record<string, unknown>): void {
    this.onmessage?.({ data: JSON.stringify(message) });
  }
  drop(code = 1006): void {
    this.readyState = 3;
    this.onclose?.({ code, reason: "" });
  }
  get hello(): Record<string, unknown> | undefined {
    return this.texts.filter((text) => text.t === "hello").pop();
  }
  async numbers(): Promise<number[]> {
    return Promise.all(this.blobs.map(async (blob) => new DataView(await blob.arrayBuffer()).getUint32(4)));
  }
}

const info = (id: string) => ({ id, mime: "video/mp4", width: 1280, height: 720 });
const ready = { t: "ready", epoch_no: 0, next_chunk: 0, skip: 0, acked: -1, server_ms: 0, state: "live" };

function make(options: Partial<UplinkOptions> = {}): Uplink {
  return new Uplink({
    url: () => "ws://x",
    timers: pageTimers,
    socket: () => new FakeSocket() as unknown as WebSocket,
    random: () => 0.5,
    ...options,
  });
}

function push(uplink: Uplink, epoch: ReturnType<Uplink["begin"]>, count: number): void {
  for (let index = 0; index < count; index += 1) uplink.push(epoch, new Blob([new Uint8Array(10)]), Date.now() + index * 250);
}

beforeEach(() => {
  vi.useFakeTimers();
  FakeSocket.all = [];
});

test("greets, sends in order, and lets go what the server has", async () => {
  const uplink = make();
  const epoch = uplink.begin(info("a"));
  push(uplink, epoch, 3);
  uplink.start();
  const socket = FakeSocket.last;
  socket.open();
  expect(socket.hello).toMatchObject({ epoch: "a", takeover: false, after: null, v: 1 });
  expect(socket.blobs).toHaveLength(0);
  socket.say(ready);
  expect(await socket.numbers()).toEqual([0, 1, 2]);
  socket.say({ t: "ack", chunk: 1, segment: 0 });
  expect(epoch.firstNumber).toBe(2);
});

test("after a cut the first attempt is at once and goes on from the chunk the server names", async () => {
  const uplink = make();
  const epoch = uplink.begin(info("a"));
  uplink.start();
  FakeSocket.last.open();
  FakeSocket.last.say(ready);
  push(uplink, epoch, 6);
  FakeSocket.last.say({ t: "ack", chunk: 1, segment: 0 });
  FakeSocket.last.drop();
  expect(uplink.state).toBe("waiting");
  push(uplink, epoch, 1);
  vi.advanceTimersByTime(1);
  const second = FakeSocket.last;
  expect(FakeSocket.all).toHaveLength(2);
  second.open();
  expect(second.hello).toMatchObject({ epoch: "a", after: "a" });
  second.say({ ...ready, next_chunk: 4, skip: 5, acked: 3 });
  expect(await second.numbers()).toEqual([4, 5, 6]);
});

test("pauses grow while nothing answers", () => {
  const uplink = make();
  uplink.begin(info("a"));
  uplink.start();
  FakeSocket.last.drop();
  vi.advanceTimersByTime(1);
  FakeSocket.last.drop();
  vi.advanceTimersByTime(200);
  expect(FakeSocket.all).toHaveLength(2);
  vi.advanceTimersByTime(300);
  expect(FakeSocket.all).toHaveLength(3);
});

test("a server that wants what is gone, or finds it malformed, gets a new recording", () => {
  const need = vi.fn();
  const uplink = make({ onNeedEpoch: need });
  const epoch = uplink.begin(info("a"));
  uplink.start();
  FakeSocket.last.open();
  FakeSocket.last.say(ready);
  push(uplink, epoch, 4);
  FakeSocket.last.say({ t: "ack", chunk: 2, segment: 0 });
  FakeSocket.last.say({ t: "error", code: "gap", next_chunk: 1 });
  expect(need).toHaveBeenCalledWith("gap");
  const next = uplink.begin(info("b"));
  expect(FakeSocket.last.hello).toMatchObject({ epoch: "b" });
  FakeSocket.last.say(ready);
  push(uplink, next, 1);
  FakeSocket.last.say({ t: "error", code: "malformed" });
  expect(need).toHaveBeenCalledWith("malformed");
});

test("a gap inside what is held is sent again on the same recording", async () => {
  const need = vi.fn();
  const uplink = make({ onNeedEpoch: need });
  const epoch = uplink.begin(info("a"));
  uplink.start();
  FakeSocket.last.open();
  FakeSocket.last.say(ready);
  push(uplink, epoch, 3);
  FakeSocket.last.say({ t: "error", code: "gap", next_chunk: 1 });
  expect(await FakeSocket.last.numbers()).toEqual([0, 1, 2, 1, 2]);
  expect(need).not.toHaveBeenCalled();
});

test("the next epoch is announced once the one before is wholly safe", () => {
  const uplink = make();
  const first = uplink.begin(info("a"));
  uplink.start();
  FakeSocket.last.open();
  FakeSocket.last.say(ready);
  push(uplink, first, 2);
  uplink.begin(info("b"));
  uplink.push(first, new Blob([]), Date.now(), true);
  expect(FakeSocket.last.hello).toMatchObject({ epoch: "a" });
  FakeSocket.last.say({ t: "ack", chunk: 2, segment: 1 });
  expect(FakeSocket.last.hello).toMatchObject({ epoch: "b" });
});

test("no more goes onto the wire than it takes", () => {
  const uplink = make();
  const epoch = uplink.begin(info("a"));
  uplink.start();
  FakeSocket.last.open();
  FakeSocket.last.say(ready);
  FakeSocket.last.bufferedAmount = 10 ** 6;
  push(uplink, epoch, 3);
  expect(FakeSocket.last.blobs).toHaveLength(0);
  FakeSocket.last.bufferedAmount = 0;
  vi.advanceTimersByTime(100);
  expect(FakeSocket.last.blobs).toHaveLength(3);
});

test("a line that neither answers nor drains is given up; a slow one that drains is not", () => {
  const uplink = make();
  uplink.begin(info("a"));
  uplink.start();
  const socket = FakeSocket.last;
  socket.open();
  socket.say(ready);
  socket.bufferedAmount = 900_000;
  for (let second = 0; second < 8; second += 1) {
    socket.bufferedAmount -= 50_000;
    vi.advanceTimersByTime(2000);
  }
  expect(FakeSocket.all).toHaveLength(1);
  vi.advanceTimersByTime(12_000);
  expect(FakeSocket.all.length).toBeGreaterThan(1);
});

test("a replaced tab stops for good; so does one that is refused", () => {
  const replaced = vi.fn();
  const uplink = make({ replaced });
  uplink.begin(info("a"));
  uplink.start();
  FakeSocket.last.open();
  FakeSocket.last.say({ t: "replaced" });
  vi.advanceTimersByTime(60_000);
  expect(replaced).toHaveBeenCalledOnce();
  expect(FakeSocket.all).toHaveLength(1);

  const refused = vi.fn();
  const other = make({ refused });
  other.begin(info("b"));
  other.start();
  FakeSocket.last.open();
  FakeSocket.last.say({ t: "refused", code: "other_publisher", message: "…" });
  expect(refused).toHaveBeenCalledWith("other_publisher", "…");
  expect(other.state).toBe("stopped");
});

test("takeover is asked for once, not again by a reconnect", () => {
  const uplink = make();
  uplink.begin(info("a"));
  uplink.start(true);
  FakeSocket.last.open();
  expect(FakeSocket.last.hello).toMatchObject({ takeover: true });
  FakeSocket.last.say(ready);
  FakeSocket.last.drop(1012);
  vi.advanceTimersByTime(1);
  FakeSocket.last.open();
  expect(FakeSocket.last.hello).toMatchObject({ takeover: false });
});

test("a server that lost its place gets one fresh recording, then is believed", () => {
  const refused = vi.fn();
  let uplink: Uplink;
  const need = vi.fn(() => void uplink.begin(info(`n${need.mock.calls.length}`)));
  uplink = make({ refused, onNeedEpoch: need });
  uplink.begin(info("a"));
  uplink.start();
  FakeSocket.last.open();
  FakeSocket.last.say({ t: "refused", code: "stale", message: "" });
  vi.advanceTimersByTime(1);
  FakeSocket.last.open();
  expect(FakeSocket.last.hello).toMatchObject({ epoch: "n1" });
  FakeSocket.last.say({ t: "refused", code: "stale", message: "" });
  expect(refused).toHaveBeenCalledWith("stale", "");
});

test("while the line is away recording goes on in fresh epochs, bounded", () => {
  let uplink: Uplink;
  let current: ReturnType<Uplink["begin"]>;
  const need = vi.fn(() => {
    current = uplink.begin(info(`e${need.mock.calls.length}`));
  });
  uplink = make({ onNeedEpoch: need, queue: new ChunkQueue({ seconds: 60, bytes: 10 ** 9 }) });
  current = uplink.begin(info("e0"));
  uplink.start();
  for (let second = 0; second < 300; second += 1) {
    vi.advanceTimersByTime(1000);
    uplink.push(current, new Blob([new Uint8Array(10)]), second * 1000);
  }
  expect(uplink.backlogSeconds).toBeLessThanOrEqual(62);
  expect(uplink.backlogSeconds).toBeGreaterThan(30);
  expect(uplink.queue.lostSeconds).toBeGreaterThan(200);
});

test("a recording that the server takes but makes nothing of is noticed", () => {
  const uplink = make();
  const epoch = uplink.begin(info("a"));
  uplink.start();
  FakeSocket.last.open();
  FakeSocket.last.say(ready);
  const at = (second: number): void => uplink.push(epoch, new Blob([new Uint8Array(10)]), second * 1000);
  for (let second = 0; second < 8; second += 1) at(second);
  expect(uplink.isBarren).toBe(false);
  for (let second = 8; second < 12; second += 1) at(second);
  expect(uplink.isBarren).toBe(true);
  FakeSocket.last.say({ t: "ack", chunk: 9, segment: 0 });
  expect(uplink.isBarren).toBe(false);
});
