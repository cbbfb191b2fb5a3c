/** Chinese is the source language; the English catalogue is compiled from locale/en/LC_MESSAGES/djangojs.po
 * by `lantian i18n compile` and loaded only when the page is in English. */
type Catalogue = Record<string, string>;

let catalogue: Catalogue = {};

export function language(): "zh" | "en" {
  return document.documentElement.lang.startsWith("en") ? "en" : "zh";
}

/** Load the catalogue of the page's language; wait for it before mounting islands. */
export async function loadCatalogue(): Promise<void> {
  if (language() === "en") catalogue = (await import("../locale/en.json")).default as Catalogue;
}

/** For tests. */
export function setCatalogue(entries: Catalogue): void {
  catalogue = entries;
}

/** Translate a literal Chinese string; `{name}` placeholders are filled from `values`.
 *
 * Write the literal in the call itself, t("已连接 {n} 个班", { n }), or extraction does not see it.
 */
export function t(source: string, values: Record<string, string | number> = {}): string {
  const text = catalogue[source] || source;
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => (name in values ? String(values[name]) : whole));
}

/** A number as people of the page's language write it. */
export function number(value: number, digits = 0): string {
  return value.toLocaleString(language() === "en" ? "en" : "zh-CN", { maximumFractionDigits: digits });
}
