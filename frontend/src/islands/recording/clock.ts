/** Moments as people write them, the same as the server reads them (lantian/teach/recordings/engine/clock). */
const PARTS = /^(?:(?:(\d{1,2})[:：])?(\d{1,3})[:：])?(\d{1,5}(?:[.．]\d)?)$/;

/** Seconds, or null for what is no moment. */
export function secondsOf(text: string): number | null {
  const found = PARTS.exec(text.trim());
  if (!found) return null;
  const [, hours, minutes, rest] = found;
  const seconds = Number((rest ?? "").replace("．", "."));
  if ((minutes !== undefined && seconds >= 60) || (hours !== undefined && Number(minutes) >= 60)) return null;
  return Number(hours ?? 0) * 3600 + Number(minutes ?? 0) * 60 + seconds;
}

/** 1:02:03 or 2:03. */
export function clockOf(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  const two = (value: number): string => String(value).padStart(2, "0");
  const minutes = Math.floor((whole % 3600) / 60);
  const head = whole >= 3600 ? `${Math.floor(whole / 3600)}:${two(minutes)}` : String(minutes);
  return `${head}:${two(whole % 60)}`;
}
