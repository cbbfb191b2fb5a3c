"""The journal in sentences."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from lantian.kernel.journal.queries import history_of
from lantian.kernel.rules import SYSTEM
from lantian.kernel.web.dates import said_day
from lantian.people.roster.enums import BatchAction, Gender, MemberRole, Role, Subject

if TYPE_CHECKING:
    from lantian.kernel.rules import Text

SENTENCES: dict[str, "Text"] = {
    "roster.organization_created": gettext_lazy("新建"),
    "roster.organization_updated": gettext_lazy("修改了资料"),
    "roster.organization_moved": gettext_lazy("调整了隶属关系"),
    "roster.organization_deactivated": gettext_lazy("停用：%(reason)s"),
    "roster.class_group_created": pgettext_lazy("history", "编班"),
    "roster.class_group_updated": gettext_lazy("修改了班级资料"),
    "roster.class_promoted": gettext_lazy("升入 %(school_year)s 学年"),
    "roster.school_promoted": gettext_lazy(
        "全校升入 %(school_year)s 学年：%(classes)s 个班升级，%(graduated)s 名学生毕业"
    ),
    "roster.promotion_started": gettext_lazy("发起升入 %(school_year)s 学年，涉及 %(schools)s 所学校"),
    "roster.promotion_undone": gettext_lazy("撤回升入 %(school_year)s 学年"),
    "roster.student_moved": gettext_lazy("从%(source)s调到%(target)s：%(reason)s"),
    "roster.people_merged": gettext_lazy("与重复档案“%(other)s”合并：%(reason)s"),
    "roster.person_merged_away": gettext_lazy("并入“%(into)s”"),
    "roster.people_unmerged": gettext_lazy("撤回与“%(other)s”的合并"),
    "roster.not_duplicates": gettext_lazy("确认与同名的“%(other)s”是两个人"),
    "roster.binding_code_issued": gettext_lazy("发放了家长绑定码"),
    "roster.binding_code_used": gettext_lazy("%(guardian)s 用绑定码绑定为监护人"),
    "roster.binding_failed": gettext_lazy("有人用绑定码时填错了孩子姓名"),
    "roster.teachers_assigned": gettext_lazy("%(column)s由%(before)s改为%(after)s，%(on)s 起"),
    "roster.batch_started": gettext_lazy("发起批量办理：%(batch)s，%(count)s 人"),
    "roster.batch_done": gettext_lazy("批量办理完毕：%(batch)s，办成 %(done)s 人，没有办成 %(failed)s 人"),
    "roster.slips_issued": gettext_lazy("发放了 %(count)s 张账号纸条"),
    "roster.person_registered": gettext_lazy("登记入册"),
    "roster.person_updated": gettext_lazy("修改了%(changed)s"),
    "roster.private_fact_revealed": gettext_lazy("查看了%(what)s：%(reason)s"),
    "roster.membership_begun": gettext_lazy("成为%(organization)s的%(role)s"),
    "roster.membership_ended": gettext_lazy("不再是%(organization)s的%(role)s"),
    "roster.membership_updated": gettext_lazy("修改了所在单位的记录"),
    "roster.grant_given": gettext_lazy("被授予%(organization)s的%(role)s"),
    "roster.grant_revoked": gettext_lazy("被撤销%(organization)s的%(role)s：%(reason)s"),
    "roster.grant_extended": gettext_lazy("%(organization)s的%(role)s改为到 %(valid_to)s 为止"),
    "roster.grant_expiring": gettext_lazy("%(organization)s的%(role)s将在 %(valid_to)s 到期"),
    "roster.grant_expired": gettext_lazy("%(organization)s的%(role)s已到期"),
    "roster.guardian_bound": gettext_lazy("登记了监护人"),
    "roster.guardian_released": gettext_lazy("解除了监护人%(guardian)s"),
    "roster.account_opened": gettext_lazy("开通了账号"),
}
FACTS: dict[str, "Text"] = {
    "name": gettext_lazy("姓名"),
    "gender": gettext_lazy("性别"),
    "birth_date": gettext_lazy("出生日期"),
    "phone": gettext_lazy("手机号"),
    "citizen_id": gettext_lazy("身份证号"),
    "student_number": gettext_lazy("学籍号"),
}


@dataclass(frozen=True)
class HistoryLine:
    """One act: what, who, when."""

    words: str
    who: str
    at: datetime


# Values to words. `get_…_display` hashes all choices at every call: dear in lists.
_ROLE_WORDS = {**dict(MemberRole.choices), **dict(Role.choices)}
_SUBJECT_WORDS = dict(Subject.choices)
_GENDER_WORDS = dict(Gender.choices)


def role_name(role: str) -> str:
    """A role's or membership's word for people."""
    return str(_ROLE_WORDS.get(role, role))


def gender_name(gender: str) -> str:
    return str(_GENDER_WORDS.get(gender, ""))


# The journal keeps days as JSON does; these last parts of their names tell them from titles that look like one.
_OF_DAYS = {"on", "to", "from", "first", "last", "day", "until"}
_ISO_DAY = re.compile(r"\d{4}-\d\d-\d\d")


class _Words(dict[str, Any]):
    def __missing__(self, key: str) -> str:
        return ""


def _said(name: str, value: Any) -> Any:
    """A day as pages say it; everything else as it is."""
    if isinstance(value, str) and name.rpartition("_")[2] in _OF_DAYS and _ISO_DAY.fullmatch(value):
        return said_day(date.fromisoformat(value))
    return value


def _readable(data: dict[str, Any], facts: "Mapping[str, Text]") -> _Words:
    words = _Words((name, _said(name, value)) for name, value in data.items())
    if "role" in data:
        words["role"] = role_name(data["role"])
    if "column" in data:
        words["column"] = _("班主任") if data["column"] == "homeroom" else _SUBJECT_WORDS.get(data["column"], "")
        for name in ("before", "after"):
            words[name] = _("、").join(data.get(name, [])) or _("无")
    if "batch" in data:
        words["batch"] = dict(BatchAction.choices).get(data["batch"], data["batch"])
    if data.get("valid_to", "") is None:
        words["valid_to"] = _("长期")
    if "what" in data:
        words["what"] = facts.get(data["what"], data["what"])
    if isinstance(data.get("changed"), list):
        words["changed"] = _("、").join(str(facts.get(name, name)) for name in data["changed"])
    return words


def history_lines(
    obj: models.Model,
    limit: int = 30,
    *,
    sentences: "Mapping[str, Text]" = SENTENCES,
    facts: "Mapping[str, Text]" = FACTS,
) -> list[HistoryLine]:
    """The latest acts about one thing, newest first; one query. The caller has shown that the thing is visible.

    `sentences` and `facts`: the words of an app above for its own acts and what they change, by the journal's names for them.
    """
    lines = []
    for entry in history_of(obj)[:limit]:
        sentence = sentences.get(entry.action)
        words = str(sentence) % _readable(entry.data, facts) if sentence else entry.action
        who = _("系统") if entry.actor_name == SYSTEM.name else entry.actor_name
        if entry.role:
            who = _("%(name)s（%(role)s）") % {"name": who, "role": role_name(entry.role)}
        lines.append(HistoryLine(words.rstrip("：: "), who, entry.at))
    return lines
