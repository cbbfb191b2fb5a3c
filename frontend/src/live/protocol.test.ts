import { expect, test } from "vitest";
import { chunkHeader, parseMessage, withTicket } from "./protocol";

test("a chunk's header is sixteen big-endian bytes", () => {
  const bytes = new Uint8Array(chunkHeader(0x01020304, 0x0000_0199_1234_5678, true));
  expect([...bytes]).toEqual([0x4c, 0x54, 1, 1, 1, 2, 3, 4, 0, 0, 0x01, 0x99, 0x12, 0x34, 0x56, 0x78]);
  expect(new Uint8Array(chunkHeader(0, 0, false))[3]).toBe(0);
});

test("fractions of a millisecond and the high bit of the low word survive", () => {
  const view = new DataView(chunkHeader(7, 1_795_000_123_456.7, false));
  expect(view.getBigUint64(8)).toBe(1_795_000_123_456n);
});

test("what is not a message of ours is nothing", () => {
  expect(parseMessage('{"t":"time","c":1}')).toEqual({ t: "time", c: 1 });
  for (const text of ["", "<html>", "null", "3", '"t"', "{}", '{"t":1}']) expect(parseMessage(text)).toBeNull();
});

test("a ticket is escaped and joins an address that has a query already", () => {
  expect(withTicket("/live/ws/watch", "a.b+c=")).toBe("/live/ws/watch?ticket=a.b%2Bc%3D");
  expect(withTicket("/live/ws/watch?x=1", "t")).toBe("/live/ws/watch?x=1&ticket=t");
});
