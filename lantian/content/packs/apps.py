from django.apps import AppConfig


class PacksConfig(AppConfig):
    name = "lantian.content.packs"
    label = "packs"

    def ready(self) -> None:
        from django.utils.translation import gettext_lazy as _

        from lantian.commons.search.queries import KINDS
        from lantian.content.packs import demo, events, queries, receivers, rules, tasks  # noqa: F401 - they declare themselves
        from lantian.content.resources.queries import RESOURCE_PANELS, USES, Use
        from lantian.kernel.demo import DEMO_KEEPERS, demo_part
        from lantian.kernel.web import navigation
        from lantian.kernel.web.panels import DAY_CARDS
        from lantian.people.roster.queries import CLASS_PANELS
        from lantian.people.schedule.queries import LESSON_PANELS

        demo_part("packs")(demo.seed)
        DEMO_KEEPERS.register("packs", demo.keep)
        navigation.add(
            navigation.NavItem(
                "packs",
                _("资源包"),
                "packs_mine",
                "briefcase",
                17,
                shown=lambda actor: bool(rules.may_make_pack(actor)),
            )
        )
        navigation.under("packs", "/packs/")
        navigation.under("resources", "/packs/put/")
        KINDS.register("pack", queries.KIND)
        USES.register(
            "packs", Use(_("放进资源包"), "folder-plus", "packs_put", lambda actor: bool(rules.may_make_pack(actor)))
        )
        RESOURCE_PANELS.register("packs", queries.panel_of_resource)
        LESSON_PANELS.register("packs", queries.panel_of_lesson)
        CLASS_PANELS.register("packs", queries.panel_of_class)
        DAY_CARDS.register("packs", queries.card_of_day)
        _hold()


def _hold() -> None:
    """What packs hold of a person, and how long it is known who said what."""
    from django.utils.translation import gettext_lazy as _

    from lantian.content.packs import queries, services
    from lantian.kernel.holdings import HOLDINGS, Holding
    from lantian.kernel.retention import DAY, RETENTION, RetentionRule

    made = Holding(
        _("资源包"),
        covers=("packs.pack.owner",),
        count=lambda subject: queries.packs_of(subject).count(),
        erase=services.forget_packs,
        leaves=_("别人复制的那一份是别人的，保留。"),
        export=queries.packs_part,
    )
    HOLDINGS.register("packs.made", made)
    said = Holding(
        _("说过哪些资源有帮助"),
        covers=("packs.judgement.person",),
        count=lambda subject: queries.judgements_of(subject).count(),
        erase=services.forget_judgements,
        leaves=_("人数不变，不再知道是谁说的。"),
        export=queries.judgements_part,
    )
    HOLDINGS.register("packs.said", said)
    rule = RetentionRule(
        _("谁说过资源有没有帮助"),
        _("去掉姓名，人数保留。"),
        _("平台的做法：只为知道哪些资源好用。"),
        DAY,
        usual=365,
        least=30,
        most=3 * 365,
        count=lambda before: queries.named_before(before).count(),
        sample=queries.sample_named,
        let_go=services.let_go_of_names,
    )
    RETENTION.register("packs.judgements", rule)
