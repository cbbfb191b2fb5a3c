from typing import TYPE_CHECKING

from django.apps import AppConfig

if TYPE_CHECKING:
    from lantian.kernel.rules import Actor, Text
    from lantian.people.roster.queries import OwnLink


class ConnectConfig(AppConfig):
    name = "lantian.people.connect"
    label = "connect"

    def ready(self) -> None:
        from django.utils.translation import gettext_lazy as _

        from lantian.kernel.demo import demo_part
        from lantian.kernel.holdings import DID_IT, HOLDINGS, Holding, exempt
        from lantian.kernel.web.navigation import NavItem, add
        from lantian.people.connect import demo, queries, rules, services
        from lantian.people.roster.queries import OWN_LINKS

        demo_part("connect")(demo.seed)
        OWN_LINKS.register("connect", _own_link)

        add(
            NavItem(
                "clients",
                _("软件接入"),
                "connect_clients",
                "plug",
                68,
                shown=lambda actor: bool(rules.may_register_client(actor)),
                group=_("名册"),
            )
        )
        exempt(DID_IT, "connect.client.created_by")
        held = Holding(
            _("登录过的软件"),
            covers=("connect.signon.account",),
            count=lambda subject: queries.sign_ons_of(subject).count(),
            erase=services.erase_sign_ons,
            export=queries.sign_ons_part,
        )
        HOLDINGS.register("connect.sign_ons", held)
        _retain()


def _retain() -> None:
    """How long it is kept that somebody went to other software."""
    from django.utils.translation import gettext_lazy as _

    from lantian.kernel.journal.services import journal_rule
    from lantian.kernel.retention import DAY, RETENTION

    words: dict[str, Text] = {
        "connect.signed_on": _("登录别的软件"),
        "connect.agreed": _("同意交出"),
        "connect.taken_back": _("收回同意"),
    }
    law = _("《网络安全法》：网络日志留存不少于六个月。")
    rule = journal_rule(_("登录别的软件的记录"), law, words, unit=DAY, usual=365, least=183, most=3 * 365)
    RETENTION.register("connect.sign_ons", rule)


def _own_link(actor: "Actor") -> "OwnLink | None":
    """For whoever has been to other software: the way to what it was told."""
    from django.urls import reverse
    from django.utils.translation import gettext_lazy as _
    from django.utils.translation import ngettext

    from lantian.people.connect import queries
    from lantian.people.roster.queries import OwnLink

    count = queries.own_sign_ons(actor).count()
    words = ngettext("%(count)d 个", "%(count)d 个", count) % {"count": count}
    return OwnLink(_("登录过的软件"), words, reverse("connect_own")) if count else None
