import { expect, it } from "vitest";
import { h } from "./dom";
import { Rows } from "./rows";

interface Entry {
  key: string;
  words: string;
}

function list(): { place: HTMLElement; rows: Rows<Entry> } {
  const place = h("ul");
  document.body.append(place);
  const make = (): { element: HTMLElement; draw: (entry: Entry) => void } => {
    const button = h("button");
    return { element: h("li", {}, button), draw: (entry) => (button.textContent = entry.words) };
  };
  return { place, rows: new Rows<Entry>(place, (entry) => entry.key, make) };
}

it("keeps the element and the focus of a row whose words change, whoever goes before it", () => {
  const { place, rows } = list();
  rows.draw([{ key: "a", words: "one" }, { key: "b", words: "two" }]);
  const button = place.querySelectorAll("button")[1];
  button?.focus();
  rows.draw([{ key: "b", words: "three" }, { key: "c", words: "four" }]);
  expect(place.querySelector("button")).toBe(button);
  expect(document.activeElement).toBe(button);
  expect(place.textContent).toBe("threefour");
});

it("puts rows in the order asked for, and makes one anew that had gone", () => {
  const { place, rows } = list();
  const draw = (keys: string): void => rows.draw([...keys].map((key) => ({ key, words: key })));
  for (const keys of ["abc", "cab", "", "bca", "ab"]) {
    draw(keys);
    expect(place.textContent).toBe(keys);
  }
});
