/** A long group of boxes can be searched, and what is listed be ticked at once. Without script it is the plain group. */
function shown(group: Element): HTMLInputElement[] {
  return Array.from(group.querySelectorAll<HTMLInputElement>(".choice:not([hidden]) > input"));
}

function count(tools: HTMLElement, group: Element): void {
  const said = tools.querySelector<HTMLElement>("[data-words]");
  const picked = group.querySelectorAll("input:checked").length;
  if (said) said.textContent = (said.dataset.words ?? "").replace("{n}", String(picked));
}

function narrow(group: Element, text: string): void {
  const wanted = text.trim().toLowerCase().split(/\s+/);
  for (const choice of group.querySelectorAll<HTMLElement>(".choice")) {
    const label = (choice.textContent ?? "").toLowerCase();
    choice.hidden = !wanted.every((word) => label.includes(word));
  }
}

function tick(group: Element, checked: boolean): void {
  for (const box of shown(group)) box.checked = checked;
  group.dispatchEvent(new Event("change", { bubbles: true })); // drafts listen
}

function prepare(tools: HTMLElement): void {
  const group = tools.nextElementSibling;
  if (!group || !tools.hidden) return;
  tools.hidden = false;
  const search = tools.querySelector<HTMLInputElement>("input[type=search]");
  search?.addEventListener("input", () => narrow(group, search.value));
  search?.addEventListener("keydown", (event) => {
    if (event.key === "Enter") event.preventDefault(); // looks for it, and sends nothing
  });
  tools.querySelector("[data-choices-pick]")?.addEventListener("click", () => tick(group, true));
  tools.querySelector("[data-choices-drop]")?.addEventListener("click", () => tick(group, false));
  group.addEventListener("change", () => count(tools, group));
  count(tools, group);
}

export function watchChoices(): void {
  const all = () => document.querySelectorAll<HTMLElement>("[data-choices]").forEach(prepare);
  all();
  document.addEventListener("htmx:afterSettle", all);
}
