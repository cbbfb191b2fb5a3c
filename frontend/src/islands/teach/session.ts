/** Opening and ending a session by HTTP, and keeping the computer awake meanwhile. */
import { post } from "../../lib/config";
import { t } from "../../lib/i18n";
import type { Session } from "../../live/config";

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
