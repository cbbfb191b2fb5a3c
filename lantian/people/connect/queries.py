"""Reads of connect."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db.models import Count, QuerySet, Sum
from django.db.models.functions import TruncDate
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lantian.kernel.holdings import Part, Subject
from lantian.kernel.rules import Actor, ActorKind, within
from lantian.people.connect.enums import SignOnScope
from lantian.people.connect.models import Client, ClientUse, SignOn
from lantian.people.roster import queries as roster
from lantian.people.roster.enums import Role

if TYPE_CHECKING:
    from lantian.kernel.rules import Text
    from lantian.people.identity.models import Account
    from lantian.people.roster.models import Organization

# Roles that memberships say better: with the class.
FROM_MEMBERSHIP = frozenset({Role.STUDENT, Role.TEACHER, Role.HOMEROOM_TEACHER})

SENTENCES: "dict[str, Text]" = {
    "connect.client_registered": gettext_lazy("登记接入"),
    "connect.client_changed": gettext_lazy("修改了%(changed)s"),
    "connect.secret_rotated": gettext_lazy("更换了密钥"),
    "connect.client_stopped": gettext_lazy("停用"),
    "connect.token_reused": gettext_lazy("有人又用了已经换掉的刷新令牌，那次登录的令牌全部作废"),
    "connect.client_resumed": gettext_lazy("恢复使用"),
}
FACTS: "dict[str, Text]" = {
    "name": gettext_lazy("名称"),
    "purpose": gettext_lazy("用途"),
    "units": gettext_lazy("开放的单位"),
    "scopes": gettext_lazy("开放的内容"),
    "redirect_uris": gettext_lazy("登录后返回的地址"),
    "sensitive": gettext_lazy("是否开放证件号和联系方式"),
    "approved": gettext_lazy("是否统一同意"),
    "expires_on": gettext_lazy("到期日"),
}


def clients_visible_to(actor: Actor) -> QuerySet[Client]:
    """Clients that units of an officer's subtree answer for."""
    rows = Client.objects.select_related("organization", "oidc", "created_by")
    if actor.is_system:
        return rows
    if not actor.has_role(Role.OFFICER):
        return rows.none()
    return rows.filter(organization__path__within_any=list(actor.paths))


def history_of(client: Client) -> list[roster.HistoryLine]:
    """What was done to a client, in sentences, newest first; one query."""
    return roster.history_lines(client, sentences=SENTENCES, facts=FACTS)


def use_by_day(client: Client, days: int = 30) -> list[dict[str, Any]]:
    """Requests per day ("day", "requests") of the last `days` days in which there were any, newest first."""
    since = timezone.now() - timedelta(days=days)
    rows = ClientUse.objects.filter(client=client, minute__gte=since).annotate(day=TruncDate("minute"))
    sums = rows.values("day").annotate(requests=Sum("requests")).order_by("-day")
    return [{"day": row["day"], "requests": row["requests"]} for row in sums]


def sign_on_figures(client: Client) -> dict[str, int]:
    """How many people signed on to a client, and how often: "people" and "times"."""
    found = SignOn.objects.filter(client=client, times__gt=0).aggregate(people=Count("pk"), times=Sum("times"))
    return {"people": found["people"], "times": found["times"] or 0}


def people_signed_on(actor: Actor, client: Client) -> QuerySet[SignOn]:
    """Who signed on to a client, of those whom the actor sees."""
    rows = SignOn.objects.filter(client=client, times__gt=0).select_related("account__person")
    return rows.filter(account__person__in=roster.people_visible_to(actor).values("pk"))


def own_sign_ons(actor: Actor) -> QuerySet[SignOn]:
    """The software one's own account has been to or agreed to, the latest first."""
    rows = SignOn.objects.filter(account=actor.account_id).select_related("client__organization", "client__oidc")
    return rows.order_by("-last_at", "-agreed_at")


def sign_on_of(client: Client, account_id: UUID | None) -> SignOn | None:
    return SignOn.objects.filter(client=client, account=account_id).first()


def client_of(oidc_id: str) -> Client | None:
    """The registration of an identifier as the protocol has it."""
    return Client.objects.select_related("oidc", "organization").filter(oidc_id=oidc_id).first()


def roots_of(client: Client) -> tuple[str, ...]:
    """The ltree roots of what a client may have: a unit that was moved out of the answering unit's care is not among them."""
    units = client.units.filter(path__within=client.organization.path)
    return tuple(units.order_by("path").values_list("path", flat=True))


# In a narrow column.
SHORT_WORDS: "dict[str, Text]" = {
    SignOnScope.OPENID: gettext_lazy("固定编号"),
    SignOnScope.PROFILE: gettext_lazy("姓名"),
    SignOnScope.ROLES: gettext_lazy("学校和身份"),
}


def short_words(scopes: Iterable[str]) -> str:
    """What is handed over of a person, in a few words."""
    return str(_("、").join(str(words) for scope, words in SHORT_WORDS.items() if scope in set(scopes)))


def scope_words(scopes: Iterable[str]) -> list[str]:
    """What is handed over of a person, in words."""
    return [str(SignOnScope(scope).label) for scope in SignOnScope.values if scope in set(scopes)]


