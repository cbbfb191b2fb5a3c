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

        from lantian.kernel.demo import demo_part
        from lantian.kernel.web.navigation import NavItem, add
        from lantian.kernel.web.panels import TODOS
        from lantian.people.privacy import demo, receivers, rules  # noqa: F401 - kinds of notices subscribe themselves
        from lantian.people.roster.queries import PERSON_PANELS
        from lantian.people.roster.queries.history import SENTENCES

        SENTENCES["privacy.consent_given"] = _("监护人%(guardian)s同意处理个人信息（%(version)s）")
        SENTENCES["privacy.consent_withdrawn"] = _("撤回了监护人的同意：%(reason)s")
        SENTENCES["privacy.data_exported"] = _("下载了个人信息副本")
        SENTENCES["privacy.audit_exported"] = _("导出了查看和授权记录")
        for action, words in {
            "privacy.erasure_requested": _("申请删除个人信息，由%(organization)s受理"),
            "privacy.erasure_approved": _("同意了删除申请"),
            "privacy.erasure_refused": _("没有同意删除申请：%(reason)s"),
            "privacy.erasure_withdrawn": _("撤回了删除申请"),
            "privacy.erasure_stopped": _("中止了删除：%(reason)s"),
            "privacy.person_erased": _("个人信息已删除"),
            "privacy.retention_set": _("调整了保存期限：%(reason)s"),
        }.items():
            SENTENCES[action] = words
        PERSON_PANELS.register("privacy.consent", _consent_panel)
        PERSON_PANELS.register("privacy.looks", _looks_panel)
        demo_part("privacy")(demo.seed)
        _hold()
        _retain()
        TODOS.register("privacy.consent", _consents_to_give)
        TODOS.register("privacy.erasures", _erasures_to_decide)
        add(
            NavItem(
                "consents",
                _("监护人同意"),
                "privacy_consents",
                "shield-check",
                67,
                shown=lambda actor: bool(rules.may_list_consents(actor)),
                group=_("隐私"),
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
                group=_("隐私"),
            )
        )
        add(
            NavItem(
                "erasures",
                _("删除申请"),
                "privacy_erasures",
                "eraser",
                69,
                shown=lambda actor: bool(rules.may_list_erasures(actor)),
                group=_("隐私"),
            )
        )
        add(
            NavItem(
                "retention",
                _("保存期限"),
                "privacy_retention",
                "calendar-clock",
                70,
                shown=lambda actor: bool(rules.may_read_retention(actor)),
                group=_("隐私"),
            )
        )


def _hold() -> None:
    """What the privacy app itself holds of a person: proofs, which outlive the name."""
    from django.utils.translation import gettext_lazy as _

    from lantian.kernel.holdings import DID_IT, HOLDINGS, Holding, exempt
    from lantian.people.privacy import services
    from lantian.people.privacy.queries import consents, personal

    consent = Holding(
        _("监护人同意"),
        covers=("privacy.consent.student", "privacy.consent.guardian"),
        count=lambda subject: consents.consents_with(subject).count(),
        leaves=_("什么时候同意过哪一版，作为证明保留，不再有姓名。"),
        export=personal.consents_part,
    )
    HOLDINGS.register("privacy.consents", consent)
    request = Holding(
        _("删除申请里的说明和答复"),
        covers=("privacy.erasure.person",),
        count=lambda _subject: 0,  # no line of its own where it is shown what would go
        erase=services.erase_requests,
        leaves=_("什么时候删除了多少，作为证明保留，不再有姓名。"),
    )
    HOLDINGS.register("privacy.requests", request)
    exempt(
        DID_IT,
        "privacy.consent.recorded_by",
        "privacy.consent.withdrawn_by",
        "privacy.erasure.requested_by",
        "privacy.erasure.decided_by",
        "privacy.retentionperiod.set_by",
    )


def _retain() -> None:
    """How long people who left and the trail of looks are kept."""
    from django.utils.translation import gettext_lazy as _

    from lantian.kernel.journal.services import journal_rule
    from lantian.kernel.retention import RETENTION, YEAR
    from lantian.people.privacy import services
    from lantian.people.privacy.queries.looks import (
        AUDIT_EXPORTED,
        ERRORS_TAKEN,
        EXPORTED,
        FETCHED,
        IN_LIST,
        REVEALED,
    )
    from lantian.people.privacy.queries.retention import people_rules

    for key, rule in people_rules(services.erase_gone).items():
        RETENTION.register(key, rule)
    looks = journal_rule(
        _("谁看过隐私信息"),
        _("《个人信息保护法》第五十六条：处理情况记录至少保存三年。"),
        {
            REVEALED: _("查看隐私信息"),
            EXPORTED: _("下载个人信息副本"),
            FETCHED: _("随名册交给其他系统"),
            IN_LIST: _("查看导入名单里的号码"),
            ERRORS_TAKEN: _("下载要更正的名单"),
            AUDIT_EXPORTED: _("导出查看和授权记录"),
        },
        unit=YEAR,
        usual=5,
        least=3,
        most=30,
    )
    RETENTION.register("privacy.looks", looks)


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
    if (own or actor.has_role("guardian")) and rules.may_request_erasure(actor, person):
        data["erase_url"] = reverse("privacy_ask", args=[person.pk])
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


def _erasures_to_decide(actor: "Actor", day: "date") -> "Iterable[Todo]":
    """How many requests wait for this head's or officer's word, and until when the first one does. One query."""
    from django.urls import reverse
    from django.utils.translation import gettext as _
    from django.utils.translation import npgettext

    from lantian.kernel.web.panels import Todo
    from lantian.people.privacy import queries

    if not actor.has_role(*queries.DECIDERS):
        return
    days = queries.days_to_decide(actor)
    if days:
        url = reverse("privacy_erasures") + "?state=waiting"
        unit = npgettext("requests", "件", "件", len(days))
        yield Todo(_("审核删除个人信息的申请"), url, due=days[0], count=len(days), unit=unit)
