/** A field that matters only for some answers of another (`data-when="kind=swap move"`) is shown with them alone. Without script all are there. */
type Control = HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement;

function answers(form: HTMLFormElement, name: string): string[] {
  return new FormData(form).getAll(name).map(String);
}

export function isWanted(rule: string, given: (name: string) => string[]): boolean {
  const cut = rule.indexOf("=");
  const wanted = rule.slice(cut + 1).split(" ");
  return given(rule.slice(0, cut)).some((value) => wanted.includes(value));
}

function settle(form: HTMLFormElement): void {
  for (const control of form.querySelectorAll<Control>("[data-when]")) {
    const field = control.closest<HTMLElement>("[data-field]");
    // one with an error stays: whoever sent the form has to find it
    if (field && !field.hasAttribute("aria-invalid") && control.getAttribute("aria-invalid") !== "true") {
      field.hidden = !isWanted(control.dataset.when ?? "", (name) => answers(form, name));
    }
  }
}

export function watchConditions(): void {
  const forms = () => new Set(Array.from(document.querySelectorAll<Control>("[data-when]"), (control) => control.form));
  const all = () => forms().forEach((form) => form && settle(form));
  all();
  document.addEventListener("htmx:afterSettle", all);
  document.addEventListener("change", (event) => {
    const { form } = event.target as Control;
    if (form?.querySelector("[data-when]")) settle(form);
  });
}
