/** What the server's refusals mean to a teacher. */
import { t } from "../../lib/i18n";

/** Words for a code of the wire protocol, or "" for one that this page does not know. */
export function refusalWords(code: string): string {
  switch (code) {
    case "other_publisher":
      return t("您在另一个窗口或另一台电脑上正在上这节课。在这里继续，那边会停下。");
    case "handed_over":
      return t("代课老师已经接着上这节课，各班没有中断。您可以放心休息。");
    case "forbidden":
      return t("您的入场凭证失效了，请刷新页面重新进入。");
    case "disk_full":
      return t("服务器的磁盘满了，不能再录。请告诉管理员；已经上的部分都保存好了。");
    case "key_lost":
      return t("服务器的密钥出了问题，请告诉管理员。已经上的部分没有丢。");
    case "stale":
      return t("这个窗口已经被别的窗口替换，请刷新页面。");
    case "bad_hello":
      return t("页面版本旧了，请刷新页面。");
    case "unknown_session":
      return t("没有找到这场直播，请返回课堂页重新进入。");
    case "too_long":
      return t("这节课太长，已自动下课。");
    default:
      return "";
  }
}

/** Words for a warning of the server; the lesson goes on. */
export function warningWords(kind: string): string {
  switch (kind) {
    case "segment_slow":
      return t("服务器写盘较慢，正在追赶。");
    case "ending":
      return t("已过下课时间，将自动结束。");
    case "clock":
      return t("这台电脑的时间不准，已按服务器的时间上课。");
    default:
      return "";
  }
}
