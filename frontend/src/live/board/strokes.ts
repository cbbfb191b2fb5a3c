/** Geometry of the whiteboard in whole numbers; the twin of `lantian/teach/live/engine/strokes.py`, point for point.
 *
 * A point lies in a frame of 16 000 by 9 000. Lists are flat, [x0, y0, x1, y1, …]; packed ones hold the first point, then steps. */
export const WIDTH = 16_000;
export const HEIGHT = 9_000;
export const TOLERANCE = 6;

export function pack(points: readonly number[]): number[] {
  return points.map((value, index) => (index < 2 ? value : value - (points[index - 2] as number)));
}

export function unpack(packed: readonly number[]): number[] {
  const points: number[] = [];
  packed.forEach((value, index) => points.push(index < 2 ? value : value + (points[index - 2] as number)));
  return points;
}

/** The same line with as few of its points as keep it within `tolerance` units; both ends stay. */
export function simplify(points: readonly number[], tolerance = TOLERANCE): number[] {
  const count = points.length / 2;
  if (count < 3) return [...points];
  const keep = new Uint8Array(count);
  keep[0] = keep[count - 1] = 1;
  const stretches: [number, number][] = [[0, count - 1]];
  for (let stretch = stretches.pop(); stretch; stretch = stretches.pop()) {
    const [first, last] = stretch;
    const middle = farthest(points, first, last, tolerance);
    if (middle === null) continue;
    keep[middle] = 1;
    stretches.push([first, middle], [middle, last]);
  }
  return points.filter((_value, index) => keep[index >> 1] === 1);
}

function farthest(points: readonly number[], first: number, last: number, tolerance: number): number | null {
  const at = (index: number): number => points[index] as number;
  const x = at(2 * first);
  const y = at(2 * first + 1);
  const wayX = at(2 * last) - x;
  const wayY = at(2 * last + 1) - y;
  const length = Math.sqrt(wayX * wayX + wayY * wayY);
  let found: number | null = null;
  let most = length ? tolerance * length : tolerance;
  for (let index = first + 1; index < last; index += 1) {
    const offX = at(2 * index) - x;
    const offY = at(2 * index + 1) - y;
    const off = length ? Math.abs(wayX * offY - wayY * offX) : Math.sqrt(offX * offX + offY * offY);
    if (off > most) [found, most] = [index, off];
  }
  return found;
}

/** Distance in units from a point to a line of points; what an eraser goes by. */
export function distance(points: readonly number[], x: number, y: number): number {
  let least = Infinity;
  for (let index = 0; index < points.length; index += 2) {
    const [x1, y1] = [points[index] as number, points[index + 1] as number];
    const [x2, y2] = [points[index + 2] ?? x1, points[index + 3] ?? y1];
    const square = (x2 - x1) ** 2 + (y2 - y1) ** 2;
    const share = square ? Math.min(1, Math.max(0, ((x - x1) * (x2 - x1) + (y - y1) * (y2 - y1)) / square)) : 0;
    least = Math.min(least, Math.hypot(x - x1 - share * (x2 - x1), y - y1 - share * (y2 - y1)));
  }
  return least;
}
