from django.apps import AppConfig


class InteractiveConfig(AppConfig):
    name = "lantian.content.interactive"
    label = "interactive"

    def ready(self) -> None:
        from django.urls import reverse

        from lantian.content.interactive import demo, events, queries, receivers, rules, services  # noqa: F401 - they declare themselves
        from lantian.content.resources.queries import RUNNERS
        from lantian.kernel.demo import demo_part
        from lantian.kernel.web import navigation

        demo_part("interactive")(demo.seed)
        RUNNERS.register("interactive", lambda version: reverse("interactive_run", args=[version.pk]))
        navigation.under("resources", "/interactive/")
        _hold()


def _hold() -> None:
    """What is kept of a person, and for how long."""
    from django.utils.translation import gettext_lazy as _

    from lantian.content.interactive import queries, services
    from lantian.kernel.holdings import HOLDINGS, Holding
    from lantian.kernel.retention import RETENTION, YEAR, RetentionRule

    held = Holding(
        _("互动资源的记录"),
        covers=("interactive.runstate.person",),
        count=queries.runs_held,
        erase=lambda subject: services.forget_runs(subject.person_ids),
        export=queries.runs_part,
    )
    HOLDINGS.register("interactive.runs", held)
    rule = RetentionRule(
        _("互动资源的记录"),
        _("删除做到哪里、得分和用时；资源保留。"),
        _("平台的做法：只为接着做。"),
        YEAR,
        usual=3,
        least=1,
        most=10,
        count=lambda before: queries.old_runs(before).count(),
        sample=queries.sample_of_runs,
        let_go=services.forget_old,
    )
    RETENTION.register("interactive.runs", rule)
