/** Small help for building elements in islands without a framework (and without inline styles, which CSP refuses). */
type Child = Node | string | null | undefined | false;
type Attributes = Record<string, string | number | boolean | EventListener | null | undefined>;

/** h("button", { class: "btn", onclick: go, disabled: false }, t("开始")) */
export function h<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: Child[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (typeof value === "function") element.addEventListener(name.replace(/^on/, ""), value);
    else element.setAttribute(name, value === true ? "" : String(value));
  }
  append(element, children);
  return element;
}

export function append(parent: Element, children: Child[]): void {
  for (const child of children) if (child) parent.append(child);
}

/** Replace what is inside. */
export function fill(parent: Element, ...children: Child[]): void {
  parent.textContent = "";
  append(parent, children);
}

/** A Lucide icon: `import mic from "lucide-static/icons/mic.svg?raw"`, then `icon(mic, 20)`. Hidden from screen readers. */
export function icon(source: string, size = 18): SVGElement {
  const parsed = new DOMParser().parseFromString(source.slice(source.indexOf("<svg")), "image/svg+xml");
  const svg = document.importNode(parsed.documentElement, true) as unknown as SVGElement;
  svg.setAttribute("class", "icon");
  svg.setAttribute("width", String(size));
  svg.setAttribute("height", String(size));
  svg.setAttribute("aria-hidden", "true");
  return svg;
}

const SAID_MS = 10_000;
let saying: number | undefined;

/** Say something to screen readers without moving the focus. It is taken away again: who reads on must not come upon what was true
 * a while ago. */
export function announce(text: string): void {
  const place = document.getElementById("announcer");
  if (!place) return;
  place.textContent = "";
  window.clearTimeout(saying);
  saying = window.setTimeout(() => {
    place.textContent = text;
    saying = window.setTimeout(() => (place.textContent = ""), SAID_MS);
  }, 50);
}
