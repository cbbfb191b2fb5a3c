from django.apps import AppConfig


class ConnectConfig(AppConfig):
    name = "lantian.people.connect"
    label = "connect"

    def ready(self) -> None:
        from django.utils.translation import gettext_lazy as _

        from lantian.kernel.web.navigation import NavItem, add
        from lantian.people.connect import rules

        add(
            NavItem(
                "clients",
                _("软件接入"),
                "connect_clients",
                "plug",
                68,
                shown=lambda actor: bool(rules.may_register_client(actor)),
                group=_("名册"),
            )
        )
