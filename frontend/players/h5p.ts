/** H5P by h5p-standalone: where one was comes from H5P itself (`contentUserData`), how well from its xAPI statements. */
import type { Config, Run, Save, Tell } from "./types";

interface Statement {
  verb?: { id?: string };
  context?: { contextActivities?: { parent?: unknown[] } };
  result?: { completion?: boolean; success?: boolean; score?: { raw?: number; min?: number; max?: number; scaled?: number } };
}
interface Hosts {
  H5PStandalone: { H5P: new (element: HTMLElement, options: Record<string, unknown>) => PromiseLike<unknown> };
  H5P: { externalDispatcher: { on: (name: string, react: (event: { data: { statement: Statement } }) => void) => void } };
  H5PIntegration: { contents: Record<string, { contentUserData?: { state?: string }[] }> };
}

const ID = "package";
const LOOK_MS = 2000;
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
    const now = host.H5PIntegration.contents[`cid-${ID}`]?.contentUserData?.[0]?.state ?? state ?? null;
    const seconds = (kept.seconds ?? 0) + Math.round((Date.now() - began) / 1000);
    const key = JSON.stringify([now, told]);
    if (key === last) return;
    last = key;
    tell({ type: "save", save: { part: "", state: now, seconds, ...told } });
  };
  host.H5P.externalDispatcher.on("xAPI", (event) => {
    const found = scoreOf(event.data.statement);
    if (found) Object.assign(told, { raw: undefined, least: undefined, most: undefined, scaled: undefined }, found);
    // H5P puts its state aside a moment after its statement
    window.setTimeout(save, found ? 600 : LOOK_MS);
  });
  window.setInterval(save, LOOK_MS);
  window.addEventListener("pagehide", save);
}
