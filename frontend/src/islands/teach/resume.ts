/** Remembers within this tab which lesson it was sending, so that a reload in mid-lesson goes straight on. */
interface Memory {
  epoch: string;
  at: number;
}

const key = (lesson: string): string => `lantian-live-${lesson}`;
const FRESH_MS = 3 * 3600 * 1000;

export function remember(lesson: string, epoch: string): void {
  try {
    sessionStorage.setItem(key(lesson), JSON.stringify({ epoch, at: Date.now() }));
  } catch {
    // storage may be forbidden; a reload then asks for a click
  }
}

export function recall(lesson: string): Memory | null {
  try {
    const memory = JSON.parse(sessionStorage.getItem(key(lesson)) ?? "null") as Memory | null;
    return memory && Date.now() - memory.at < FRESH_MS ? memory : null;
  } catch {
    return null;
  }
}

export function forget(lesson: string): void {
  try {
    sessionStorage.removeItem(key(lesson));
  } catch {
    // nothing was kept
  }
}

/** Classes that came to this lesson at any time. */
export function recallSeen(lesson: string): Set<string> {
  try {
    return new Set(JSON.parse(sessionStorage.getItem(`${key(lesson)}-seen`) ?? "[]") as string[]);
  } catch {
    return new Set();
  }
}

export function rememberSeen(lesson: string, seen: ReadonlySet<string>): void {
  try {
    sessionStorage.setItem(`${key(lesson)}-seen`, JSON.stringify([...seen]));
  } catch {
    // the list then forgets them at a reload
  }
}

/** A reload, not a duplicated tab: a copy must ask before it takes the lesson over. */
export function wasReloaded(): boolean {
  const [entry] = performance.getEntriesByType("navigation") as PerformanceNavigationTiming[];
  return entry?.type === "reload";
}
