/** Light, dark, or as the device is. The choice is a cookie, so the server sets it on <html> and nothing flashes. */
const YEAR = 365 * 24 * 3600;

function apply(choice: string): void {
  const root = document.documentElement;
  if (choice === "auto") delete root.dataset.theme;
  else root.dataset.theme = choice;
  const age = choice === "auto" ? 0 : YEAR;
  const secure = location.protocol === "https:" ? "; Secure" : "";
  document.cookie = `lantian_theme=${choice}; Path=/; Max-Age=${age}; SameSite=Lax${secure}`;
  document.querySelectorAll<HTMLElement>("[data-theme-choice]").forEach((button) => {
    if (button.dataset.themeChoice === choice) button.setAttribute("aria-current", "true");
    else button.removeAttribute("aria-current");
  });
  window.dispatchEvent(new CustomEvent("lantian:theme"));
}

/** The buttons sit in a form that posts the choice, for browsers without script; here no request is needed. */
export function watchTheme(): void {
  document.addEventListener("click", (event) => {
    const button = event.target instanceof Element ? event.target.closest<HTMLElement>("[data-theme-choice]") : null;
    if (!button?.dataset.themeChoice) return;
    event.preventDefault();
    apply(button.dataset.themeChoice);
    button.closest("details")?.removeAttribute("open");
  });
}

/** Whether the page is dark now. */
export function isDark(): boolean {
  const chosen = document.documentElement.dataset.theme;
  return chosen ? chosen === "dark" : window.matchMedia("(prefers-color-scheme: dark)").matches;
}
