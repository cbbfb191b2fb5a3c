from django.apps import AppConfig


class WantedConfig(AppConfig):
    name = "lantian.content.wanted"
    label = "wanted"

    def ready(self) -> None:
        from django.utils.translation import gettext_lazy as _

        from lantian.content.resources.queries import RESOURCE_PANELS
        from lantian.content.taxonomy.queries import ASKINGS, NODE_PANELS
        from lantian.content.wanted import demo, events, queries, receivers, rules  # noqa: F401 - they declare themselves
        from lantian.kernel.demo import demo_part
        from lantian.kernel.web import navigation
        from lantian.kernel.web.panels import DAY_CARDS, TODOS

        demo_part("wanted")(demo.seed)
        navigation.add(
            navigation.NavItem(
                "wanted",
                _("征集"),
                "wanted_list",
                "megaphone",
                18,
                shown=lambda actor: bool(rules.may_list_calls(actor)),
            )
        )
        ASKINGS.register("wanted", queries.ASKING)
        NODE_PANELS.register("wanted", queries.panel_of_node)
        RESOURCE_PANELS.register("wanted", queries.panel_of_resource)
        DAY_CARDS.register("wanted", queries.card_of_day)
        TODOS.register("wanted", queries.answers_todo)
        _hold()


def _hold() -> None:
    """What calls hold of a person: what they offered. Who asked and who decided is the office's history."""
    from django.utils.translation import gettext_lazy as _

    from lantian.content.wanted import queries, services
    from lantian.kernel.holdings import DID_IT, HOLDINGS, Holding, exempt

    offered = Holding(
        _("应征的资源"),
        covers=("wanted.answer.person",),
        count=lambda subject: queries.answers_of(subject).count(),
        erase=services.forget_answers,
        leaves=_("应征过的资源属于单位，保留，不再知道是谁应征的。"),
        export=queries.answers_part,
    )
    HOLDINGS.register("wanted.offered", offered)
    exempt(DID_IT, "wanted.call.made_by", "wanted.answer.decided_by")
