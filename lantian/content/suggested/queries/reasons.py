"""Why something is suggested, in plain words."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from lantian.content.suggested.engine.blending import Said
from lantian.content.suggested.enums import Source
from lantian.people.roster.queries import grade_words

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

_GAP = "\x00"
NEW_DAYS = 21
GOOD, ENOUGH = 4.3, 3


@dataclass(frozen=True, slots=True)
class Reason:
    """A sentence of ours, in two parts around what is data and no language of ours (a title; "" where there is none)."""

    before: str
    data: str = ""
    after: str = ""

    def __str__(self) -> str:
        return f"{self.before}{self.data}{self.after}"


def around(sentence: str, data: str) -> Reason:
    """A sentence with a gap, filled."""
    before, _gap, after = sentence.partition(_GAP)
    return Reason(before, data, after)


def reason_of(said: Said[UUID], row: Any, titles: "Mapping[UUID, str]", now: "datetime") -> Reason:
    """Of what weighs most; it names only what one may see (`titles`)."""
    because: Any = said.because
    if said.source == Source.HERE:
        title, point = because
        words = _("您正在教的知识点 · %(title)s") if point else _("您正在教的章节 · %(title)s")
        return around(words % {"title": _GAP}, title)
    if said.source == Source.NEXT:
        return around(_("接下来的一节 · %(title)s") % {"title": _GAP}, because[0])
    if said.source == Source.TOGETHER:
        if because in titles:
            return around(_("用过《%(title)s》的老师也用过") % {"title": _GAP}, titles[because])
        return Reason(_("和您用过同样资源的老师也用过"))
    if said.source == Source.PEERS:
        return _of_peers(*because)
    return _of_itself(row, now)


def _of_peers(people: int, in_grade: bool) -> Reason:
    if in_grade:
        words = ngettext("和您教同一学科年级的 %(n)s 位老师用过", "和您教同一学科年级的 %(n)s 位老师用过", people)
    else:
        words = ngettext("和您教同一学科的 %(n)s 位老师用过", "和您教同一学科的 %(n)s 位老师用过", people)
    return Reason(words % {"n": people})


def _of_itself(row: Any, now: "datetime") -> Reason:
    """What speaks for it besides its subject: a mark, the stars, that it is new."""
    if row.mark:
        return around(_("评为优质 · %(title)s") % {"title": _GAP}, row.mark)
    if row.rated >= ENOUGH and row.stars / row.rated >= GOOD:
        words = ngettext("%(n)s 人评价，平均 %(score)s 星", "%(n)s 人评价，平均 %(score)s 星", row.rated)
        return Reason(words % {"n": row.rated, "score": f"{row.stars / row.rated:.1f}"})
    named = [str(row.get_subject_display() or "")]
    if row.grade:
        named.append(grade_words(row.grade, row.stage))
    about = " · ".join(one for one in named if one)
    new = row.published_at is not None and (now - row.published_at).days < NEW_DAYS
    first = _("新上架") if new else _("您教的学科和年级")
    return Reason(f"{first} · {about}" if about else first)
