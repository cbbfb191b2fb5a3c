/** What is on a sheet, in words: for those who hear the lesson. */
import { t } from "../../lib/i18n";
import type { Board, Tool, Turn } from "./state";

/** "讲义 · 第 3 页", or the name that the teacher gave. */
export function sheetName(turn: Pick<Turn, "form" | "name" | "number">): string {
  if (turn.form === "board") return turn.name || t("白板");
  if (turn.number === null) return turn.name || t("讲义");
  return turn.name ? t("{name} · 第 {n} 页", { name: turn.name, n: turn.number }) : t("第 {n} 页", { n: turn.number });
}

function counted(tool: Tool, n: number): string {
  switch (tool) {
    case "pen":
      return t("手写 {n} 笔", { n });
    case "marker":
      return t("荧光笔 {n} 处", { n });
    case "line":
      return t("直线 {n} 条", { n });
    case "arrow":
      return t("箭头 {n} 个", { n });
    case "rect":
      return t("方框 {n} 个", { n });
    case "ellipse":
      return t("圆 {n} 个", { n });
    default:
      return "";
  }
}

/** Texts word for word, all else counted. Empty for an empty sheet. */
export function describe(board: Board, sheet: string | null): string {
  const strokes = board.visible(sheet).filter((stroke) => stroke.done);
  const texts = strokes.filter((stroke) => stroke.tool === "text").map((stroke) => stroke.text.replace(/\n/g, " "));
  const counts = new Map<Tool, number>();
  for (const { tool } of strokes) if (tool !== "text") counts.set(tool, (counts.get(tool) ?? 0) + 1);
  const parts = [...counts].map(([tool, n]) => counted(tool, n));
  if (texts.length) parts.unshift(t("写着：{text}", { text: texts.join(t("；")) }));
  return parts.join(t("；"));
}
