from django.apps import AppConfig


class SeriesConfig(AppConfig):
    name = "lantian.teach.series"
    label = "series"

    def ready(self) -> None:
        from django.utils.translation import gettext_lazy as _

        from lantian.commons.search.queries import KINDS, widen
        from lantian.kernel.demo import DEMO_KEEPERS, demo_part
        from lantian.kernel.web import navigation, shell
        from lantian.people.schedule.queries import CALENDAR_LESSONS
        from lantian.teach.series import demo, events, queries, receivers, rules  # noqa: F401 - they declare themselves

        CALENDAR_LESSONS.register("series", queries.lessons_followed)
        KINDS.register("series", queries.KIND)
        widen("lesson", queries.lesson_tokens)
        demo_part("series")(demo.seed)
        DEMO_KEEPERS.register("series", demo.keep)
        item = navigation.NavItem
        navigation.add(
            item("series", _("系列课"), "series_list", "library", 14, shown=lambda actor: not actor.is_screen)
        )
        shell.PUBLIC_NAV.register("series", item("series", _("系列课"), "series_list", "library", 20))
        _hold()


def _hold() -> None:
    """What series hold of a person."""
    from django.utils.translation import gettext_lazy as _

    from lantian.kernel.holdings import DID_IT, HOLDINGS, Holding, exempt
    from lantian.teach.series import queries, services

    given = Holding(
        _("开设的系列课"),
        covers=("series.series.teacher",),
        count=lambda subject: queries.series_taught(subject).count(),
        erase=services.forget_teacher,
        leaves=_("系列课属于学校，保留，不再有姓名。"),
        export=queries.series_part,
    )
    HOLDINGS.register("series.taught", given)
    followed = Holding(
        _("订阅的系列课"),
        covers=("series.subscription.person",),
        count=lambda subject: queries.subscriptions_of(subject).count(),
        erase=services.forget_subscriptions,
        export=queries.subscriptions_part,
    )
    HOLDINGS.register("series.subscriptions", followed)
    exempt(DID_IT, "series.series.created_by")
