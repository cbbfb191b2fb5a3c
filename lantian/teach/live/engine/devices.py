"""What somebody watches with, from what the browser calls itself: its name, major version and system, no more."""

import re

# the first that fits: most browsers call themselves by their forebears' names too
BROWSERS = (
    ("Edge", re.compile(r"Edg(?:e|A|iOS)?/(\d{1,4})")),
    ("微信", re.compile(r"MicroMessenger/(\d{1,4})")),  # i18n: data
    ("UOS", re.compile(r"UOS(?:Browser)?/(\d{1,4})")),
    ("Firefox", re.compile(r"(?:Firefox|FxiOS)/(\d{1,4})")),
    ("Chrome", re.compile(r"(?:HeadlessChrome|Chrome|CriOS)/(\d{1,4})")),
    ("Safari", re.compile(r"Version/(\d{1,4})[\d.]* .*Safari")),
)
SYSTEMS = (
    ("Windows 7", "Windows NT 6.1"),
    ("Windows", "Windows"),
    ("Android", "Android"),
    ("iPad", "iPad"),
    ("iPhone", "iPhone"),
    ("macOS", "Mac OS X"),
    ("Linux", "Linux"),
)


def device_of(agent: str) -> str:
    """ "Chrome 92 · Windows 7"; "" for what is none of the known ones. At most 40 characters."""
    agent = agent[:400]
    browser = ""
    for name, pattern in BROWSERS:
        found = pattern.search(agent)
        if found:
            browser = f"{name} {found[1]}"
            break
    system = next((name for name, mark in SYSTEMS if mark in agent), "")
    return " · ".join(part for part in (browser, system) if part)
