/* Takes away built files that no manifest names and that are older than a day; pages opened before still find theirs. */
import { readdirSync, readFileSync, statSync, unlinkSync } from "node:fs";

const DAY = 24 * 3600 * 1000;
const dist = new URL("../dist/", import.meta.url);
const manifest = JSON.parse(readFileSync(new URL("manifest.json", dist), "utf8"));
const named = new Set(Object.values(manifest).flatMap((chunk) => [chunk.file, ...(chunk.css ?? []), ...(chunk.assets ?? [])]));
for (const name of readdirSync(new URL("assets/", dist))) {
  const file = new URL(`assets/${name}`, dist);
  if (!named.has(`assets/${name}`) && Date.now() - statSync(file).mtimeMs > DAY) unlinkSync(file);
}
