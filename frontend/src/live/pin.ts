/** What is chosen on this screen: by itself, always the small picture, or sound alone. Kept for the days to come. */
import type { Pin } from "./ladder";

const KEY = "lantian-picture";

export function savedPin(): Pin {
  try {
    const value = localStorage.getItem(KEY);
    return value === "small" || value === "sound" ? value : "auto";
  } catch {
    return "auto";
  }
}

export function savePin(pin: Pin): void {
  try {
    if (pin === "auto") localStorage.removeItem(KEY);
    else localStorage.setItem(KEY, pin);
  } catch {
    // a browser that keeps nothing: it holds for this page
  }
}
