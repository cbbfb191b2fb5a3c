import { expect, test } from "vitest";
import { toldByPlayer } from "./facts";

test("what the room's player told is taken from the address", () => {
  const query = new URLSearchParams({ player: JSON.stringify({ error: "fragLoadError", stalls: 3 }) });
  expect(toldByPlayer(`?${query.toString()}`)).toEqual({ error: "fragLoadError", stalls: 3 });
});

test.each(["", "?player=", "?player=[1]", "?player=null", "?player={", "?player=7"])("nonsense is nothing: %s", (search) => {
  expect(toldByPlayer(search)).toEqual({});
});
