from typing import TYPE_CHECKING

from django.apps import AppConfig

if TYPE_CHECKING:
    from lantian.content.resources.models import ResourceVersion
    from lantian.kernel.rules import Actor


class SharingConfig(AppConfig):
    name = "lantian.content.sharing"
    label = "sharing"

    def ready(self) -> None:
        from django.utils.translation import gettext_lazy as _

        from lantian.content.resources.queries import ALTERNATES, ARRIVALS, PROVENANCE, RESOURCE_PANELS
        from lantian.content.sharing import demo, queries, rules
        from lantian.kernel.demo import demo_part
        from lantian.kernel.holdings import DID_IT, exempt
        from lantian.kernel.web.navigation import NavItem, add, under

        demo_part("sharing")(demo.seed)
        ALTERNATES.register("sharing", queries.feeds_of_list)
        PROVENANCE.register("sharing", queries.provenance_of)
        RESOURCE_PANELS.register("sharing", queries.panel_of_cartridge)
        ARRIVALS.register("sharing", _onward)
        add(
            NavItem(
                "sharing",
                _("导入与采集"),
                "sharing_imports",
                "folder-input",
                68,
                shown=lambda actor: bool(rules.may_share(actor)),
                group=_("资源"),
            )
        )
        under("sharing", "/sharing/")
        exempt(DID_IT, "sharing.bulkrun.created_by", "sharing.neighbour.created_by")


def _onward(actor: "Actor", version: "ResourceVersion") -> str:
    """A course that has just come is read at once, and its page says what is in it."""
    from django.urls import reverse

    from lantian.content.sharing import rules, services
    from lantian.kernel.rules import check

    if not check(rules.may_open_cartridge, actor, version):
        return ""
    return reverse("sharing_cartridge", args=[services.open_cartridge(version, by=actor).pk])
