/** The players of the content origin (dist/players, fixed names: the front door asks browsers to look whether they changed). */
import { cpSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { defineConfig } from "vite";

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

export default defineConfig({
  root: here("."),
  base: "./",
  publicDir: false,
  build: {
    outDir: "dist/players",
    emptyOutDir: true,
    target: ["chrome87", "safari14"],
    modulePreload: false,
    chunkSizeWarningLimit: 800,
    rolldownOptions: {
      input: { player: "players/player.ts" },
      output: { entryFileNames: "[name].js", chunkFileNames: "[name].js" },
    },
  },
  plugins: [
    {
      name: "whole-files",
      closeBundle() {
        const from = here("node_modules/h5p-standalone/dist/");
        for (const part of ["main.bundle.js", "frame.bundle.js", "styles", "images", "fonts"]) {
          cpSync(from + part, here(`dist/players/h5p/${part}`), { recursive: true });
        }
        const frame = here("dist/players/h5p/frame.bundle.js");
        writeFileSync(frame, readFileSync(here("players/storage.js"), "utf8") + readFileSync(frame, "utf8"));
        cpSync(here("players/player.css"), here("dist/players/player.css"));
      },
    },
  ],
});
