import { afterEach, expect, test, vi } from "vitest";
import { causeWords, findCause } from "./cause";

afterEach(() => {
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

function world(online: boolean, answers: boolean): void {
  vi.spyOn(navigator, "onLine", "get").mockReturnValue(online);
  vi.stubGlobal("fetch", () => (answers ? Promise.resolve(new Response("")) : Promise.reject(new TypeError("no"))));
}

test("a door that answers clears the network of all blame, whatever the browser thinks of it", async () => {
  world(true, true);
  expect(await findCause()).toBe("platform");
  world(false, true);
  expect(await findCause()).toBe("platform");
});

test("the network is blamed only where the browser has none", async () => {
  world(false, false);
  expect(await findCause()).toBe("offline");
  world(true, false);
  expect(await findCause()).toBe("unknown");
  expect(causeWords("platform").join()).not.toContain("网络");
});
