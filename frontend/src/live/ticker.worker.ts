/** Runs in a Worker: keeps timers and posts a timer's id whenever it is due. */
export type TickerCommand = { id: number; ms: number; repeat: boolean } | { id: number; cancel: true };

const cancels = new Map<number, () => void>();

/** Repeats without drifting: each tick is due at a whole number of periods after the first. */
function repeat(id: number, ms: number): void {
  let due = performance.now() + ms;
  let handle: ReturnType<typeof setTimeout>;
  const tick = (): void => {
    postMessage(id);
    const now = performance.now();
    due += ms;
    if (due < now) due = now + ms; // the machine was asleep: no burst
    handle = setTimeout(tick, due - now);
    cancels.set(id, () => clearTimeout(handle));
  };
  handle = setTimeout(tick, ms);
  cancels.set(id, () => clearTimeout(handle));
}

onmessage = (event: MessageEvent<TickerCommand>): void => {
  const command = event.data;
  if ("cancel" in command) {
    cancels.get(command.id)?.();
    cancels.delete(command.id);
  } else if (command.repeat) {
    repeat(command.id, command.ms);
  } else {
    const handle = setTimeout(() => {
      cancels.delete(command.id);
      postMessage(command.id);
    }, command.ms);
    cancels.set(command.id, () => clearTimeout(handle));
  }
};
