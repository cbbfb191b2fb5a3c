import { describe, expect, it, vi } from "vitest";
import { Keeper, type Answer, type Send } from "./keeper";

const OK: Answer = { status: 200, said: {} };
const WHICH = { attempt: 1, opening: 4 };
const nothing = () => ({ kept: vi.fn(), waiting: vi.fn(), over: vi.fn() });
const settle = async () => {
  for (let n = 0; n < 20; n++) await Promise.resolve();
};

describe("saves", () => {
  it("go one after the other, and of several for one part the newest", async () => {
    const sent: Record<string, unknown>[] = [];
    const free: (() => void)[] = [];
    const send: Send = (body) => {
      sent.push(body);
      return new Promise((done) => free.push(() => done(OK)));
    };
    const keeper = new Keeper(send, nothing(), WHICH);
    for (const state of [1, 2, 3]) keeper.put({ part: "", state });
    expect(sent).toHaveLength(1);
    free[0]?.();
    await settle();
    expect(sent.map((one) => [one.seq, one.state, one.opening])).toEqual([[1, 1, 4], [2, 3, 4]]);
  });

  it("go again with the same number until they arrive", async () => {
    const seqs: unknown[] = [];
    const answers = [Promise.reject(new Error("no line")), Promise.resolve({ status: 502, said: {} }), Promise.resolve(OK)];
    const says = nothing();
    const keeper = new Keeper((body) => (seqs.push(body.seq), answers.shift() ?? Promise.resolve(OK)), says, WHICH, () => Promise.resolve());
    keeper.put({ part: "", state: 1 });
    await settle();
    expect(seqs).toEqual([1, 1, 1]);
    expect(says.waiting).toHaveBeenCalledTimes(2);
    expect(says.kept).toHaveBeenCalledTimes(1);
  });

  it("end when a newer window has it", async () => {
    const send = vi.fn(() => Promise.resolve({ status: 409, said: { why: "elsewhere" } }));
    const says = nothing();
    const keeper = new Keeper(send, says, WHICH);
    keeper.put({ part: "", state: 1 });
    await settle();
    keeper.put({ part: "", state: 2 });
    await settle();
    expect(send).toHaveBeenCalledTimes(1);
    expect(says.over).toHaveBeenCalledWith("elsewhere");
  });
});
