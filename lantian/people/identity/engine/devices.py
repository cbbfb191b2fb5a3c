"""A browser's own description, put into words that its owner recognises."""

import re


def gettext_noop(words: str) -> str:
    """Marks words for translation: `queries` translates them, since engines know no Django."""
    return words


_SYSTEMS = (
    (r"HarmonyOS|OpenHarmony", gettext_noop("鸿蒙")),
    (r"iPad", "iPad"),
    (r"iPhone", "iPhone"),
    (r"Android", gettext_noop("安卓")),
    (r"Windows NT 10", "Windows 10/11"),
    (r"Windows NT 6\.1", "Windows 7"),
    (r"Windows", "Windows"),
    (r"Mac OS X", "Mac"),
    (r"CrOS", "ChromeOS"),
    (r"Linux", "Linux"),
)
_BROWSERS = (
    (r"MicroMessenger", gettext_noop("微信")),
    (r"DingTalk", gettext_noop("钉钉")),
    (r"QQBrowser", gettext_noop("QQ 浏览器")),
    (r"HuaweiBrowser", gettext_noop("华为浏览器")),
    (r"Edg(?:e|A|iOS)?/", "Edge"),
    (r"Firefox|FxiOS", "Firefox"),
    (r"Chrome|CriOS", "Chrome"),
    (r"Safari", "Safari"),
)


def describe(user_agent: str) -> str:
    """Such as "Windows 7 · Chrome"; empty when nothing is recognised."""
    found = []
    for table in (_SYSTEMS, _BROWSERS):
        name = next((name for pattern, name in table if re.search(pattern, user_agent)), "")
        if name:
            found.append(name)
    return " · ".join(found)
