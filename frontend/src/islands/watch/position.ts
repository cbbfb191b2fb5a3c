/** Where one stopped in a replay, kept on this device. */
const key = (lesson: string): string => `lantian-replay-${lesson}`;
const EDGE = 20;

export function savePosition(lesson: string, position: number, length: number): void {
  try {
    const worth = position > EDGE && position < length - EDGE;
    if (worth) localStorage.setItem(key(lesson), position.toFixed(1));
    else localStorage.removeItem(key(lesson));
  } catch {
    // storage may be forbidden
  }
}

export function savedPosition(lesson: string): number {
  try {
    const position = Number(localStorage.getItem(key(lesson)));
    return Number.isFinite(position) && position > 0 ? position : 0;
  } catch {
    return 0;
  }
}
