/** Opening and ending a session by HTTP, and keeping the computer awake meanwhile. */
import { post } from "../../lib/config";
import { t } from "../../lib/i18n";
import type { Session, WatchConfig } from "../../live/config";

export interface Fault {
  code: string;
  message: string;
}

/** The session to publish into, or why not. */
export async function openSession(url: string): Promise<Session | Fault> {
  try {
    const answer = await post(url);
    const body = (await answer.json()) as { session?: Session; error?: string; message?: string };
    if (answer.ok && body.session) return body.session;
    return { code: body.error ?? "failed", message: body.message ?? t("服务器没有答应开课，请稍后再试。") };
  } catch {
    return { code: "network", message: t("连不上服务器。请检查网络后再点一次。") };
  }
}

/** End it without a socket. Rejects when the server cannot be reached or refuses. */
export async function endSession(url: string): Promise<string | null> {
  const answer = await post(url);
  if (!answer.ok) throw new Error(String(answer.status));
  return ((await answer.json()) as { replay: string | null }).replay;
}

/** Let it last so many minutes longer: when it ends then (ms), or why it cannot. */
export async function extendSession(url: string, minutes: number): Promise<number | Fault> {
  try {
    const answer = await post(url, { minutes: String(minutes) });
    const body = (await answer.json()) as { planned_end_ms?: number; error?: string; message?: string };
    if (answer.ok && body.planned_end_ms) return body.planned_end_ms;
    return { code: body.error ?? "failed", message: body.message ?? t("没能延长，请稍后再试。") };
  } catch {
    return { code: "network", message: t("连不上服务器。请检查网络后再点一次。") };
  }
}

/** How the lesson stands by now, for a page that is not the one that sends; null when that cannot be known. */
export async function lessonNow(watchUrl: string): Promise<{ over: "ended" | "cancelled" | null; session: Session["state"] | null } | null> {
  const answer = await fetch(`${watchUrl}?format=json`, {
    credentials: "same-origin",
    headers: { Accept: "application/json" },
    redirect: "manual",
  }).catch(() => null);
  const now = answer?.ok ? ((await answer.json().catch(() => null)) as WatchConfig | null) : null;
  if (!now) return null;
  const { state } = now.lesson;
  const open = now.mode === "live" ? (now.session?.state ?? null) : null;
  return { over: state === "cancelled" ? state : state === "ended" && !open ? state : null, session: open };
}

/** Browsers let go of the lock whenever the tab is hidden: `keep` again when it is seen. */
export class Awake {
  private lock: { release(): Promise<void> } | null = null;

  async keep(): Promise<void> {
    this.lock = (await navigator.wakeLock?.request("screen").catch(() => null)) ?? null;
  }

  release(): void {
    void this.lock?.release().catch(() => undefined);
    this.lock = null;
  }
}
