"""What we hold about a person, in parts; apps above add their own to `PERSONAL_PARTS`."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from lantian.kernel.crypto import KeyLost
from lantian.kernel.registry import Registry
from lantian.people.privacy.queries.consents import consents_of
from lantian.people.roster import queries as roster
from lantian.people.roster.queries.history import FACTS

if TYPE_CHECKING:
    from lantian.people.roster.models import Person

ALL = 100_000  # more lines than any person's history has


@dataclass(frozen=True)
class PersonalPart:
    """One part of the copy. `rows`: field name → text, None or number; `labels`: field name → the word a person reads."""

    title: str
    labels: dict[str, str]
    rows: list[dict[str, Any]] = field(default_factory=list)

    @property
    def table(self) -> list[list[Any]]:
        """The rows as a page shows them, in the order of the labels."""
        return [["" if row.get(name) is None else row[name] for name in self.labels] for row in self.rows]


# Each entry gives one part about a person, in the language in force; a fixed number of queries each.
PERSONAL_PARTS: Registry[Callable[["Person"], PersonalPart]] = Registry("parts of a person's copy of their data")


def personal_parts(person: "Person") -> dict[str, PersonalPart]:
    """All we hold about a person, by key. Sealed facts are open in it: the caller has asked the rule and writes it down."""
    return {key: part(person) for key, part in PERSONAL_PARTS.items()}


def _opened(person: "Person", name: str) -> Any:
    try:
        value = getattr(person, name)
    except KeyLost:
        return _("暂时无法读取（缺少密钥，请联系运维人员）")
    if name == "gender":
        return roster.gender_name(value)
    return value.isoformat() if hasattr(value, "isoformat") else value


def facts_part(person: "Person") -> PersonalPart:
    rows = [{"fact": str(label), "value": _opened(person, name)} for name, label in FACTS.items()]
    if person.account is not None:
        rows.append({"fact": _("用户名"), "value": person.account.username})
    return PersonalPart(_("资料"), {"fact": _("项目"), "value": _("内容")}, rows)


def memberships_part(person: "Person") -> PersonalPart:
    rows = [
        {
            "organization": row.organization.name,
            "class": row.class_group.name if row.class_group else None,
            "role": roster.role_name(row.role),
            "subject": row.get_subject_display() if row.subject else None,
            "from": row.valid_from.isoformat(),
            "to": row.valid_to.isoformat() if row.valid_to else None,
        }
        for row in person.memberships.select_related("organization", "class_group").order_by("valid_from", "pk")
    ]
    labels = {
        "organization": _("单位"),
        "class": _("班级"),
        "role": _("身份"),
        "subject": _("学科"),
        "from": _("开始日期"),
        "to": _("结束日期"),
    }
    return PersonalPart(_("所在单位和班级"), labels, rows)


def roles_part(person: "Person") -> PersonalPart:
    rows = [
        {
            "role": roster.role_name(row.role),
            "organization": row.organization.name,
            "from": row.valid_from.isoformat(),
            "to": row.valid_to.isoformat() if row.valid_to else None,
            "revoked": row.revoked_at.isoformat() if row.revoked_at else None,
        }
        for row in person.role_grants.select_related("organization").order_by("granted_at", "pk")
    ]
    labels = {
        "role": _("身份"),
        "organization": _("单位"),
        "from": _("开始日期"),
        "to": _("结束日期"),
        "revoked": _("撤销时间"),
    }
    return PersonalPart(_("授权"), labels, rows)


def family_part(person: "Person") -> PersonalPart:
    """Guardians and children, by name: their own facts are theirs."""
    rows = [
        {"kind": _("监护人"), "name": row.guardian.name, "relation": row.get_relation_display()}
        for row in roster.guardians_of(person)
    ]
    rows += [
        {"kind": _("孩子"), "name": row.student.name, "relation": row.get_relation_display()}
        for row in roster.wards_of(person)
    ]
    return PersonalPart(_("家庭"), {"kind": _("类型"), "name": _("姓名"), "relation": _("关系")}, rows)


def consents_part(person: "Person") -> PersonalPart:
    rows = [
        {
            "guardian": row.guardian.name,
            "version": row.version,
            "way": str(row.get_way_display()),
            "given": row.given_at.isoformat(),
            "withdrawn": row.withdrawn_at.isoformat() if row.withdrawn_at else None,
        }
        for row in consents_of(person)
    ]
    labels = {
        "guardian": _("监护人"),
        "version": _("版本"),
        "way": _("方式"),
        "given": _("同意时间"),
        "withdrawn": _("撤回时间"),
    }
    return PersonalPart(_("监护人同意"), labels, rows)


def history_part(person: "Person") -> PersonalPart:
    """What was done with the record, by whom: looks at sealed facts among it."""
    rows = [{"at": line.at.isoformat(), "who": line.who, "what": line.words} for line in _lines(person)]
    return PersonalPart(_("经过"), {"at": _("时间"), "who": _("谁"), "what": _("做了什么")}, rows)


def _lines(person: "Person") -> list[roster.HistoryLine]:
    return roster.history_lines(person, limit=ALL)
