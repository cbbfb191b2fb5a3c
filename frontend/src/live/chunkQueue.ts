/** What was recorded and is not yet safe on the server's disk: epochs in order, each with its numbered chunks. */
export interface Chunk {
  number: number;
  capturedMs: number;
  last: boolean;
  data: Blob;
}

export interface EpochInfo {
  id: string;
  mime: string;
  width: number;
  height: number;
}

export class EpochChunks {
  readonly chunks: Chunk[] = [];
  bytes = 0;
  closed = false;
  private next = 0;

  constructor(readonly info: EpochInfo) {}

  /** Number that the next chunk will get. */
  get nextNumber(): number {
    return this.next;
  }

  /** Number of the oldest chunk still held. */
  get firstNumber(): number {
    return this.chunks[0]?.number ?? this.next;
  }

  get seconds(): number {
    const first = this.chunks[0];
    const last = this.chunks[this.chunks.length - 1];
    return first && last ? (last.capturedMs - first.capturedMs) / 1000 : 0;
  }

  add(data: Blob, capturedMs: number, last: boolean): Chunk {
    const chunk = { number: this.next, capturedMs, last, data };
    this.next += 1;
    this.chunks.push(chunk);
    this.bytes += data.size;
    if (last) this.closed = true;
    return chunk;
  }

  /** Let go of every chunk up to and including `number`. */
  release(number: number): void {
    while (this.chunks[0] && this.chunks[0].number <= number) this.bytes -= this.chunks.shift()?.data.size ?? 0;
  }

  at(number: number): Chunk | undefined {
    return this.chunks[number - this.firstNumber];
  }

  /** Nothing more will come and all of it is safe. */
  get done(): boolean {
    return this.closed && this.chunks.length === 0;
  }
}

export interface QueueLimits {
  seconds: number;
  bytes: number;
}

export class ChunkQueue {
  private readonly epochs: EpochChunks[] = [];
  /** Seconds of recording given up because the line was away for too long. */
  lostSeconds = 0;

  constructor(private readonly limits: QueueLimits = { seconds: 60, bytes: 64 * 2 ** 20 }) {}

  /** The epoch to send now: the oldest that is not wholly safe. */
  get current(): EpochChunks | undefined {
    return this.epochs[0];
  }

  get recording(): EpochChunks | undefined {
    return this.epochs[this.epochs.length - 1];
  }

  get bytes(): number {
    return this.epochs.reduce((sum, epoch) => sum + epoch.bytes, 0);
  }

  get seconds(): number {
    return this.epochs.reduce((sum, epoch) => sum + epoch.seconds, 0);
  }

  get length(): number {
    return this.epochs.length;
  }

  begin(info: EpochInfo): EpochChunks {
    const epoch = new EpochChunks(info);
    this.epochs.push(epoch);
    return epoch;
  }

  find(id: string): EpochChunks | undefined {
    return this.epochs.find((epoch) => epoch.info.id === id);
  }

  /** Take the epoch off the queue, sent or not. */
  drop(epoch: EpochChunks): void {
    const index = this.epochs.indexOf(epoch);
    if (index >= 0) this.epochs.splice(index, 1);
  }

  /** Forget everything. */
  clear(): void {
    this.epochs.length = 0;
  }

  /** True when the epoch being recorded has grown so long without an answer that a fresh one should follow: a chunk in
   * the middle cannot be left out, a whole epoch can. */
  get wantsRotation(): boolean {
    const epoch = this.recording;
    return !!epoch && (epoch.seconds > this.limits.seconds / 3 || epoch.bytes > this.limits.bytes / 3);
  }

  /** Stay inside the limits by giving up the oldest epochs, never the one being recorded. */
  trim(): void {
    while (this.epochs.length > 1 && (this.seconds > this.limits.seconds || this.bytes > this.limits.bytes)) {
      const oldest = this.epochs.shift();
      this.lostSeconds += oldest?.seconds ?? 0;
    }
  }
}
