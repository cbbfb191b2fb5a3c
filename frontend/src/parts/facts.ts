/** A form that reports a fault sends along what this browser knows of itself and its line, and what a room's player told the page. */
interface Line {
  effectiveType?: string;
  downlink?: number;
  rtt?: number;
}

/** What the room put into the address; nothing if somebody made it up. */
export function toldByPlayer(search: string): Record<string, unknown> {
  try {
    const told: unknown = JSON.parse(new URLSearchParams(search).get("player") ?? "{}");
    return typeof told === "object" && told !== null && !Array.isArray(told) ? (told as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

export function factsOfBrowser(): Record<string, unknown> {
  const { connection, deviceMemory } = navigator as Navigator & { connection?: Line; deviceMemory?: number };
  return {
    online: navigator.onLine,
    type: connection?.effectiveType,
    downlink: connection?.downlink,
    rtt: connection?.rtt,
    width: screen.width,
    height: screen.height,
    cores: navigator.hardwareConcurrency,
    memory: deviceMemory,
    visible: document.visibilityState === "visible",
  };
}

export function watchFacts(): void {
  for (const form of document.querySelectorAll<HTMLFormElement>("form[data-browser-facts]")) {
    const field = form.querySelector<HTMLInputElement>('input[name="facts"]');
    if (field) field.value = JSON.stringify({ ...toldByPlayer(location.search), ...factsOfBrowser() });
  }
}
