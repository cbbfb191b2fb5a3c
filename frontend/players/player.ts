/** Our page on the content origin: it plays an H5P or SCORM package and tells the platform's page, by messages, what is to be kept.
 *
 * Packages of that origin can reach into this page, so nothing here is secret and nothing that leaves here is believed. */
import type { Config, Run } from "./types";

const config = JSON.parse(document.getElementById("player-config")?.textContent ?? "{}") as Config;
const place = document.getElementById("player") as HTMLElement;

function tell(message: Record<string, unknown>): void {
  if (window.parent !== window) window.parent.postMessage({ lantian: 1, ...message }, config.platform);
}

async function play(run: Run): Promise<void> {
  const player = config.kind === "h5p" ? await import("./h5p") : await import("./scorm");
  await player.play(place, config, run, tell);
  tell({ type: "playing" });
}

let begun = false;
window.addEventListener("message", (event: MessageEvent) => {
  const data = event.data as { lantian?: number; type?: string; run?: Run } | null;
  if (event.source !== window.parent || event.origin !== config.platform || data?.lantian !== 1) return;
  if (data.type !== "start" || !data.run || begun) return;
  begun = true;
  play(data.run).catch((error: unknown) => tell({ type: "failed", what: String(error).slice(0, 200) }));
});
tell({ type: "ready" });
