import { expect, test } from "vitest";
import { clockOf, secondsOf } from "./clock";

test.each([
  ["75", 75],
  ["2:30", 150],
  [" 2：30 ", 150],
  ["1:02:03", 3723],
  ["12:05.5", 725.5],
])("%s is %d seconds", (text, seconds) => {
  expect(secondsOf(text)).toBe(seconds);
});

test.each(["", "x", "1:75", "1:60:00", "-3", "1:2:3:4"])("%s is no moment", (text) => {
  expect(secondsOf(text)).toBeNull();
});

test("moments are written as the server writes them", () => {
  expect([0, 59.6, 150, 3723].map(clockOf)).toEqual(["0:00", "1:00", "2:30", "1:02:03"]);
});
