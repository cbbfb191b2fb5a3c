"""How figures of lessons are written."""

from typing import Any

from django import template
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from lantian.kernel.web.dates import said_span

register = template.Library()


@register.filter
def share(value: float | None) -> str:
    """97.5 → "97.5%", 80 → "80.0%", as in a column of them; all, none, and nothing of nothing are "100%", "0%", "—"."""
    if value is None:
        return "—"
    return f"{value:g}%" if value in (0, 100) else f"{value:.1f}%"


@register.filter
def signed(value: float | None) -> str:
    """1.2 → "+1.2", −3 → "−3"; nothing to compare with is a dash."""
    if value is None:
        return "—"
    return f"+{value:.1f}" if value > 0 else f"−{abs(value):.1f}" if value < 0 else "0"


STATES = {
    None: _("主讲还没有开播"),
    "waiting": _("已开播，没有画面"),
    "live": _("正在直播"),
    "interrupted": _("主讲信号中断"),
    "ended": _("已经下课"),
}


@register.filter
def line_words(line: dict[str, Any]) -> list[tuple[str, str]]:
    """What the server knew of the lesson's line and the class's, as facts of a page."""
    if not line:
        return []
    found = [(gettext("直播"), str(STATES.get(line.get("state"), line.get("state"))))]
    if line.get("silent_s") is not None:
        found.append((gettext("主讲最后一次信号"), gettext("报告前 %(span)s") % {"span": said_span(line["silent_s"])}))
    if "classes" in line:
        found.append(
            (
                gettext("在线班级"),
                gettext("%(n)s 个，共 %(all)s 个") % {"n": line["classes"], "all": line.get("receivers", "?")},
            )
        )
    if line.get("seen_s") is not None:
        found.append((gettext("本班最后一次信号"), gettext("报告前 %(span)s") % {"span": said_span(line["seen_s"])}))
    if line.get("stalls"):
        found.append((gettext("本班卡顿"), gettext("%(n)s 次") % {"n": line["stalls"]}))
    if line.get("error"):
        found.append((gettext("播放器代码"), str(line["error"])))
    return found


@register.filter
def browser_words(facts: dict[str, Any]) -> list[tuple[str, str]]:
    """What the browser said of itself."""
    found = []
    if "online" in facts:
        found.append((gettext("浏览器"), gettext("在线") if facts["online"] else gettext("离线")))
    if "downlink" in facts:
        speed = gettext("约 %(n)s Mbit/s，往返 %(rtt)s 毫秒") % {"n": facts["downlink"], "rtt": facts.get("rtt", "?")}
        found.append((gettext("网络"), speed))
    if "error" in facts:
        found.append((gettext("播放器代码"), str(facts["error"])))
    if "width" in facts and "height" in facts:
        found.append((gettext("屏幕"), f"{facts['width']}×{facts['height']}"))
    if "agent" in facts:
        found.append((gettext("浏览器型号"), str(facts["agent"])))
    return found
