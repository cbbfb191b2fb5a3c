/** What the server hands to an island: JSON in `<script type="application/json" id="…">` ({{ config|json_script:"…" }}). */
export function readJson<T>(id: string): T | undefined {
  const script = document.getElementById(id);
  if (!script?.textContent) return undefined;
  return JSON.parse(script.textContent) as T;
}

/** The config named by the element's `data-config`, or an empty object. */
export function readConfig<T = Record<string, unknown>>(element: HTMLElement): T {
  const id = element.dataset.config;
  return (id ? readJson<T>(id) : undefined) ?? ({} as T);
}

/** The CSRF token of this page, for fetch from islands. */
export function csrfToken(): string {
  return document.querySelector<HTMLMetaElement>('meta[name="csrf-token"]')?.content ?? "";
}

/** POST form fields with the CSRF header; rejects on a network error only. */
export function post(url: string, fields: Record<string, string> = {}): Promise<Response> {
  return fetch(url, {
    method: "POST",
    credentials: "same-origin",
    headers: { "X-CSRFToken": csrfToken(), "X-Requested-With": "fetch" },
    body: new URLSearchParams(fields),
  });
}

/** The page is not signed in any more (asked with `redirect: "manual"`: the way to the sign-in page is not followed). */
export function isSignedOut(answer: Response): boolean {
  return answer.type === "opaqueredirect" || answer.status === 401 || answer.status === 403;
}
