/** Of what scrolls sideways: whether there is more before its left edge, and after its right one. The styles shade that edge. */
const WIDE = ".table-scroll";
const SLACK = 2; // widths are rounded

export function beyond(left: number, width: number, whole: number): { before: boolean; after: boolean } {
  return { before: left > SLACK, after: whole - width - left > SLACK };
}

function mark(box: Element): void {
  const { before, after } = beyond(box.scrollLeft, box.clientWidth, box.scrollWidth);
  box.classList.toggle("more-before", before);
  box.classList.toggle("more-after", after);
}

/** What one is at stands in the middle, as far as there is something on both sides. */
function showHere(box: Element): void {
  const here = box.querySelector(".is-here")?.getBoundingClientRect();
  if (!here) return;
  const frame = box.getBoundingClientRect();
  box.scrollLeft += here.left + here.width / 2 - frame.left - frame.width / 2;
}

/** At once, when one scrolls, when the window changes or a part opens, and in what htmx brings. */
export function watchEdges(): void {
  const all = (): void => document.querySelectorAll(WIDE).forEach(mark);
  document.querySelectorAll(WIDE).forEach(showHere);
  all();
  window.addEventListener("load", all);
  window.addEventListener("resize", all);
  document.addEventListener("htmx:afterSettle", all);
  document.addEventListener("toggle", all, true); // neither this nor the next bubbles
  const scrolled = ({ target }: Event): void => {
    if (target instanceof Element && target.matches(WIDE)) mark(target);
  };
  document.addEventListener("scroll", scrolled, { capture: true, passive: true });
}
