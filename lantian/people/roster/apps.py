from typing import TYPE_CHECKING, cast

from django.apps import AppConfig

if TYPE_CHECKING:
    from django.http import HttpRequest

    from lantian.kernel.rules import Actor
    from lantian.people.identity.models import Account


class RosterConfig(AppConfig):
    name = "lantian.people.roster"
    label = "roster"

    def ready(self) -> None:
        from lantian.kernel.demo import demo_part
        from lantian.kernel.web.guards import ACTOR_SOURCES
        from lantian.people.roster import demo
        from lantian.people.roster.services.accounts import keep_person_accounts

        ACTOR_SOURCES.register("person", _actor_of_request)
        keep_person_accounts()
        demo_part("roster")(demo.seed)
        _take_places()


def _actor_of_request(request: "HttpRequest") -> "Actor":
    from lantian.people.roster.queries import ACTING_AS, actor_of_account

    return actor_of_account(cast("Account", request.user), request.session.get(ACTING_AS))


def _take_places() -> None:
    """The entries of the navigation, the words for roles, and the places of the shell that are this app's."""
    from django.utils.translation import gettext_lazy as _
    from django.utils.translation import pgettext_lazy

    from lantian.kernel.web.navigation import NavItem, add
    from lantian.kernel.web.shell import PLACES, ROLE_LABELS
    from lantian.people.roster import rules
    from lantian.people.roster.enums import Role

    for role in Role:
        ROLE_LABELS.register(role.value, role.label)
    PLACES.register("me", "roster_me")
    PLACES.register("switch_role", "roster_switch_role")
    group = _("名册")
    add(
        NavItem(
            "organizations",
            pgettext_lazy("many", "单位"),
            "roster_tree",
            "school",
            60,
            shown=lambda actor: (
                bool(rules.may_browse_organizations(actor)) and not actor.has_role("student", "guardian")
            ),
            group=group,
        )
    )
    add(
        NavItem(
            "people",
            _("人员"),
            "roster_people",
            "users-round",
            61,
            shown=lambda actor: bool(rules.may_browse_people(actor)),
            group=group,
        )
    )
    add(
        NavItem(
            "grants",
            _("授权"),
            "roster_grants",
            "key-round",
            62,
            shown=lambda actor: bool(rules.may_see_grants(actor)),
            group=group,
        )
    )
