/** Segment keys sent ahead by the heartbeat, so that a change of key asks nothing of the server. */
import type { StreamKey } from "./protocol";

const KEY_ADDRESS = /\/live\/keys\/([0-9a-fA-F-]{32,36})/;
const KEEP = 512; // a replay of a long lesson names one key each ten minutes; a bound all the same

/** 32 hex digits → 16 bytes, or null. */
export function fromHex(text: string): Uint8Array<ArrayBuffer> | null {
  if (!/^[0-9a-fA-F]{32}$/.test(text)) return null;
  const bytes = new Uint8Array(16);
  for (let index = 0; index < 16; index += 1) bytes[index] = parseInt(text.slice(index * 2, index * 2 + 2), 16);
  return bytes;
}

export function keyIdOf(url: string): string | null {
  return KEY_ADDRESS.exec(url)?.[1]?.toLowerCase() ?? null;
}

export class KeyCache {
  private readonly keys = new Map<string, Uint8Array<ArrayBuffer>>();
  private waiting: { id: string; done: (key: Uint8Array<ArrayBuffer> | null) => void }[] = [];

  add(keys: readonly StreamKey[] | undefined): void {
    for (const { id, key } of keys ?? []) {
      const bytes = fromHex(key);
      if (bytes) this.put(id.toLowerCase(), bytes);
    }
  }

  get(id: string): Uint8Array<ArrayBuffer> | null {
    return this.keys.get(id) ?? null;
  }

  /** The key now, or when a message brings it within `ms`, else null. Returns a cancel function. */
  wait(id: string, ms: number, done: (key: Uint8Array<ArrayBuffer> | null) => void): () => void {
    const known = this.get(id);
    if (known) {
      const soon = setTimeout(() => done(known), 0);
      return () => clearTimeout(soon);
    }
    const entry = { id, done };
    this.waiting.push(entry);
    const timer = setTimeout(() => {
      this.forget(entry);
      done(null);
    }, ms);
    const finish = entry.done;
    entry.done = (key) => {
      clearTimeout(timer);
      finish(key);
    };
    return () => {
      clearTimeout(timer);
      this.forget(entry);
    };
  }

  private put(id: string, key: Uint8Array<ArrayBuffer>): void {
    this.keys.delete(id);
    this.keys.set(id, key);
    const oldest = this.keys.keys().next().value;
    if (this.keys.size > KEEP && oldest !== undefined) this.keys.delete(oldest);
    for (const entry of this.waiting.filter((one) => one.id === id)) {
      this.forget(entry);
      entry.done(key);
    }
  }

  private forget(entry: { id: string }): void {
    this.waiting = this.waiting.filter((one) => one !== entry);
  }
}
