from django.apps import AppConfig


class SuggestedConfig(AppConfig):
    name = "lantian.content.suggested"
    label = "suggested"

    def ready(self) -> None:
        from lantian.content.resources.queries import LIST_PANELS, RESOURCE_PANELS
        from lantian.content.suggested import demo, queries, receivers, rules, tasks  # noqa: F401 - they declare themselves
        from lantian.kernel.demo import demo_part
        from lantian.kernel.web import navigation
        from lantian.kernel.web.panels import DAY_CARDS

        demo_part("suggested")(demo.seed)
        navigation.under("resources", "/suggested/")
        LIST_PANELS.register("suggested", queries.panel_of_list)
        RESOURCE_PANELS.register("suggested", queries.panel_of_resource)
        DAY_CARDS.register("suggested", queries.card_of_day)
        _hold()


def _hold() -> None:
    """What suggestions hold of a person, and how long."""
    from django.utils.translation import gettext_lazy as _

    from lantian.content.suggested import queries, services
    from lantian.kernel.holdings import HOLDINGS, Holding
    from lantian.kernel.retention import DAY, RETENTION, RetentionRule

    used = Holding(
        _("用过的资源（用来推荐）"),
        covers=("suggested.use.person",),
        count=lambda subject: queries.uses_of(subject).count(),
        erase=services.forget_uses,
        export=queries.uses_part,
    )
    HOLDINGS.register("suggested.used", used)
    hidden = Holding(
        _("不感兴趣的资源"),
        covers=("suggested.hidden.person",),
        count=lambda subject: queries.hidden_of(subject).count(),
        erase=services.forget_hidden,
        export=queries.hidden_part,
    )
    HOLDINGS.register("suggested.hidden", hidden)
    plain = Holding(
        _("不按用过的资源推荐"),
        covers=("suggested.plain.person",),
        count=lambda subject: queries.plain_of(subject).count(),
        erase=services.forget_plain,
    )
    HOLDINGS.register("suggested.plain", plain)
    rule = RetentionRule(
        _("老师用过哪些资源（用来推荐）"),
        _("删除。"),
        _("平台的做法：只为推荐，旧的没有用处。"),
        DAY,
        usual=2 * 365,
        least=90,
        most=5 * 365,
        count=lambda before: queries.uses_before(before).count(),
        sample=queries.sample_uses,
        let_go=services.let_go_of_uses,
    )
    RETENTION.register("suggested.uses", rule)
