/** What every page loads: styles, htmx and the small behaviours of the shell. Alpine and islands come when a page has them. */
import "./styles/app.css";
import htmx from "htmx.org";
import { loadCatalogue } from "./lib/i18n";
import { mountIslands, sweepIslands } from "./lib/islands";
import { watchAgain } from "./parts/again";
import { startAlpine } from "./parts/alpine";
import { watchChoices } from "./parts/choices";
import { watchEdges } from "./parts/edges";
import { watchFacts } from "./parts/facts";
import { watchFiles } from "./parts/files";
import { watchForms } from "./parts/forms";
import { watchGrids } from "./parts/grid";
import { wireHtmx } from "./parts/htmx";
import { watchMenus } from "./parts/menus";
import { watchPush } from "./parts/push";
import { watchSide } from "./parts/side";
import { watchTheme } from "./parts/theme";
import { watchConditions } from "./parts/when";
import { startWorker } from "./parts/worker";

async function start(): Promise<void> {
  watchTheme();
  watchMenus();
  watchSide();
  watchForms();
  watchChoices();
  watchConditions();
  watchFacts();
  watchEdges();
  watchAgain();
  watchGrids();
  wireHtmx(htmx, (root) => {
    sweepIslands();
    mountIslands(root);
    startAlpine();
  });
  await loadCatalogue().catch(() => undefined);
  watchFiles();
  startAlpine();
  mountIslands();
  startWorker();
  await watchPush().catch(() => undefined);
}

void start();
