import { expect, test } from "vitest";
import { ChunkQueue } from "./chunkQueue";

const blob = (size: number): Blob => new Blob([new Uint8Array(size)]);
const info = (id: string) => ({ id, mime: "video/mp4", width: 1280, height: 720 });

test("chunks are numbered from nought in each epoch and let go by number", () => {
  const queue = new ChunkQueue();
  const first = queue.begin(info("a"));
  for (let index = 0; index < 4; index += 1) first.add(blob(100), index * 250, false);
  first.release(1);
  expect([first.firstNumber, first.nextNumber, first.bytes]).toEqual([2, 4, 200]);
  expect(first.at(1)).toBeUndefined();
  expect(first.at(3)?.number).toBe(3);
  expect(first.at(4)).toBeUndefined();
  expect(queue.begin(info("b")).add(blob(1), 0, false).number).toBe(0);
});

test("an epoch is done when its last chunk is safe", () => {
  const epoch = new ChunkQueue().begin(info("a"));
  epoch.add(blob(10), 0, false);
  epoch.add(blob(0), 250, true);
  epoch.release(0);
  expect(epoch.done).toBe(false);
  epoch.release(1);
  expect(epoch.done).toBe(true);
});

test("a long cut gives up the oldest epochs whole and never the one being recorded", () => {
  const queue = new ChunkQueue({ seconds: 60, bytes: 1000 });
  for (const id of ["a", "b", "c"]) {
    const epoch = queue.begin(info(id));
    for (let index = 0; index < 4; index += 1) epoch.add(blob(100), index * 1000, false);
    queue.trim();
  }
  expect(queue.bytes).toBe(800);
  expect(queue.current?.info.id).toBe("b");
  expect(queue.lostSeconds).toBe(3);
  const recording = queue.recording;
  for (let index = 0; index < 20; index += 1) recording?.add(blob(100), 4000 + index * 1000, false);
  queue.trim();
  expect(queue.length).toBe(1);
  expect(queue.current).toBe(recording);
});

test("an unanswered recording asks for a fresh epoch at a third of the bounds", () => {
  const queue = new ChunkQueue({ seconds: 60, bytes: 1e9 });
  const epoch = queue.begin(info("a"));
  epoch.add(blob(1), 0, false);
  epoch.add(blob(1), 19_000, false);
  expect(queue.wantsRotation).toBe(false);
  epoch.add(blob(1), 21_000, false);
  expect(queue.wantsRotation).toBe(true);
});
