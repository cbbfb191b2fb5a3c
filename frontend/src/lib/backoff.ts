/** Pause in ms before attempt number `attempt` (0 first): 0.3 s doubling up to `max`, half of it random, so that a thousand
 * classes do not come back in the same instant. */
export function backoff(attempt: number, max = 5000, random: () => number = Math.random): number {
  const full = Math.min(max, 300 * 2 ** Math.min(attempt, 10));
  return full / 2 + (full / 2) * random();
}
