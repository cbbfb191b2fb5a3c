"""What views look up first, and how it is said."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest

from lantian.content.media.enums import StreamState
from lantian.kernel.rules import require
from lantian.kernel.web.guards import acting, get_visible_or_404
from lantian.teach.recordings import queries, rules
from lantian.teach.recordings.engine.clock import clock
from lantian.teach.recordings.enums import Audience, State
from lantian.teach.recordings.models import Recording

__all__ = ["clock", "found", "is_gone", "managed", "size_words", "state_words", "tone"]

TONES = {Audience.CLASS: "neutral", Audience.ALLIANCE: "info", Audience.REGION: "info", Audience.PUBLIC: "ok"}


def found(request: HttpRequest, pk: UUID) -> Recording:
    """One that the actor may see, with all names, or 404."""
    return get_visible_or_404(queries.with_names(queries.recordings_visible_to(acting(request))), pk=pk)


def managed(request: HttpRequest, pk: UUID) -> Recording:
    """One that the actor manages; raises Denied for one that is only seen."""
    row = found(request, pk)
    require(rules.may_manage_recording, acting(request), row)
    return row


def is_gone(row: Recording) -> bool:
    """Whether its files were deleted."""
    return bool(row.session.stream.state == StreamState.DELETED)


def state_words(row: Recording) -> str:
    """For the badge."""
    from django.utils.translation import gettext as _

    if is_gone(row):
        return _("已清理")
    short: dict[Any, str] = {
        Audience.CLASS: _("上课班级"),
        Audience.ALLIANCE: _("联盟"),
        Audience.REGION: _("本地区"),
        Audience.PUBLIC: _("公开"),
    }
    return short[queries.audience_of(row)] if row.state == State.SHOWN else _("已撤回")


def tone(row: Recording) -> str:
    """Of the badge."""
    if is_gone(row):
        return "neutral"
    return TONES[queries.audience_of(row)] if row.state == State.SHOWN else "warn"


def size_words(size: float) -> str:
    """Bytes as people say them: 1.4 GB, 380 MB."""
    megabytes = size / 1e6
    if megabytes < 1000:
        return f"{megabytes:.0f} MB" if megabytes >= 10 else f"{megabytes:.1f} MB"
    return f"{megabytes / 1000:.1f} GB" if megabytes < 1e6 else f"{megabytes / 1e6:.2f} TB"
