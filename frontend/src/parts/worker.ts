/** The service worker: shows the offline page and what is pushed. Registered once the page stands; a live room does without. */
const SCRIPT = "/sw.js";

export function hasWorkers(): boolean {
  return window.isSecureContext && "serviceWorker" in navigator;
}

export function serviceWorker(): Promise<ServiceWorkerRegistration> {
  return navigator.serviceWorker.register(SCRIPT, { scope: "/" });
}

export function startWorker(): void {
  if (!hasWorkers() || document.body.classList.contains("room")) return;
  const begin = (): void => void serviceWorker().catch(() => undefined); // private windows refuse: no harm
  if (document.readyState === "complete") begin();
  else window.addEventListener("load", begin, { once: true });
}
