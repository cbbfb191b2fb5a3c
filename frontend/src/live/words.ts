/** Times and lengths as people read them in a room. */
import { language, t } from "../lib/i18n";

const two = (value: number): string => String(Math.floor(value)).padStart(2, "0");

/** 65 → "1:05", 3700 → "1:01:40". Seconds. */
export function clockLength(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  const hours = Math.floor(whole / 3600);
  const minutes = Math.floor((whole % 3600) / 60);
  return hours ? `${hours}:${two(minutes)}:${two(whole % 60)}` : `${minutes}:${two(whole % 60)}`;
}

const SCHOOL_TIME = "Asia/Shanghai";

/** "10:05" by the clock of the schools. Takes ISO text or ms. */
export function timeOfDay(moment: string | number, withSeconds = false): string {
  return new Date(moment).toLocaleTimeString("zh-CN", {
    hour: "2-digit",
    minute: "2-digit",
    ...(withSeconds ? { second: "2-digit" } : {}),
    hour12: false,
    timeZone: SCHOOL_TIME,
  });
}

/** "10:45 下课": when a lesson that runs is to end. */
export function endsWords(ms: number): string {
  return t("{time} 下课", { time: timeOfDay(ms) });
}

/** "11月23日 星期一" */
export function dayWords(ms: number): string {
  return new Date(ms).toLocaleDateString(language() === "en" ? "en-GB" : "zh-CN", {
    month: "long",
    day: "numeric",
    weekday: "long",
    timeZone: SCHOOL_TIME,
  });
}
