from typing import TYPE_CHECKING

from django.apps import AppConfig

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from lantian.kernel.rules import Actor
    from lantian.kernel.web.panels import Todo
    from lantian.people.roster.models import ClassGroup
    from lantian.people.roster.queries import OwnLink, Panel


class MessagingConfig(AppConfig):
    name = "lantian.people.messaging"
    label = "messaging"

    def ready(self) -> None:
        from django.utils.translation import gettext_lazy as _

        from lantian.kernel.demo import demo_part
        from lantian.kernel.web.installing import WORKER_PARTS
        from lantian.kernel.web.navigation import NavItem, add
        from lantian.kernel.web.panels import TODOS
        from lantian.kernel.web.shell import PLACES, UNREAD
        from lantian.people.identity.queries import READ_ALONG
        from lantian.people.messaging import (
            demo,
            queries,
            receivers,  # noqa: F401 - kinds subscribe themselves
            rules,
        )
        from lantian.people.roster.queries import CLASS_PANELS, OWN_LINKS

        READ_ALONG.register("unread_notices", queries.unread_of_account)
        UNREAD.register("messaging", queries.unread_of_request)
        WORKER_PARTS.register("messaging", "messaging/sw.js")
        PLACES.register("inbox", "messaging_inbox")
        TODOS.register("messaging", _to_confirm)
        CLASS_PANELS.register("messaging", _class_panel)
        OWN_LINKS.register("messaging", _own_link)
        demo_part("messaging")(demo.seed)
        add(
            NavItem(
                "notices",
                _("发通知"),
                "messaging_notices",
                "send",
                25,
                shown=lambda actor: bool(rules.may_send_notice(actor)),
            )
        )
        _hold()


def _hold() -> None:
    """What messages hold of a person, and how long notices are kept."""
    from django.utils.translation import gettext_lazy as _

    from lantian.kernel.holdings import DID_IT, HOLDINGS, Holding, exempt
    from lantian.kernel.retention import DAY, RETENTION, RetentionRule
    from lantian.people.messaging import services
    from lantian.people.messaging.queries import holding

    held = Holding(
        _("收到的消息"),
        covers=("messaging.receipt.person",),
        count=lambda subject: holding.receipts_of(subject).count(),
        erase=services.erase_receipts,
        export=holding.receipts_part,
    )
    HOLDINGS.register("messaging.receipts", held)
    wishes = Holding(
        _("消息提醒、邮箱和设备"),
        covers=("messaging.preference.person", "messaging.pushdevice.person"),
        count=lambda subject: holding.preferences_of(subject).count() + holding.devices_of(subject).count(),
        erase=services.erase_preferences,
        export=holding.preferences_part,
    )
    HOLDINGS.register("messaging.preferences", wishes)
    exempt(DID_IT, "messaging.notice.sender")
    rule = RetentionRule(
        _("消息和回执"),
        _("删除消息和谁读过、谁确认过的记录。"),
        _("平台的做法：两个学年内可以查对。"),
        DAY,
        usual=730,
        least=90,
        most=5 * 365,
        count=lambda before: holding.old_notices(before).count(),
        sample=holding.sample_of_old,
        let_go=services.forget_old,
    )
    RETENTION.register("messaging.notices", rule)


def _to_confirm(actor: "Actor", day: "date") -> "Iterable[Todo]":
    """How many notices ask this person to say that they were seen. One query."""
    from django.urls import reverse
    from django.utils.translation import gettext as _
    from django.utils.translation import npgettext

    from lantian.kernel.web.panels import Todo
    from lantian.people.messaging import queries

    count = queries.count_to_confirm(actor)
    if count:
        unit = npgettext("notices", "条", "条", count)
        yield Todo(_("确认收到的通知"), reverse("messaging_inbox") + "?state=open", count=count, unit=unit)


def _own_link(actor: "Actor") -> "OwnLink | None":
    """On one's own page: the way to how one is told. No query."""
    from django.urls import reverse
    from django.utils.translation import gettext_lazy as _

    from lantian.people.roster.queries import OwnLink

    return OwnLink(_("消息提醒"), _("设置"), reverse("messaging_settings")) if actor.person_id else None


def _class_panel(actor: "Actor", group: "ClassGroup") -> "Panel | None":
    """On a class's page: the way to a notice to its families. No query."""
    from django.urls import reverse
    from django.utils.translation import gettext_lazy as _

    from lantian.people.messaging import queries
    from lantian.people.roster.queries import Panel

    teaches = actor.has_role("teacher", "homeroom_teacher") and group.pk in actor.class_group_ids
    if not queries.groups_for(actor) or not (teaches or actor.administers(group.organization.path)):
        return None
    url = f"{reverse('messaging_notice_new')}?to=class:{group.pk}"
    return Panel(_("家校联系"), "messaging/_class_panel.html", {"url": url})
