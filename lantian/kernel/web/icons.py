"""Lucide icons, written into the page that shows them. The frontend's build gathers them in dist/icons.json."""

import json
from functools import cache
from pathlib import Path

import structlog
from django.conf import settings
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

log = structlog.get_logger("web")


@cache
def _all() -> dict[str, str]:
    path = Path(settings.BASE_DIR) / "frontend" / "dist" / "icons.json"
    try:
        loaded: dict[str, str] = json.loads(path.read_text())
    except FileNotFoundError:
        log.warning("icons_missing", path=str(path), hint="npm run build")
        return {}
    return loaded


def known(name: str) -> bool:
    return name in _all()


@cache
def svg(name: str, size: int = 18) -> SafeString:
    """The icon as inline SVG of `size` CSS pixels, hidden from screen readers: words stand beside it or on its button."""
    inner = _all().get(name)
    if inner is None:
        if _all():
            log.warning("icon_unknown", name=name)
        inner = '<circle cx="12" cy="12" r="9"/>'
    return format_html(
        '<svg class="icon" width="{0}" height="{0}" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="2"'
        ' stroke-linecap="round" stroke-linejoin="round" aria-hidden="true" focusable="false">{1}</svg>',
        size,
        mark_safe(inner),  # noqa: S308 - drawn by Lucide, built into our own files
    )
