/** Who is there: the server's list joined with the classes that were invited. Pure. */
import type { Receiver } from "../../live/config";
import type { ClassPresence, Viewers } from "../../live/protocol";

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

const ORDER: Record<Where, number> = { stalled: 0, away: 1, absent: 2, watching: 3 };

/** Schools with trouble first, then by name; classes likewise. */
export function presenceRows(receivers: readonly Receiver[], viewers: Viewers | null): SchoolRow[] {
  const schools = new Map<string, SchoolRow>();
  const school = (id: string, name: string): SchoolRow => {
    const row = schools.get(id) ?? { id, name, students: 0, classes: [] };
    schools.set(id, row);
    return row;
  };
  for (const one of viewers?.schools ?? []) {
    const row = school(one.id, one.name);
    row.students = one.students;
    row.classes = one.classes.map((each) => ({ id: each.id, name: each.name, where: each.state, lag: each.lag ?? null }));
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

function worst(row: SchoolRow): number {
  return row.classes.reduce((least, each) => Math.min(least, ORDER[each.where]), 4);
}
