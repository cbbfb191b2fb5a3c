/* Puts the Lucide icons where the server can read them: dist/icons.json, name → what stands inside <svg>. The server writes
   each icon into the page that uses it (c-icon), so a browser receives only the few it shows. */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";

const from = new URL("../node_modules/lucide-static/icons/", import.meta.url);
const icons = {};
for (const file of readdirSync(from).sort()) {
  if (!file.endsWith(".svg")) continue;
  const inner = /<svg[^>]*>([\s\S]*)<\/svg>/.exec(readFileSync(new URL(file, from), "utf8"))?.[1];
  if (inner) icons[file.slice(0, -4)] = inner.replace(/\s*\n\s*/g, "").replace(/ \/>/g, "/>").trim();
}
writeFileSync(new URL("../dist/icons.json", import.meta.url), JSON.stringify(icons));
console.log(`icons: ${Object.keys(icons).length}`);
