import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

export default defineConfig({
  root: fileURLToPath(new URL(".", import.meta.url)),
  base: "/static/",
  publicDir: false,
  build: {
    outDir: "dist",
    // a running server still hands out the pages of the build before: scripts/prune.mjs takes old files away a day later
    emptyOutDir: false,
    manifest: "manifest.json",
    target: ["chrome87", "safari14"],
    cssTarget: ["chrome87", "safari14"],
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 800,
    rolldownOptions: {
      input: { main: "src/main.ts" },
      // htmx has one eval for hx-on and event filters; we switch it off (allowEval) and the policy would refuse it
      checks: { eval: false },
    },
  },
  // one jsdom for a worker, each file with globals of its own in it: making one for each file took four fifths of the time
  test: { environment: "jsdom", pool: "vmThreads", include: ["src/**/*.test.ts", "players/*.test.ts"] },
});
