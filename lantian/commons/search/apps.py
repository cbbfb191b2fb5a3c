from django.apps import AppConfig


class SearchConfig(AppConfig):
    name = "lantian.commons.search"
    label = "search"

    def ready(self) -> None:
        from lantian.commons.search import tasks  # noqa: F401 - it declares itself
        from lantian.commons.search.queries import kinds
        from lantian.kernel.web import shell

        shell.PLACES.register("search", "search")
        kinds.register()
