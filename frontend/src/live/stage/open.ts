/** Which way the stage goes is the server's to say, with every greeting: from browser to browser, or by its relay. */
import type { LineOptions, Signal, StageLine } from "./line";
import { Mesh } from "./mesh";
import { Relay } from "./relay";

export interface OpenOptions extends LineOptions {
  /** This end's key. */
  key: string;
  say: (message: Record<string, unknown>) => void;
}

/** The line as the server's answer to a greeting wants it: the one that there is, if it is of that kind and of that room. */
export function lineFor(known: StageLine | null, answer: Record<string, unknown>, options: OpenOptions): StageLine {
  const mark = typeof answer.relay === "string" ? answer.relay : "";
  if (known && known.mark !== mark) known.stop();
  const line = known?.mark === mark ? known : fresh(mark, options);
  line.help(answer.ice as RTCIceServer[]);
  return line;
}

function fresh(mark: string, options: OpenOptions): StageLine {
  if (mark) return new Relay(mark, { ...options, say: (word) => options.say({ t: "relay", ...word }) });
  return new Mesh({ ...options, send: (to, data) => options.say({ t: "signal", to, data }) });
}

/** A word of another end, or of the relay, for the line. False when it was something else. */
export function heard(line: StageLine | null, message: Record<string, unknown>): boolean {
  if (message.t === "signal" && !line?.mark) line?.hear(String(message.from), message.data as Signal);
  else if (message.t === "relay" && line?.mark) line.hear(typeof message.of === "string" ? message.of : "", message.data as Signal);
  return message.t === "signal" || message.t === "relay";
}
