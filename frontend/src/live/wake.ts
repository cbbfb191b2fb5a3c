/**
 * Notices that the line is cut, and that it is whole again. Whatever is asked for during a cut waits for clocks that double with each
 * vain try, and browsers let a new question wait for an old one's connection: half a minute may go by before the first answer, on a line
 * that is whole. So nothing is asked for while the line is dead, but a new socket is tried again and again, which waits for nobody; and
 * at its first answer, whatever that is, loading goes on.
 */
import { socketAddress } from "../lib/socket";

const TROUBLE_MS = 1500;
const EVERY_MS = 700;
const PATIENCE_MS = 1800;
const TRIES = 2;
const LONG_MS = 60_000;
const EVERY_LONG_MS = 4000;

/** Whether anybody answers at the platform's address, be it with a refusal. */
export function answers(): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = new WebSocket(socketAddress("/_/front"));
    const timer = window.setTimeout(() => done(false), PATIENCE_MS);
    const done = (answered: boolean): void => {
      window.clearTimeout(timer);
      resolve(answered);
      socket.onopen = socket.onerror = null;
      socket.close();
    };
    socket.onopen = () => done(true);
    // a refusal is an answer too, but not the device's own word that it has no line at all
    socket.onerror = () => done(navigator.onLine);
  });
}

export class Wake {
  dead = false;
  private failures = 0;
  private askedAt = -Infinity;
  private asking = false;

  constructor(
    private readonly changed: (dead: boolean) => void,
    private readonly ask: () => Promise<boolean> = answers,
  ) {}

  /** `trouble`: for how long nothing has come that was asked for, or the picture stands, ms. */
  step(now: number, trouble: number): void {
    if (trouble < TROUBLE_MS && !this.dead) {
      this.failures = 0;
      return;
    }
    if (this.asking || now - this.askedAt < (trouble > LONG_MS ? EVERY_LONG_MS : EVERY_MS)) return;
    this.askedAt = now;
    this.asking = true;
    void this.ask().then((answered) => {
      this.asking = false;
      this.failures = answered ? 0 : this.failures + 1;
      const dead = answered ? false : this.dead || this.failures >= TRIES;
      if (dead === this.dead) return;
      this.dead = dead;
      this.changed(dead);
    });
  }

  /** Another lesson, or none. */
  forget(): void {
    this.dead = false;
    this.failures = 0;
  }
}
