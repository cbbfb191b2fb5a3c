from django.apps import AppConfig


class RecordersConfig(AppConfig):
    name = "lantian.teach.recorders"
    label = "recorders"

    def ready(self) -> None:
        from django.utils.translation import gettext_lazy as _

        from lantian.kernel.demo import demo_part
        from lantian.kernel.retention import DAY, RETENTION, RetentionRule
        from lantian.kernel.web import navigation
        from lantian.teach.recorders import demo, queries, rules, services  # noqa: F401 - they declare themselves

        demo_part("recorders")(demo.seed)
        navigation.add(
            navigation.NavItem(
                "recorders",
                _("录播设备"),
                "recorders_list",
                "video",
                32,
                shown=navigation.roles("officer", "school_head", "school_it"),
                group=_("教学"),
            )
        )
        rule = RetentionRule(
            _("录播设备的运行记录"),
            _("删除明细；设备本身和它的设置保留。"),
            _("平台的做法：只为查找故障。"),
            DAY,
            usual=180,
            least=7,
            most=2 * 365,
            count=lambda before: queries.old_lines(before).count(),
            sample=queries.sample_of_lines,
            let_go=services.forget_lines,
        )
        RETENTION.register("recorders.lines", rule)
