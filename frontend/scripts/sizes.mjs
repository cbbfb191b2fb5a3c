/* What the first page costs, gzipped, before its HTML. The limit for all three is 100 KB; pages are 5–15. */
import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";

const LIMIT = 70_000;
const dist = new URL("../dist/", import.meta.url);
const manifest = JSON.parse(readFileSync(new URL("manifest.json", dist), "utf8"));
const weigh = (file) => gzipSync(readFileSync(new URL(file, dist))).length;

/** The entry with everything it imports at once (not what it loads later). */
function closure(key, seen = new Set()) {
  if (seen.has(key)) return seen;
  seen.add(key);
  for (const next of manifest[key].imports ?? []) closure(next, seen);
  return seen;
}

let total = 0;
const keys = closure("src/main.ts");
for (const key of keys) {
  for (const file of [manifest[key].file, ...(manifest[key].css ?? [])]) total += weigh(file);
}
console.log(`first page without HTML: ${(total / 1000).toFixed(1)} KB gz`);
for (const [key, chunk] of Object.entries(manifest)) {
  if (chunk.file.endsWith(".js") && !keys.has(key)) console.log(`  later ${key}: ${(weigh(chunk.file) / 1000).toFixed(1)} KB gz`);
}
if (total > LIMIT) {
  console.error(`over the limit of ${LIMIT / 1000} KB`);
  process.exit(1);
}