def _unit_claim(unit: "Organization") -> dict[str, str]:
    return {"id": str(unit.pk), "name": unit.name, "kind": str(unit.kind), "code": unit.code}


@dataclass(frozen=True)
class Standing:
    """What somebody is within a client's units: entries of the claim `lantian.roles`, and what follows for asking.

    `is_young`: a pupil under fourteen; not looked up where the school has decided.
    """

    roles: tuple[dict[str, Any], ...] = ()
    is_young: bool = False

    @property
    def belongs(self) -> bool:
        """As pupil or staff: a school may decide for them. For a guardian it may not."""
        return any(role["role"] != Role.GUARDIAN for role in self.roles)

    @property
    def words(self) -> list[str]:
        """The roles for people to read: 东小学 三年级1班 学生."""
        lines = []
        for role in self.roles:
            klass = role.get("class", {}).get("name", "")
            parts = (role["organization"]["name"], klass, roster.role_name(role["role"]))
            lines.append(" ".join(part for part in parts if part))
        return lines


def standing_of(actor: Actor, client: Client) -> Standing:
    """What a person is within a client's units today, whatever role they act in. At most five queries."""
    roots = roots_of(client)
    if actor.kind is not ActorKind.PERSON or actor.person_id is None:
        return Standing()
    found: list[dict[str, Any]] = []
    for row in roster.memberships_of_id(actor.person_id):
        if not any(within(row.organization.path, root) for root in roots):
            continue
        entry: dict[str, Any] = {"role": str(row.role), "organization": _unit_claim(row.organization)}
        if row.class_group is not None:
            group = row.class_group
            entry["class"] = {"id": str(group.pk), "name": group.name, "stage": str(group.stage), "grade": group.grade}
        if entry not in found:
            found.append(entry)
    offices = [
        grant
        for grant in actor.grants
        if grant.role not in FROM_MEMBERSHIP and any(within(grant.path, root) for root in roots)
    ]
    if offices:
        units = {unit.pk: unit for unit in roster.organizations_known(grant.organization_id for grant in offices)}
        found += [{"role": grant.role, "organization": _unit_claim(units[grant.organization_id])} for grant in offices]
    young = False
    if not client.approved and any(entry["role"] == Role.STUDENT for entry in found):
        person = roster.person_of_id(actor.person_id)
        young = person is not None and roster.is_under_consent_age(person)
    return Standing(tuple(found), young)


def must_ask(client: Client, standing: Standing, scopes: "tuple[str, ...]", account_id: UUID | None) -> bool:
    """Whether the person is to be asked before `scopes` are handed over. Who once took it back is, whoever decided for them."""
    row = sign_on_of(client, account_id)
    if client.approved and standing.belongs and (row is None or row.withdrawn_at is None):
        return False
    return row is None or row.agreed_at is None or not set(scopes) <= set(row.agreed)


def claims_of(account: "Account", client: Client, scopes: "tuple[str, ...] | list[str]") -> dict[str, Any]:
    """What `scopes` hand over of the holder of an account. Never a phone, citizen ID, student number or sign-in name."""
    claims: dict[str, Any] = {"sub": str(account.pk)}
    actor = roster.actor_of_account(account)
    if SignOnScope.PROFILE in scopes:
        claims |= {"name": actor.name, "locale": "en" if account.language == "en" else "zh-CN"}
    if SignOnScope.ROLES in scopes:
        claims["lantian.person"] = str(actor.person_id) if actor.person_id else None
        claims["lantian.roles"] = list(standing_of(actor, client).roles)
    return claims


def handed_over(actor: Actor, standing: Standing, scopes: "tuple[str, ...]") -> list[tuple[str, list[str]]]:
    """What a sign-on hands over, for the person to read: (what it is, its values)."""
    values = {SignOnScope.PROFILE: [actor.name], SignOnScope.ROLES: standing.words or [_("没有身份")]}
    known = [scope for scope in SignOnScope if scope in scopes]
    return [(str(scope.label), values.get(scope, [])) for scope in known]


@dataclass(frozen=True)
class Access:
    """What a request with a token may have: ltree roots of its units, scopes, and whether sealed facts go along."""

    client: Client
    scopes: frozenset[str]
    roots: tuple[str, ...] = ()
    sensitive: bool = False
    actor: Actor = field(kw_only=True)

    def live_on(self, today: date) -> bool:
        return self.client.is_live(today)


def sign_ons_of(subject: Subject) -> QuerySet[SignOn]:
    """The software that a person's accounts have been to or agreed to."""
    return SignOn.objects.filter(account__in=subject.account_ids)


def sign_ons_part(subject: Subject) -> Part:
    """Their part of a person's copy."""
    rows = [
        {
            "client": row.client.name,
            "told": _("；").join(scope_words(row.handed or row.agreed)),
            "agreed": row.agreed_at.isoformat() if row.agreed_at else None,
            "times": row.times,
            "last": row.last_at.isoformat() if row.last_at else None,
        }
        for row in sign_ons_of(subject).select_related("client").order_by("first_at")
    ]
    labels = {
        "client": _("软件"),
        "told": _("得到的内容"),
        "agreed": _("同意时间"),
        "times": _("次数"),
        "last": _("最近一次"),
    }
    return Part(_("登录过的软件"), labels, rows)
