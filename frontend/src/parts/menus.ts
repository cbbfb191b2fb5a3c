/** <details class="drop"> menus: closed by a click elsewhere, by Escape (focus goes back), and when another one opens.
 * Buttons that only a script can serve, back and print, come into sight here. */
const OPEN = "details[data-menu][open]";

function closeAll(except?: Element | null): void {
  document.querySelectorAll(OPEN).forEach((menu) => {
    if (menu !== except) menu.removeAttribute("open");
  });
}

export function watchMenus(): void {
  document.addEventListener("click", (event) => {
    closeAll(event.target instanceof Element ? event.target.closest("details[data-menu]") : null);
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    const menu = document.querySelector<HTMLDetailsElement>(OPEN);
    if (!menu) return;
    menu.open = false;
    menu.querySelector("summary")?.focus();
  });
  document.querySelectorAll<HTMLElement>("[data-back]").forEach((button) => {
    button.hidden = history.length < 2;
    button.addEventListener("click", () => history.back());
  });
  document.querySelectorAll<HTMLElement>("[data-print]").forEach((button) => {
    button.hidden = false;
    button.addEventListener("click", () => window.print());
  });
  document.addEventListener("keydown", (event) => {
    const field = document.querySelector<HTMLInputElement>("[data-search]");
    const typing = event.target instanceof Element && event.target.closest("input, textarea, select, [contenteditable]");
    if (event.key !== "/" || typing || !field || field.offsetParent === null) return;
    event.preventDefault();
    field.focus();
  });
}
