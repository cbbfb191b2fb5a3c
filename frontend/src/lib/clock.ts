/** The server's clock, as seen from here: the best of the last exchanges (the one with the shortest round trip). */
const KEEP = 8;

export class ServerClock {
  private samples: { offset: number; roundTrip: number }[] = [];

  /** Take one exchange: our time when asked, the server's answer, our time when it came (all ms since 1970). */
  sample(sent: number, server: number, received: number): void {
    const roundTrip = Math.max(0, received - sent);
    this.samples.push({ offset: server - (sent + received) / 2, roundTrip });
    if (this.samples.length > KEEP) this.samples.shift();
  }

  /** Take a time that came one way (a beat's server_ms), only while nothing better is known. */
  hint(server: number, received: number = Date.now()): void {
    if (this.samples.length === 0) this.samples.push({ offset: server - received, roundTrip: Infinity });
  }

  get synced(): boolean {
    return this.samples.some((sample) => Number.isFinite(sample.roundTrip));
  }

  /** Milliseconds to add to our clock. */
  get offset(): number {
    let best = this.samples[0];
    for (const sample of this.samples) if (best && sample.roundTrip < best.roundTrip) best = sample;
    return best?.offset ?? 0;
  }

  /** Now, by the server's clock, ms since 1970. */
  now(): number {
    return Date.now() + this.offset;
  }
}
