/** Why nothing comes from the server, as far as a browser can tell: a school's cable must not be blamed for a server that is
 * down. `offline`: this device has no network; `platform`: its door answers, the lesson behind it does not; else `unknown`. */
import { t } from "../lib/i18n";

export type Cause = "offline" | "platform" | "unknown";

const DOOR = "/_/front"; // answered by the front door itself
const PATIENCE_MS = 4000;

export async function findCause(): Promise<Cause> {
  const abort = new AbortController();
  const timer = window.setTimeout(() => abort.abort(), PATIENCE_MS);
  // without credentials it has connections of its own: one that was begun in vain is in nobody's way afterwards
  const answer = await fetch(DOOR, { cache: "no-store", credentials: "omit", signal: abort.signal }).catch(() => null);
  window.clearTimeout(timer);
  if (answer) return "platform"; // also where a computer without a network runs the platform itself
  return navigator.onLine ? "unknown" : "offline";
}

/** Title and advice. */
export function causeWords(cause: Cause): [string, string] {
  switch (cause) {
    case "offline":
      return [t("这台设备没有连上网络"), t("请检查网络；恢复后自动继续。")];
    case "platform":
      return [t("平台暂时没有回应"), t("不用刷新，平台一恢复就自动继续。")];
    default:
      return [t("连不上平台，正在重试"), t("可能是网络，也可能是平台；一恢复就自动继续，不用刷新。")];
  }
}
