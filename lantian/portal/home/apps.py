from django.apps import AppConfig


class HomeConfig(AppConfig):
    name = "lantian.portal.home"
    label = "home"

    def ready(self) -> None:
        from django.conf import settings
        from django.utils.translation import gettext_lazy as _

        from lantian.kernel.web import navigation, panels, shell
        from lantian.portal.home.queries import figures, todos

        for name, todo_source in todos.SOURCES.items():
            panels.TODOS.register(f"home.{name}", todo_source)
        for name, figure_source in figures.SOURCES.items():
            panels.FIGURES.register(f"home.{name}", figure_source)
        if settings.LANTIAN_DEMO:
            panels.SIGN_IN_PANELS.register("home.demo", "home/_demo.html")
        item = navigation.NavItem
        navigation.add(
            item("today", _("今天"), "home_today", "sun", 0, shown=lambda actor: not actor.is_screen, phone=True)
        )
        navigation.add(
            item("open", _("公开课"), "home_open", "presentation", 15, shown=navigation.roles("researcher", "expert"))
        )
        # one's own days, of whoever has no entry of their own for the timetable
        navigation.under("today", "/timetable/")
        shell.PUBLIC_NAV.register("home", item("home", _("首页"), "home", "house", 0))
        shell.PUBLIC_NAV.register("open", item("open", _("公开课"), "home_open", "presentation", 10))
        for beginning in ("/live/lessons/", "/recordings/"):  # what a stranger sees of them is open
            shell.PUBLIC_UNDER.register(beginning, "open")
