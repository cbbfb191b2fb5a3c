/** SCORM 1.2 and 2004 by scorm-again: packages find `API` or `API_1484_11` in the window around theirs, which is this one. */
import { outOf, snapshot, type CommitObject } from "./cmi";
import type { Config, Kept, Part, Run, Tell } from "./types";

interface Api {
  cmi: { entry?: string; core?: { entry: string } };
  loadFromJSON: (data: Record<string, unknown>, path: string) => void;
  renderCommitObject: (ended: boolean, withTime: boolean) => unknown;
  on: (name: string, react: () => void) => void;
  isInitialized: () => boolean;
  lmsFinish: (nothing: string) => string;
}
type ApiClass = new (settings: Record<string, unknown>) => Api;

const SETTINGS = { autocommit: false, logLevel: 5, strict_errors: true };
const QUIET_MS = 800;

async function classOf(kind: string): Promise<ApiClass> {
  // its types speak of a default export, its modules have none
  if (kind === "scorm12") return ((await import("scorm-again/scorm12")) as unknown as { Scorm12API: ApiClass }).Scorm12API;
  return ((await import("scorm-again/scorm2004")) as unknown as { Scorm2004API: ApiClass }).Scorm2004API;
}

export async function play(place: HTMLElement, config: Config, run: Run, tell: Tell): Promise<void> {
  const newer = config.kind === "scorm2004";
  const Class = await classOf(config.kind);
  const open = config.parts.filter((part) => part.href);
  const data: Record<string, Kept> = { ...run.data };
  const frame = document.createElement("iframe");
  frame.className = "sco";
  frame.title = "SCORM";
  frame.allowFullscreen = true;
  let leave: () => void = () => undefined;

  const show = (part: Part): void => {
    leave();
    const api = new Class(SETTINGS);
    api.loadFromJSON(outOf(part, data[part.id], newer, run.learner), "cmi");
    let timer: number | undefined;
    let over = false;
    const save = (ended: boolean): void => {
      window.clearTimeout(timer);
      const kept = snapshot(api.renderCommitObject(ended, true) as CommitObject, newer);
      data[part.id] = { state: kept.state, seconds: kept.seconds };
      tell({ type: "save", save: { part: part.id, ...kept } });
    };
    const soon = (): void => {
      window.clearTimeout(timer);
      timer = window.setTimeout(() => save(false), QUIET_MS);
    };
    const end = (): void => {
      over = true;
      save(true);
    };
    for (const name of newer ? ["Initialize", "SetValue.cmi.*"] : ["LMSInitialize", "LMSSetValue.cmi.*"]) api.on(name, soon);
    api.on(newer ? "Commit" : "LMSCommit", () => save(false));
    api.on(newer ? "Terminate" : "LMSFinish", end);
    Object.assign(window, newer ? { API_1484_11: api } : { API: api });
    leave = () => {
      if (api.isInitialized() && !over) save(false);
    };
    frame.src = config.files + part.href.split("/").map(encodeURIComponent).join("/") + part.query;
    mark(part);
  };

  const buttons = new Map<string, HTMLButtonElement>();
  const mark = (part: Part): void => {
    for (const [id, button] of buttons) {
      if (id === part.id) button.setAttribute("aria-current", "true");
      else button.removeAttribute("aria-current");
    }
    frame.title = part.title;
  };

  if (open.length > 1) place.append(contents(config.parts, buttons, show));
  place.append(frame);
  const first = open.find((part) => part.id === run.place) ?? open[0];
  if (!first) throw new Error("nothing to open");
  window.addEventListener("pagehide", () => leave());
  show(first);
}

/** The table of contents: a list beside the part, above it on a phone. */
function contents(parts: Part[], buttons: Map<string, HTMLButtonElement>, show: (part: Part) => void): HTMLElement {
  const nav = document.createElement("nav");
  nav.className = "contents";
  nav.setAttribute("aria-label", "目录 Contents");
  for (const part of parts) {
    const line = document.createElement(part.href ? "button" : "p");
    line.className = `line depth-${part.depth}`;
    line.textContent = part.title;
    if (line instanceof HTMLButtonElement) {
      line.type = "button";
      line.addEventListener("click", () => show(part));
      buttons.set(part.id, line);
    }
    nav.append(line);
  }
  return nav;
}
