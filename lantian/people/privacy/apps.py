from typing import TYPE_CHECKING

from django.apps import AppConfig

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from lantian.kernel.rules import Actor
    from lantian.kernel.web.panels import Todo
    from lantian.people.roster.models import Person
    from lantian.people.roster.queries import Panel


class PrivacyConfig(AppConfig):
    name = "lantian.people.privacy"
    label = "privacy"

    def ready(self) -> None:
        from django.utils.translation import gettext_lazy as _

        from lantian.kernel.web.navigation import NavItem, add
        from lantian.kernel.web.panels import TODOS
        from lantian.people.privacy import rules
        from lantian.people.roster.queries import PERSON_PANELS
        from lantian.people.roster.queries.history import SENTENCES

        SENTENCES["privacy.consent_given"] = _("监护人%(guardian)s同意处理个人信息（%(version)s）")
        SENTENCES["privacy.consent_withdrawn"] = _("撤回了监护人的同意：%(reason)s")
        PERSON_PANELS.register("privacy.consent", _consent_panel)
        TODOS.register("privacy.consent", _consents_to_give)
        add(
            NavItem(
                "consents",
                _("监护人同意"),
                "privacy_consents",
                "shield-check",
                67,
                shown=lambda actor: bool(rules.may_list_consents(actor)),
                group=_("名册"),
            )
        )


def _consent_panel(actor: "Actor", person: "Person") -> "Panel | None":
    """On a child's page: whether a guardian has agreed."""
    from django.urls import reverse
    from django.utils.translation import gettext_lazy as _

    from lantian.people.privacy import queries, rules
    from lantian.people.privacy.views.consents import TONES
    from lantian.people.roster.queries import Panel

    if actor.has_role("teacher", "student", "researcher", "expert", "operator") or not queries.needs_consent(person):
        return None
    if not rules.may_read_consent(actor, person):
        return None
    state = queries.state_of(list(queries.consents_of(person)))
    data = {
        "state": state,
        "tone": TONES[state],
        "url": reverse("privacy_consent", args=[person.pk]),
        "may_give": actor.has_role("guardian"),
    }
    return Panel(_("监护人同意"), "privacy/_consent_panel.html", data)


def _consents_to_give(actor: "Actor", day: "date") -> "Iterable[Todo]":
    """A guardian's children under fourteen for whom the text in force is not agreed to."""
    from django.urls import reverse
    from django.utils.translation import gettext as _

    from lantian.kernel.web.panels import Todo
    from lantian.people.privacy import queries

    if not actor.has_role("guardian"):
        return
    for child in queries.wards_without_consent(actor):
        words = _("阅读并同意%(name)s的个人信息同意书") % {"name": child.name}
        yield Todo(words, reverse("privacy_consent", args=[child.pk]))
