from django.apps import AppConfig


class ExchangeConfig(AppConfig):
    name = "lantian.people.exchange"
    label = "exchange"

    def ready(self) -> None:
        from django.utils.translation import gettext_lazy as _

        from lantian.kernel.demo import demo_part
        from lantian.kernel.web.navigation import NavItem, add
        from lantian.people.exchange import demo, rules
        from lantian.people.roster.queries.history import SENTENCES

        demo_part("exchange")(demo.seed)
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
        SENTENCES["exchange.private_facts_fetched"] = _("取走了手机号、身份证号或学籍号：%(to)s")
