from django.apps import AppConfig


class SharingConfig(AppConfig):
    name = "lantian.content.sharing"
    label = "sharing"

    def ready(self) -> None:
        from django.utils.translation import gettext_lazy as _

        from lantian.content.resources.queries import ALTERNATES, PROVENANCE
        from lantian.content.sharing import demo, queries, rules
        from lantian.kernel.demo import demo_part
        from lantian.kernel.holdings import DID_IT, exempt
        from lantian.kernel.web.navigation import NavItem, add

        demo_part("sharing")(demo.seed)
        ALTERNATES.register("sharing", queries.feeds_of_list)
        PROVENANCE.register("sharing", queries.provenance_of)
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
        exempt(DID_IT, "sharing.bulkrun.created_by", "sharing.neighbour.created_by")
