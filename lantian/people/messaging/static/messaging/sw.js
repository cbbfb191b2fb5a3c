/* Of the service worker (kernel/web): shows what is pushed and leads to it. */
self.addEventListener("push", (event) => {
  let told = {};
  try {
    told = event.data ? event.data.json() : {};
  } catch (error) {
    told = {};
  }
  // what takes the place of an earlier one (a reminder, a lesson moved again) has to be noticed as well
  const shown = { body: told.body || "", tag: told.tag || "lantian", renotify: true, data: { url: told.url || "/inbox/" } };
  event.waitUntil(self.registration.showNotification(told.title || "Lantian", shown));
});

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  const to = new URL((event.notification.data && event.notification.data.url) || "/inbox/", self.location.origin);
  if (to.origin === self.location.origin) event.waitUntil(self.clients.openWindow(to.href));
});
