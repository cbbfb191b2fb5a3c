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
        SENTENCES["privacy.data_exported"] = _("下载了个人信息副本")
        SENTENCES["privacy.audit_exported"] = _("导出了查看和授权记录")
        PERSON_PANELS.register("privacy.consent", _consent_panel)
        PERSON_PANELS.register("privacy.looks", _looks_panel)
        _keep_parts()
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
        add(
            NavItem(
                "audit",
                _("查看和授权记录"),
                "privacy_audit",
                "scroll-text",
                68,
                shown=lambda actor: bool(rules.may_read_audit(actor)),
                group=_("名册"),
            )
        )


def _keep_parts() -> None:
    """What the people floor holds about a person."""
    from lantian.people.privacy.queries import personal

    for key, part in (
        ("facts", personal.facts_part),
        ("memberships", personal.memberships_part),
        ("roles", personal.roles_part),
        ("family", personal.family_part),
        ("consents", personal.consents_part),
        ("history", personal.history_part),
    ):
        personal.PERSONAL_PARTS.register(key, part)


def _looks_panel(actor: "Actor", person: "Person") -> "Panel | None":
    """On one's own page, one's child's, and for the administration: the way to who looked."""
    from django.urls import reverse
    from django.utils.translation import gettext_lazy as _

    from lantian.people.privacy import rules
    from lantian.people.roster.queries import Panel

    own = actor.person_id is not None and actor.person_id == person.pk
    if not own and not actor.paths and not (actor.has_role("guardian") and rules.may_read_looks(actor, person)):
        return None
    data = {"url": reverse("privacy_looks", args=[person.pk]), "may_export": own or actor.has_role("guardian")}
    return Panel(_("隐私"), "privacy/_looks_panel.html", data)


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
