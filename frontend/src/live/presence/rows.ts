/** Who is there: the server's list joined with the classes that were invited. Pure. */
import type { Receiver } from "../config";
import type { ClassPresence, Viewers, ViewersChange } from "../protocol";

export type Where = ClassPresence["state"] | "absent";

export interface ClassRow {
  id: string;
  name: string;
  where: Where;
  lag: number | null;
}

export interface SchoolRow {
  id: string;
  name: string;
  students: number;
  classes: ClassRow[];
}

const ORDER: Record<Where, number> = { stalled: 0, away: 1, joining: 2, watching: 3, absent: 4 };

/** Schools with trouble first, then those that are there, those nobody of whom came last; classes likewise. The server calls every invited class that is not there
 * "away"; only one that was `seen` has left. */
export function presenceRows(receivers: readonly Receiver[], viewers: Viewers | null, seen: ReadonlySet<string>): SchoolRow[] {
  const schools = new Map<string, SchoolRow>();
  const school = (id: string, name: string): SchoolRow => {
    const row = schools.get(id) ?? { id, name, students: 0, classes: [] };
    schools.set(id, row);
    return row;
  };
  for (const one of viewers?.schools ?? []) {
    const row = school(one.id, one.name);
    row.students = one.students;
    row.classes = one.classes.map((each) => {
      const where = each.state === "away" && !seen.has(each.id) ? "absent" : each.state;
      return { id: each.id, name: each.name, where, lag: each.lag ?? null };
    });
  }
  for (const receiver of receivers) {
    const row = school(receiver.organization_id, receiver.organization);
    if (row.classes.some((each) => each.id === receiver.id)) continue;
    row.classes.push({ id: receiver.id, name: receiver.name, where: "absent", lag: null });
  }
  const rows = [...schools.values()];
  for (const row of rows) row.classes.sort((a, b) => ORDER[a.where] - ORDER[b.where] || a.name.localeCompare(b.name, "zh-CN"));
  return rows.sort((a, b) => worst(a) - worst(b) || a.name.localeCompare(b.name, "zh-CN"));
}

/** The board after a change of it; the same object when there was none to change. */
export function changed(viewers: Viewers | null, change: ViewersChange): Viewers | null {
  if (!viewers) return null;
  const { classes, students, guests, set } = change;
  const left = new Map(Object.entries(change.schools));
  const schools = viewers.schools.map((school) => {
    const counted = left.get(school.id);
    left.delete(school.id);
    const rows = school.classes.map((each) => {
      const now = set[each.id];
      return now ? { ...each, state: now[0], lag: now[1], stalls: now[2] } : each;
    });
    return { ...school, classes: rows, students: counted ? counted[1] : school.students };
  });
  for (const [id, [name, count]] of left) schools.push({ id, name, classes: [], students: count });
  return { ...viewers, classes, students, guests, schools };
}

/** Classes that are there now, to be remembered as seen. */
export function present(viewers: Viewers): string[] {
  return viewers.schools.flatMap((school) => school.classes.filter((each) => each.state !== "away").map((each) => each.id));
}

function worst(row: SchoolRow): number {
  return row.classes.reduce((least, each) => Math.min(least, ORDER[each.where]), 5);
}
