/** Alpine (its CSP build: expressions name things, they are not evaluated), loaded by the first page that carries x-data. */
import { draft } from "./draft";
import { picker } from "./picker";
import { tabs } from "./tabs";

let started: Promise<void> | undefined;

async function begin(): Promise<void> {
  const { default: Alpine } = await import("@alpinejs/csp");
  Alpine.data("draft", draft);
  Alpine.data("picker", picker);
  Alpine.data("tabs", tabs);
  Alpine.start(); // from here on it watches the page itself, what htmx brings included
}

export function startAlpine(root: ParentNode = document): void {
  if (!started && root.querySelector("[x-data]")) started = begin();
}
