/* The service worker. It keeps one page, the one shown when there is no line, and what that page is drawn with. It answers
   nothing else from memory, so that nobody sees yesterday's timetable for today's, and nothing of one account is left for the next
   one at the same device. What apps above do when no page is open is added below. */
"use strict";

const OFFLINE = "/offline/";
const KEPT = "lantian-offline";
const DAY_MS = 24 * 3600 * 1000;
let looked = false; // whether the page's age was looked at since this worker was woken
let away = false; // whether the last page asked for did not come

async function keepOfflinePage() {
  const page = await fetch(OFFLINE, { cache: "no-store", credentials: "same-origin" }); // cookies: language and theme
  if (!page.ok) return;
  const text = await page.clone().text();
  const parts = Array.from(text.matchAll(/(?:href|src)="(\/static\/[^"]+)"/g), (found) => found[1]);
  const cache = await caches.open(KEPT);
  for (const part of parts) if (!(await cache.match(part))) await cache.add(part);
  await cache.put(OFFLINE, page); // last: a page that is kept has all it is drawn with
  for (const request of await cache.keys()) {
    const path = new URL(request.url).pathname;
    if (path !== OFFLINE && !parts.includes(path)) await cache.delete(request);
  }
}

async function renewOfflinePage() {
  const page = await caches.match(OFFLINE);
  const made = page ? Date.parse(page.headers.get("Date") || "") : NaN;
  if (!(Date.now() - made < DAY_MS)) await keepOfflinePage();
}

self.addEventListener("install", (event) => {
  self.skipWaiting();
  event.waitUntil(keepOfflinePage().catch(() => undefined)); // without it push works all the same
});

self.addEventListener("activate", (event) => {
  const ready = [self.clients.claim()];
  if (self.registration.navigationPreload) ready.push(self.registration.navigationPreload.enable());
  event.waitUntil(Promise.all(ready));
});

async function opened(event) {
  try {
    const page = (await event.preloadResponse) || (await fetch(event.request));
    away = false;
    if (!looked) {
      looked = true;
      event.waitUntil(renewOfflinePage().catch(() => undefined));
    }
    return page;
  } catch (error) {
    away = true;
    return (await caches.match(OFFLINE)) || Response.error();
  }
}

self.addEventListener("fetch", (event) => {
  const request = event.request;
  if (request.method !== "GET") return;
  if (request.mode === "navigate") event.respondWith(opened(event));
  else if (away && new URL(request.url).pathname.startsWith("/static/"))
    event.respondWith(fetch(request).catch(async () => (await caches.match(request.url)) || Response.error()));
});
