from typing import TYPE_CHECKING

from django.apps import AppConfig

if TYPE_CHECKING:
    from django.http import HttpRequest

    from lantian.kernel.rules import Actor

ACTING_AS = "acting_as"  # the session key that keeps the role acted in


class RosterConfig(AppConfig):
    name = "lantian.people.roster"
    label = "roster"

    def ready(self) -> None:
        from lantian.kernel.demo import demo_part
        from lantian.kernel.web.guards import ACTOR_SOURCES
        from lantian.people.roster import demo, rules  # noqa: F401 - rules make themselves known
        from lantian.people.roster.services.accounts import keep_person_accounts

        ACTOR_SOURCES.register("person", _actor_of_request)
        keep_person_accounts()
        demo_part("roster")(demo.seed)


def _actor_of_request(request: "HttpRequest") -> "Actor":
    from lantian.people.roster.queries import actor_of_account

    return actor_of_account(request.user, request.session.get(ACTING_AS))
