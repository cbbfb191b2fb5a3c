"""What is said of a lesson: a teacher's words as they were written, the platform's own in the reader's language."""

from django.utils.translation import gettext, gettext_noop

# The demonstration's lessons; kept with them in Chinese.
SYNTHETIC = gettext_noop("演示课：由程序合成的画面、时钟和声音，走的是与教师浏览器相同的直播通道。")
EXCERPT = gettext_noop("回放为节选，只保留开头一分钟。")
AHEAD = gettext_noop("可以先订阅，开课前会收到提醒。")


def said_summary(summary: str) -> str:
    """A lesson's summary as it is shown."""
    rest = summary.removeprefix(SYNTHETIC)
    if rest == summary or rest not in ("", EXCERPT, AHEAD):
        return summary
    parts = [gettext(part) for part in (SYNTHETIC, rest) if part]
    return "".join(parts) if parts[0] == SYNTHETIC else " ".join(parts)
