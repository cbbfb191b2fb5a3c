/* The service worker: shows what is pushed and leads to it. It keeps no page and answers no request, so that nobody sees
   yesterday's timetable for today's, and nothing of one account is left for the next one at the same device. */
"use strict";

self.addEventListener("install", () => self.skipWaiting());

self.addEventListener("push", (event) => {
  let told = {};
  try {
    told = event.data ? event.data.json() : {};
  } catch (error) {
    told = {};
  }
  const shown = { body: told.body || "", tag: told.tag || "lantian", data: { url: told.url || "/inbox/" } };
  event.waitUntil(self.registration.showNotification(told.title || "Lantian", shown));
});

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  const to = new URL((event.notification.data && event.notification.data.url) || "/inbox/", self.location.origin);
  if (to.origin === self.location.origin) event.waitUntil(self.clients.openWindow(to.href));
});
