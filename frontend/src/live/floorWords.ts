/** Why something could not happen, in words. */
import { t } from "../lib/i18n";

export function refusalOf(code: string, message = ""): string {
  switch (code) {
    case "slow":
      return t("发得太快了，请等 {n} 秒。", { n: message || 1 });
    case "rush":
      return t("大家都在发言，请过几秒再发。");
    case "word":
      return t("这句话里有不文明的词，没有发出。请换个说法。");
    case "chat_closed":
      return t("老师关闭了讨论。");
    case "silenced":
      return t("老师让您先听课，这节课您不能再发言。");
    case "silenced_before":
      return t("这个人已经禁言了。");
    case "no_message":
      return t("这条发言已经不在了。");
    case "reported":
      return t("已经举报过了，老师看得到。");
    case "poll_closed":
      return t("提问已经结束，没有再收。");
    case "nobody_there":
      return t("现在没有人可以抽。");
    case "nobody_left":
      return t("都抽过了。点“重新开始”再抽。");
    case "no_relay":
      return t("连线中转没有运行，现在不能连线。请告诉管理员。");
    case "stage_full":
      return t("连线已满，请先结束一个班。");
    case "on_stage":
      return t("这个班已经在连线，或者已经邀请过了。");
    case "not_on_stage":
      return t("这个班已经不在连线了。");
    case "not_invited":
      return t("老师已经取消了邀请。");
    case "too_many_notes":
      return t("最多钉六条，请先取下一条。");
    case "too_many_words":
      return t("已有四位在发言，请先请一位坐下。");
    case "not_raised":
      return t("这只手已经放下了。");
    case "board_full":
      return t("白板写得太满了，这一笔没有留下。请清空几页再写。");
    case "disk_full":
      return t("服务器磁盘满了，没有记下。请告诉管理员。");
    case "forbidden":
      return t("您不能做这件事。");
    case "full":
    case "too_large":
    case "bad_data":
      return t("内容不合要求，请检查后再试。");
    default:
      return t("没有成功，请再试一次。");
  }
}
