/** Waiting for a camera's first picture: an epoch that begins before it shows the teacher's name where the camera will be, and a
 * class that comes back reads that as if the camera were off. */
import type { Timers } from "../../live/timers";

const LOOK_EVERY_MS = 40;

/** Until `there` is true, at most `mostMs`: a camera that does not wake up must not keep the voice away. */
export async function firstPicture(there: () => boolean, timers: Timers, mostMs: number): Promise<boolean> {
  const until = timers.now() + mostMs;
  while (!there()) {
    if (timers.now() >= until) return false;
    await new Promise<void>((done) => timers.after(LOOK_EVERY_MS, done));
  }
  return true;
}
