/** Pauses between attempts: the first at once, then 0.5 s doubling to `max`, each between half and whole at random. */
export function pauseBefore(attempt: number, max = 8000, random: () => number = Math.random): number {
  if (attempt <= 0) return 0;
  const full = Math.min(max, 500 * 2 ** Math.min(attempt - 1, 10));
  return full / 2 + (full / 2) * random();
}
