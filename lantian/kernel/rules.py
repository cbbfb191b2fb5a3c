"""Who may: one predicate per verb, each with a reason for "no", and the filter that belongs to each "may see".

A rule takes the actor first and the things it is about after it, and returns a `Verdict`. Services call `require`,
pages call `check` (to hide a button) or `guarded` views. A view rule and its queryset are tied by `visible_pair`, and
`share_edge` lets an app above widen what is visible below (alliance, offering, exam, publication) without being known there.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Protocol, TypeVar
from uuid import UUID

from django.db.models import Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from lantian.kernel.registry import Registry

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

    Text = str | _StrPromise


class ActorKind(StrEnum):
    PERSON = "person"
    SCREEN = "screen"
    CLIENT = "client"
    SYSTEM = "system"
    ANONYMOUS = "anonymous"


ADMINISTERING_ROLES = frozenset({"officer", "school_head", "school_it"})


@dataclass(frozen=True, slots=True)
class Grant:
    """A role held at an organisation, as far as rules need to know it. `path` is the organisation's ltree text."""

    id: UUID
    role: str
    organization_id: UUID
    organization_name: str
    organization_kind: str
    path: str


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts, and in which role: a person, a class screen, registered software, the system itself, or a stranger.

    A person with several roles acts in one at a time (`grant`); what an officer may do as an officer is not done while
    she acts as a parent. Plain data: building one costs queries, asking one costs none.
    """

    kind: ActorKind
    name: str = ""
    account_id: UUID | None = None
    person_id: UUID | None = None
    grant: Grant | None = None
    grants: tuple[Grant, ...] = ()
    room_id: UUID | None = None
    organization_id: UUID | None = None
    class_group_ids: frozenset[UUID] = field(default_factory=frozenset)

    @property
    def is_anonymous(self) -> bool:
        return self.kind is ActorKind.ANONYMOUS

    @property
    def is_system(self) -> bool:
        return self.kind is ActorKind.SYSTEM

    @property
    def is_screen(self) -> bool:
        return self.kind is ActorKind.SCREEN

    @property
    def role(self) -> str:
        return self.grant.role if self.grant else ""

    @property
    def paths(self) -> tuple[str, ...]:
        """Roots of the subtrees this actor administers in the role acted in; empty for all who administer nothing."""
        if self.grant and self.grant.role in ADMINISTERING_ROLES:
            return (self.grant.path,)
        return ()

    def has_role(self, *roles: str) -> bool:
        """Whether the role acted in now is one of `roles`."""
        return self.role in roles

    def administers(self, path: str) -> bool:
        """Whether the organisation at ltree `path` lies in a subtree administered by this actor (its root included)."""
        return any(within(path, root) for root in self.paths)

    def administers_below(self, path: str) -> bool:
        """Like `administers`, but the actor's own organisation does not count: one governs below oneself."""
        return any(within(path, root) and path != root for root in self.paths)


ANONYMOUS = Actor(kind=ActorKind.ANONYMOUS)
SYSTEM = Actor(kind=ActorKind.SYSTEM, name="系统")  # i18n: data; kept in the journal, translated where it is shown


def within(path: str, root: str) -> bool:
    """Whether ltree `path` is `root` or lies below it. An empty root contains nothing."""
    return bool(root) and (path == root or path.startswith(root + "."))


STOPS = "。！？….!?"  # i18n: data


def sentence(words: "Text") -> str:
    """Words with the full stop of the language that they are read in, where they have none."""
    said = str(words).strip()
    return said if not said or said[-1] in STOPS else (said + gettext("。")).rstrip()


@dataclass(frozen=True, slots=True)
class Verdict:
    """Yes, or no with a reason for the person who asked: `reason` as it goes into other words, `words` as it stands alone."""

    allowed: bool
    reason: "Text" = ""

    @property
    def words(self) -> str:
        return sentence(self.reason)

    def __bool__(self) -> bool:
        return self.allowed


ALLOW = Verdict(True)


def deny(reason: "Text") -> Verdict:
    return Verdict(False, reason)


class Rule(Protocol):
    rule_name: str
    __name__: str

    def __call__(self, actor: Actor, /, *objects: Any) -> Verdict: ...


class Denied(Exception):
    """A rule said no. `reason` is for the user, `words` is it as a whole sentence; `rule` is the rule's name, for the journal and
    tests."""

    def __init__(self, reason: "Text", *, rule: str) -> None:
        super().__init__(f"{rule}: {reason}")
        self.reason = reason
        self.rule = rule

    @property
    def words(self) -> str:
        return sentence(self.reason)


RULES: Registry[Rule] = Registry("rules")

F = TypeVar("F", bound=Callable[..., Verdict])
Q_ = TypeVar("Q_", bound=Callable[..., Any])


def rule(name: str) -> Callable[[F], F]:
    """Declare a rule under `app.verb_noun`. Each name once; `tests/architecture` asks a test of yes and of no for each."""

    def declare(function: F) -> F:
        function.rule_name = name  # type: ignore[attr-defined]  # a function carries its rule's name
        RULES.register(name, function)  # type: ignore[arg-type]
        return function

    return declare


def check(rule_function: Callable[..., Verdict], actor: Actor, *objects: Any) -> Verdict:
    """Ask a rule. The system itself may do all that services offer."""
    if actor.is_system:
        return ALLOW
    return rule_function(actor, *objects)


def require(rule_function: Callable[..., Verdict], actor: Actor, *objects: Any) -> None:
    """Ask a rule and raise Denied with its reason when it says no."""
    verdict = check(rule_function, actor, *objects)
    if not verdict:
        raise Denied(verdict.reason or _("您没有这项权限"), rule=getattr(rule_function, "rule_name", ""))


VISIBLE_PAIRS: dict[str, Callable[..., Any]] = {}


def visible_pair(view_rule: Callable[..., Verdict]) -> Callable[[Q_], Q_]:
    """Tie `x_visible_to(actor) -> QuerySet` to its view rule: both answer the same question, one by one or in bulk."""

    def tie(query: Q_) -> Q_:
        VISIBLE_PAIRS[view_rule.rule_name] = query  # type: ignore[attr-defined]
        return query

    return tie


Edge = Callable[[Actor], Q]
SHARE_EDGES: dict[str, list[Edge]] = {}


def share_edge(target: str) -> Callable[[Edge], Edge]:
    """Declare that some of `target` ("app.model") is visible beyond the subtree: the function gives it as a Q on that model."""

    def declare(edge: Edge) -> Edge:
        SHARE_EDGES.setdefault(target, []).append(edge)
        return edge

    return declare


def shared(target: str, actor: Actor) -> Q:
    """All declared shares of `target` for this actor as one Q; matches nothing when there is none."""
    q = Q(pk__in=[])
    for edge in SHARE_EDGES.get(target, ()):
        q |= edge(actor)
    return q
