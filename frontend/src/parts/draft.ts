/** A half-written form survives a closed tab: kept in this browser under form and account, and offered when one comes back.
 *
 * Passwords, files and fields marked data-no-draft are never kept. A draft goes when the form is sent, and after 14 days.
 */
const KEEP_MS = 14 * 24 * 3600 * 1000;
const PREFIX = "lantian.draft.";
const SKIP = new Set(["password", "file", "hidden", "submit", "button"]);

interface Draft {
  at: number;
  fields: Record<string, string[]>;
}
interface DraftContext {
  $root: HTMLElement;
  key: string;
  timer: number | undefined;
  form(): HTMLFormElement | null;
  read(): Draft | null;
  save(): void;
  forget(): void;
}

type Field = HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement;

function fieldsOf(form: HTMLFormElement): Field[] {
  return (Array.from(form.elements) as Field[]).filter(
    (field) => field.name && !SKIP.has(field.type) && field.dataset.noDraft === undefined,
  );
}

export function valuesOf(form: HTMLFormElement): Record<string, string[]> {
  const values: Record<string, string[]> = {};
  for (const field of fieldsOf(form)) {
    const list = (values[field.name] ??= []);
    if (field instanceof HTMLInputElement && (field.type === "checkbox" || field.type === "radio")) {
      if (field.checked) list.push(field.value);
    } else if (field instanceof HTMLSelectElement) {
      for (const option of Array.from(field.selectedOptions)) list.push(option.value);
    } else list.push(field.value);
  }
  return values;
}

export function fillForm(form: HTMLFormElement, values: Record<string, string[]>): void {
  const taken: Record<string, number> = {};
  for (const field of fieldsOf(form)) {
    const list = values[field.name];
    if (!list) continue;
    if (field instanceof HTMLInputElement && (field.type === "checkbox" || field.type === "radio")) {
      field.checked = list.includes(field.value);
    } else if (field instanceof HTMLSelectElement) {
      for (const option of Array.from(field.options)) option.selected = list.includes(option.value);
    } else {
      const index = taken[field.name] ?? 0;
      taken[field.name] = index + 1;
      field.value = list[index] ?? "";
    }
  }
}

function storage(): Storage | null {
  try {
    return window.localStorage;
  } catch {
    return null; // switched off by the browser: no drafts, the form works all the same
  }
}

export function draft(): object {
  return {
    key: "",
    timer: undefined,
    init(this: DraftContext) {
      const form = this.form();
      if (!form) return;
      this.key = PREFIX + (form.dataset.draft ?? "");
      const start = JSON.stringify(valuesOf(form));
      const kept = this.read();
      const offer = form.querySelector<HTMLElement>("[data-draft-offer]");
      // after a refused submission the page already holds what was written
      if (kept && offer && form.dataset.draftBound === undefined && JSON.stringify(kept.fields) !== start) {
        offer.hidden = false;
      }
      form.addEventListener("input", () => {
        window.clearTimeout(this.timer);
        this.timer = window.setTimeout(() => this.save(), 400);
      });
      form.addEventListener("lantian:sent", () => {
        window.clearTimeout(this.timer);
        this.forget();
      });
      form.querySelector("[data-draft-restore]")?.addEventListener("click", () => {
        const wanted = this.read();
        if (wanted) fillForm(form, wanted.fields);
        if (offer) offer.hidden = true;
        fieldsOf(form)[0]?.focus();
      });
      form.querySelector("[data-draft-drop]")?.addEventListener("click", () => {
        this.forget();
        if (offer) offer.hidden = true;
      });
    },
    form(this: DraftContext): HTMLFormElement | null {
      return this.$root instanceof HTMLFormElement ? this.$root : this.$root.querySelector("form");
    },
    read(this: DraftContext): Draft | null {
      try {
        const kept = JSON.parse(storage()?.getItem(this.key) ?? "null") as Draft | null;
        if (kept && Date.now() - kept.at < KEEP_MS) return kept;
        if (kept) this.forget();
      } catch {
        this.forget();
      }
      return null;
    },
    save(this: DraftContext) {
      const form = this.form();
      if (!form) return;
      try {
        storage()?.setItem(this.key, JSON.stringify({ at: Date.now(), fields: valuesOf(form) }));
      } catch {
        // full: the draft is a convenience
      }
    },
    forget(this: DraftContext) {
      storage()?.removeItem(this.key);
    },
  };
}
