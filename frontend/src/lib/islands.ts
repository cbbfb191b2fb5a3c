/** Islands: the parts of a page that need more script than htmx and Alpine. Each is a chunk of its own, loaded when met.
 *
 * A page carries `<div data-island="teach" data-config="teach-config">` and the JSON script its config names. The folder
 * `src/islands/teach/index.ts` default-exports its `mount`. Nothing else registers: adding a folder is enough.
 */
import { readConfig } from "./config";
import { t } from "./i18n";

/** Fills `element`; may return a function that undoes it when the element leaves the page. */
export type Mount<Config = unknown> = (element: HTMLElement, config: Config) => Unmount | Promise<Unmount>;
export type Unmount = void | (() => void);
type Loader = () => Promise<{ default: Mount<never> }>;

const loaders = new Map<string, Loader>();
const mounted = new Map<HTMLElement, () => void>();
const waiting = new WeakSet<HTMLElement>();

for (const [path, load] of Object.entries(import.meta.glob("../islands/*/index.ts"))) {
  const name = path.split("/").slice(-2)[0];
  if (name) loaders.set(name, load as Loader);
}

/** Offer an island under `name` by hand (tests, or an island that is not a folder of its own). */
export function registerIsland(name: string, load: Loader): void {
  loaders.set(name, load);
}

async function mountOne(element: HTMLElement): Promise<void> {
  const load = loaders.get(element.dataset.island ?? "");
  if (!load || waiting.has(element) || mounted.has(element)) return;
  waiting.add(element);
  try {
    const island = await load();
    const undo = await island.default(element, readConfig(element) as never);
    mounted.set(element, undo ?? (() => undefined));
    element.dataset.mounted = "";
  } catch (error) {
    console.error(`island ${element.dataset.island}`, error);
    showFailure(element);
  } finally {
    waiting.delete(element);
  }
}

/** A chunk that did not arrive (bad line, new version on the server) must not leave an empty hole. */
function showFailure(element: HTMLElement): void {
  if (element.querySelector("[data-island-failure]")) return;
  const note = document.createElement("p");
  note.className = "alert alert-warn";
  note.dataset.islandFailure = "";
  note.setAttribute("role", "alert");
  note.textContent = t("这部分没有加载成功。请检查网络后刷新页面。");
  element.append(note);
}

/** Mount every island under `root` that is not yet mounted. */
export function mountIslands(root: ParentNode = document): void {
  if (root instanceof HTMLElement && root.dataset.island) void mountOne(root);
  root.querySelectorAll<HTMLElement>("[data-island]").forEach((element) => void mountOne(element));
}

/** Undo islands whose elements were taken out of the page (htmx swaps). */
export function sweepIslands(): void {
  for (const [element, undo] of mounted) {
    if (element.isConnected) continue;
    mounted.delete(element);
    undo();
  }
}
