/** H5P by h5p-standalone: where one was comes from H5P itself (`contentUserData`), how well from its xAPI statements. */
import type { Config, Run, Save, Tell } from "./types";

interface Statement {
  verb?: { id?: string };
  context?: { contextActivities?: { parent?: unknown[] } };
  result?: { completion?: boolean; success?: boolean; score?: { raw?: number; min?: number; max?: number; scaled?: number } };
}
interface Core {
  instances?: { getCurrentState?: () => unknown }[];
}
interface Hosts {
  H5PStandalone: { H5P: new (element: HTMLElement, options: Record<string, unknown>) => PromiseLike<unknown> };
  H5P: Core & { externalDispatcher: { on: (name: string, react: (event: { data: { statement: Statement } }) => void) => void } };
}

const ID = "package";
const LOOK_MS = 2000;
const QUIET_MS = 300;
const DONE = ["completed", "answered", "passed", "failed", "mastered"];

function load(address: string): Promise<void> {
  return new Promise((done, fail) => {
    const script = document.createElement("script");
    script.src = address;
    script.onload = () => done();
    script.onerror = () => fail(new Error(address));
    document.head.append(script);
  });
}

/** What of a statement is about the whole, and what it says: parts of it tell of their own. */
export function scoreOf(statement: Statement): Partial<Save> | undefined {
  const verb = statement.verb?.id?.split("/").pop() ?? "";
  if (!DONE.includes(verb) || statement.context?.contextActivities?.parent?.length) return undefined;
  const score = statement.result?.score;
  const found: Partial<Save> = { status: verb === "passed" || verb === "failed" ? verb : "completed" };
  if (score) Object.assign(found, { raw: score.raw, least: score.min, most: score.max, scaled: score.scaled });
  return found;
}

/** Where one is now, as H5P itself would keep it: it does so seconds later, and only where it may send it somewhere. */
function stateIn(holder: HTMLElement, host: Hosts): string | undefined {
  const inner = holder.querySelector("iframe")?.contentWindow as (Window & { H5P?: Core }) | null | undefined;
  const one = (inner?.H5P ?? host.H5P).instances?.[0];
  try {
    const found = one?.getCurrentState?.();
    return found === undefined ? undefined : JSON.stringify(found);
  } catch {
    return undefined; // not every content type is ready for it at any time
  }
}

export async function play(place: HTMLElement, config: Config, run: Run, tell: Tell): Promise<void> {
  const kept = run.data[""] ?? {};
  const began = Date.now();
  await load("/players/h5p/main.bundle.js");
  const host = window as unknown as Hosts;
  const holder = document.createElement("div");
  holder.className = "h5p-place";
  place.append(holder);
  const state = typeof kept.state === "string" ? kept.state : undefined;
  await new host.H5PStandalone.H5P(holder, {
    id: ID,
    h5pJsonPath: config.files.replace(/\/$/, ""),
    frameJs: "/players/h5p/frame.bundle.js",
    frameCss: "/players/h5p/styles/h5p.css",
    frame: false,
    icon: false,
    copyright: true,
    saveFreq: 3,
    contentUserData: state === undefined ? [] : [{ state }],
    reportingIsEnabled: true,
  });
  const told: Partial<Save> = kept.score === undefined ? {} : { scaled: kept.score };
  if (kept.status) told.status = kept.status;
  let last = "";
  const save = (): void => {
    const now = stateIn(holder, host) ?? state ?? null;
    const seconds = (kept.seconds ?? 0) + Math.round((Date.now() - began) / 1000);
    const key = JSON.stringify([now, told]);
    if (key === last) return;
    last = key;
    tell({ type: "save", save: { part: "", state: now, seconds, ...told } });
  };
  host.H5P.externalDispatcher.on("xAPI", (event) => {
    const found = scoreOf(event.data.statement);
    if (found) Object.assign(told, { raw: undefined, least: undefined, most: undefined, scaled: undefined }, found);
    window.setTimeout(save, QUIET_MS); // some change their state after they have told of it
  });
  window.setInterval(save, LOOK_MS);
  window.addEventListener("pagehide", save);
}
