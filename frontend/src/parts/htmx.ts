/** htmx with our CSRF token, plain words when the line fails, and islands mounted in what it brings. */
import { csrfToken } from "../lib/config";
import { announce } from "../lib/dom";
import { t } from "../lib/i18n";

type Htmx = typeof import("htmx.org").default;

const UNSAFE = new Set(["post", "put", "patch", "delete"]);

export function toast(text: string, tone: "warn" | "error" | "ok" = "warn"): void {
  const place = document.getElementById("toasts");
  if (!place) return;
  const note = document.createElement("div");
  note.className = `alert alert-${tone}`;
  note.textContent = text;
  place.append(note);
  window.setTimeout(() => note.remove(), 8000);
}

/** htmx gives the focus back to an element of the same id. When that is gone too (the last page has no "next", a chip that was
    taken off) it goes to the page one is on now, to the search box, or to what came: never to the top of the document. */
function hold(root: HTMLElement, turned: boolean): void {
  const page = turned ? root.querySelector<HTMLElement>(".pager a[aria-current=page]") : null;
  const near = page ?? root.closest(".list")?.querySelector<HTMLElement>("input[type=search]");
  if (!near) root.tabIndex = -1;
  (near ?? root).focus({ preventScroll: true });
}

export function wireHtmx(htmx: Htmx, settled: (root: HTMLElement) => void): void {
  // the same as in the page's <meta name="htmx-config">, for pages that forget it: nothing evaluated, no injected styles
  htmx.config.allowEval = false;
  htmx.config.includeIndicatorStyles = false;
  // what stood before hands its attributes on for a moment; a style that a script had set would be written as inline style, which CSP refuses
  htmx.config.attributesToSettle = ["class", "width", "height"];
  document.addEventListener("htmx:configRequest", (event) => {
    const detail = (event as CustomEvent<{ verb: string; headers: Record<string, string> }>).detail;
    if (UNSAFE.has(detail.verb)) detail.headers["X-CSRFToken"] = csrfToken();
  });
  document.addEventListener("htmx:sendError", () => toast(t("网络不通，刚才的操作没有送到。请稍后再试。"), "error"));
  document.addEventListener("htmx:responseError", (event) => {
    const { xhr } = (event as CustomEvent<{ xhr: XMLHttpRequest }>).detail;
    if (xhr.status === 403 || xhr.status === 401) toast(t("登录已过期或没有权限，请刷新页面后再试。"), "error");
    else toast(t("没有成功，您填写的内容还在。请稍后再试。"), "error");
  });
  let held = ""; // the id of what is swapped while the keyboard's focus is in it,
  let turned = false; // and whether in its pager
  document.addEventListener("htmx:beforeSwap", (event) => {
    const { target } = (event as CustomEvent<{ target: HTMLElement }>).detail;
    held = target !== document.body && target.contains(document.activeElement) ? target.id : "";
    turned = Boolean(document.activeElement?.closest(".pager"));
  });
  document.addEventListener("htmx:afterSettle", (event) => {
    const root = event.target as HTMLElement;
    settled(root);
    const said = root.querySelector<HTMLElement>("[data-announce]")?.dataset.announce;
    if (said) announce(said);
    if (held && root.id === held) {
      // parts that are swapped along with it settle first, and are not meant
      held = "";
      if ((document.activeElement ?? document.body) === document.body) hold(root, turned);
    }
  });
}
