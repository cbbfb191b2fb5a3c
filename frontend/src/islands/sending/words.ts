/** What the upload says, without a page. */
import { DetailedError } from "tus-js-client";
import { number, t } from "../../lib/i18n";

export interface State {
  state: "receiving" | "checking" | "ready" | "refused";
  why: string;
  alike: { title: string; by: string; url: string; same: boolean }[];
}

export const percent = (sent: number, all: number): number => (all > 0 ? Math.floor((sent / all) * 100) : 0);

export function sizeOf(bytes: number): string {
  for (const [unit, size] of [["GB", 1 << 30], ["MB", 1 << 20], ["KB", 1 << 10]] as const) {
    if (bytes >= size) return `${number(bytes / size, 1)} ${unit}`;
  }
  return t("{n} 字节", { n: bytes });
}

/** The same file is known again after a reload and on another day; another one of the same name is not. */
export function fingerprintOf(file: { name: string; size: number; lastModified: number }, endpoint: string): string {
  return ["lantian", endpoint, file.name, file.size, file.lastModified].join("|");
}

/** What the server answered, if it did. */
export function detailOf(error: unknown): { status: number; text: string } {
  if (!(error instanceof DetailedError) || !error.originalResponse) return { status: 0, text: "" };
  return { status: error.originalResponse.getStatus(), text: error.originalResponse.getBody() };
}

export function reasonOf(error: unknown): string {
  const { status, text } = detailOf(error);
  if (status >= 400 && text && text.length < 300 && !text.startsWith("<")) return text;
  if (status === 0) return t("网断了。接上网，再选一次同一个文件，就从断的地方接着传");
  if (status === 404 || status === 410) return t("这次上传已经过期，请再选一次文件");
  return t("没有传成，请刷新页面再试");
}
