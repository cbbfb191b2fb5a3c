"""How long things are kept, and what would go tonight."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from lantian.kernel.retention import RETENTION, YEAR, Line, RetentionRule
from lantian.people.privacy.models import RetentionPeriod, RetentionRun
from lantian.people.roster.queries.holding import gone_before

if TYPE_CHECKING:
    from collections.abc import Callable

# As what somebody's record is kept after they left → the rule that says how long.
LEFT = {"student": "privacy.left_students", "staff": "privacy.left_staff", "guardian": "privacy.left_others"}
SAMPLE = 50


def period_of(key: str) -> int:
    """How long a kind is kept, in its rule's unit; 0 of a fixed one: for good."""
    rule = RETENTION[key]
    if rule.fixed is not None:
        return rule.fixed()
    row = RetentionPeriod.objects.filter(key=key).first()
    return _within(rule, row.amount) if row else rule.usual


def _within(rule: RetentionRule, amount: int) -> int:
    """A time that was set under other limits is taken at the nearest of today's."""
    return min(max(amount, rule.least), rule.most)


def span_words(rule: RetentionRule, amount: int) -> str:
    """ "5 years", "30 days", "for good"."""
    if rule.fixed is not None and amount == 0:
        return _("一直保存")
    if rule.unit == YEAR:
        return ngettext("%(n)s 年", "%(n)s 年", amount) % {"n": amount}
    return ngettext("%(n)s 天", "%(n)s 天", amount) % {"n": amount}


@dataclass(frozen=True)
class Kept:
    """One kind: its rule, the time in force, what is older than `before` and would go, and what went the last time."""

    key: str
    rule: RetentionRule
    amount: int
    set: RetentionPeriod | None
    before: datetime | None
    due: int
    last: RetentionRun | None

    @property
    def span(self) -> str:
        return span_words(self.rule, self.amount)

    @property
    def limits(self) -> str:
        """The shortest and the longest that may be set; empty when it is not set here."""
        if self.rule.fixed is not None:
            return ""
        least, most = span_words(self.rule, self.rule.least), span_words(self.rule, self.rule.most)
        return _("%(least)s至 %(most)s") % {"least": least, "most": most}

    @property
    def is_usual(self) -> bool:
        return self.set is None or self.amount == self.rule.usual


def kept_kinds(now: datetime | None = None, only: str = "") -> list[Kept]:
    """All kinds (or one), each with how much is older than its time: a query a kind, and two."""
    moment = now or timezone.now()
    periods = RetentionPeriod.objects.select_related("set_by").in_bulk()
    newest = {row.key: row for row in RetentionRun.objects.order_by("key", "-ran_at").distinct("key")}
    found = []
    for key, rule in RETENTION.items():
        if only and key != only:
            continue
        row = periods.get(key)
        amount = rule.fixed() if rule.fixed else _within(rule, row.amount) if row else rule.usual
        before = None if rule.fixed and amount == 0 else rule.before(amount, moment)
        due = rule.count(before) if before else 0
        found.append(Kept(key, rule, amount, row, before, due, newest.get(key)))
    return found


def sample_of(kind: Kept) -> Sequence[Line]:
    """Some of what would go, the oldest first."""
    return kind.rule.sample(kind.before, SAMPLE) if kind.before else ()


# People who left ----------------------------------------------------------------------------------------------------------------
def _sample_of_people(who: str, before: datetime, most: int) -> list[Line]:
    """When they were registered: who they are is not shown, in a list that only says how much there is."""
    rows = gone_before(who, before).order_by("created_at").values_list("pk", "created_at")[:most]
    return [Line(_("档案 %(id)s") % {"id": str(pk)[:8]}, at) for pk, at in rows]


def people_rules(erase: "Callable[[str, datetime], int]") -> dict[str, RetentionRule]:
    """The rules about people who left; `erase(kind, before)` is the service that acts."""
    register = gettext_lazy("平台的做法：《中小学生学籍管理办法》要求学籍档案长期保存，期限请按当地档案管理规定核定。")
    labour = gettext_lazy("《劳动合同法》第五十条：解除或者终止的劳动合同文本至少保存二年。")
    purpose = gettext_lazy("《个人信息保护法》第十九条：保存期限为实现处理目的所必要的最短时间。")
    given = {
        "student": (gettext_lazy("离校学生"), register, 10, 3, 100),
        "staff": (gettext_lazy("离岗教职工"), labour, 5, 2, 50),
        "guardian": (gettext_lazy("孩子都已离校的家长、没有单位的人"), purpose, 1, 1, 10),
    }
    return {
        LEFT[who]: RetentionRule(
            title,
            gettext_lazy("删除姓名、证件号、账号等全部个人信息，只剩编号；历年人数不变。"),
            basis,
            YEAR,
            usual,
            least,
            most,
            count=partial(_count_of_people, who),
            sample=partial(_sample_of_people, who),
            let_go=partial(erase, who),
        )
        for who, (title, basis, usual, least, most) in given.items()
    }


def _count_of_people(who: str, before: datetime) -> int:
    return gone_before(who, before).count()
