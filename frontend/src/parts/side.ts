/** Where the side bar has more entries than height: the one that one is at, and a bit of what stands beside it, is in sight. */
const BESIDE = 1.5;

function show(list: HTMLElement, here: HTMLElement): void {
  const room = list.getBoundingClientRect();
  const place = here.getBoundingClientRect();
  const beside = place.height * BESIDE;
  if (place.bottom + beside > room.bottom) list.scrollTop += place.bottom + beside - room.bottom;
  else if (place.top - beside < room.top) list.scrollTop -= room.top - place.top + beside;
}

/** At once, and whenever the bar becomes higher or lower, or is there at all. */
export function watchSide(): void {
  const list = document.querySelector<HTMLElement>(".side-list");
  const here = list?.querySelector<HTMLElement>("[aria-current]");
  if (list && here) new ResizeObserver(() => show(list, here)).observe(list);
}
