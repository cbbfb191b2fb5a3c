/** MediaRecorder in epochs: each is one recorder from its first byte to its last. A new one starts before the old one ends. */
import type { EpochChunks, EpochInfo } from "../../live/chunkQueue";
import type { Timers } from "../../live/timers";

export interface RecorderSink {
  begin(info: EpochInfo): EpochChunks;
  push(epoch: EpochChunks, data: Blob, capturedMs: number, last?: boolean): void;
}

export interface RecorderOptions {
  mime: string;
  width: number;
  height: number;
  audioBits: number;
  keyframeMs: number;
  timesliceMs: number;
  timers: Timers;
  sink: RecorderSink;
  now: () => number;
  began?: (info: EpochInfo) => void;
}

type FullOptions = MediaRecorderOptions & { videoKeyFrameIntervalDuration?: number };

const STUCK_MS = 6000;
const RESTARTS_APART_MS = 3000;

interface Running {
  recorder: MediaRecorder;
  epoch: EpochChunks;
  heardAt: number;
}

export class EpochRecorder {
  epochs = 0;
  private running: Running | null = null;
  private videoBits = 0;
  private startedAt = -Infinity;
  private restartLater: (() => void) | null = null;
  private stopWatch: (() => void) | null = null;

  constructor(
    private readonly tracks: () => MediaStreamTrack[],
    private readonly options: RecorderOptions,
  ) {}

  start(videoBits: number): void {
    this.videoBits = videoBits;
    this.stopWatch ??= this.options.timers.every(1000, () => this.watch());
    this.next();
  }

  /** A new epoch, at another bitrate if one is given. Asked for too often, it waits: a server that refuses everything
   * must not make a storm. */
  restart(videoBits = this.videoBits): void {
    this.videoBits = videoBits;
    const wait = RESTARTS_APART_MS - (this.options.timers.now() - this.startedAt);
    if (this.restartLater) return;
    if (wait <= 0) return this.next();
    this.restartLater = this.options.timers.after(wait, () => {
      this.restartLater = null;
      if (this.stopWatch) this.next();
    });
  }

  /** End the last epoch; resolves when its last bytes were handed over. */
  stop(): Promise<void> {
    this.stopWatch?.();
    this.stopWatch = null;
    this.restartLater?.();
    this.restartLater = null;
    const running = this.running;
    this.running = null;
    return running ? finish(running) : Promise.resolve();
  }

  private next(): void {
    const before = this.running;
    this.startedAt = this.options.timers.now();
    this.running = this.launch();
    if (before) void finish(before);
  }

  private launch(): Running {
    const { mime, width, height, audioBits, keyframeMs, timesliceMs, sink, now } = this.options;
    const settings: FullOptions = {
      mimeType: mime,
      videoBitsPerSecond: this.videoBits,
      audioBitsPerSecond: audioBits,
      videoKeyFrameIntervalDuration: keyframeMs,
    };
    const recorder = new MediaRecorder(new MediaStream(this.tracks()), settings);
    const info = { id: crypto.randomUUID(), mime: recorder.mimeType || mime, width, height };
    const running: Running = { recorder, epoch: sink.begin(info), heardAt: this.options.timers.now() };
    recorder.ondataavailable = (event) => {
      if (event.data.size === 0) return;
      running.heardAt = this.options.timers.now();
      sink.push(running.epoch, event.data, now());
    };
    recorder.onstop = () => {
      sink.push(running.epoch, new Blob([]), now(), true);
      if (this.running === running) this.restart(); // it stopped by itself
    };
    recorder.onerror = () => {
      if (this.running === running) this.restart();
    };
    recorder.start(timesliceMs);
    this.epochs += 1;
    this.options.began?.(info);
    return running;
  }

  private watch(): void {
    if (this.running && this.options.timers.now() - this.running.heardAt > STUCK_MS) this.restart();
  }
}

function finish(running: Running): Promise<void> {
  const { recorder } = running;
  if (recorder.state === "inactive") return Promise.resolve();
  return new Promise((resolve) => {
    const limit = setTimeout(resolve, 3000);
    recorder.addEventListener("stop", () => {
      clearTimeout(limit);
      resolve();
    });
    recorder.stop();
  });
}
