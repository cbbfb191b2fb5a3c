from django.apps import AppConfig


class ExchangeConfig(AppConfig):
    name = "lantian.people.exchange"
    label = "exchange"

    def ready(self) -> None:
        from django.utils.translation import gettext_lazy as _

        from lantian.kernel.demo import demo_part
        from lantian.kernel.web.navigation import NavItem, add, under
        from lantian.kernel.web.shell import PLACES
        from lantian.people.exchange import demo, receivers, rules  # noqa: F401 - kinds of notices subscribe themselves
        from lantian.people.roster.queries.history import SENTENCES

        demo_part("exchange")(demo.seed)
        PLACES.register("timetable_import", "exchange_week_new")
        add(
            NavItem(
                "imports",
                _("导入"),
                "exchange_imports",
                "file-up",
                66,
                shown=lambda actor: bool(rules.may_import(actor)),
                group=_("名册"),
            )
        )
        add(
            NavItem(
                "exports",
                _("导出"),
                "exchange_exports",
                "file-down",
                67,
                shown=lambda actor: bool(rules.may_export(actor)),
                group=_("名册"),
            )
        )
        under("timetables", "/imports/weeks/")
        SENTENCES["exchange.cell_revealed"] = _("在导入名单里查看了%(what)s：%(reason)s")
        SENTENCES["exchange.private_facts_fetched"] = _("取走了手机号、身份证号或学籍号：%(to)s")
        _hold()


def _hold() -> None:
    """What imports hold of a person, and how long."""
    from django.utils.translation import gettext_lazy as _

    from lantian.kernel.holdings import DID_IT, HOLDINGS, Holding, exempt
    from lantian.kernel.retention import DAY, RETENTION, RetentionRule
    from lantian.people.exchange import services
    from lantian.people.exchange.queries import holding
    from lantian.people.exchange.queries.weeks import old_weeks, sample_of_weeks
    from lantian.people.exchange.services import erasing

    held = Holding(
        _("导入文件里的行、其他系统的编号"),
        covers=("exchange.stagedrow.person_id", "exchange.stagedrow.object_id", "exchange.sourcekey.object_id"),
        count=holding.count_of,
        erase=erasing.erase_rows,
        export=holding.keys_part,
    )
    HOLDINGS.register("exchange.rows", held)
    rule = RetentionRule(
        _("导入文件里的行"),
        _("删除每一行的内容和发现的问题，导入的时间、经办人和数量保留。"),
        _("平台的做法：办完以后只供核对。"),
        DAY,
        usual=30,
        least=1,
        most=365,
        count=lambda before: holding.staged_until(before).count(),
        sample=holding.sample_of_staged,
        let_go=services.forget_old,
    )
    RETENTION.register("exchange.rows", rule)
    weeks = RetentionRule(
        _("从表格读取的课表"),
        _("删除读到的内容和问题，读取的时间、经办人和数量保留；做成的课表不受影响。"),
        _("平台的做法：办完以后只供核对。"),
        DAY,
        usual=30,
        least=1,
        most=365,
        count=lambda before: old_weeks(before).count(),
        sample=sample_of_weeks,
        let_go=services.forget_weeks,
    )
    RETENTION.register("exchange.weeks", weeks)
    exempt(
        DID_IT,
        "exchange.weekimport.created_by",
        "exchange.importrun.created_by",
        "exchange.importrun.acting",
        "exchange.sheetmapping.set_by",
        "exchange.sheetcorrection.by",
        "exchange.senterrors.sent_by",
        "exchange.export.created_by",
    )
