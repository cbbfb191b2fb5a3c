from django.apps import AppConfig


class TaxonomyConfig(AppConfig):
    name = "lantian.content.taxonomy"
    label = "taxonomy"

    def ready(self) -> None:
        from django.utils.translation import gettext_lazy as _

        from lantian.commons.search.queries import KINDS
        from lantian.content.taxonomy import demo, events, rules  # noqa: F401 - they declare themselves
        from lantian.content.taxonomy.queries import searched
        from lantian.kernel.demo import demo_part
        from lantian.kernel.web import navigation

        demo_part("taxonomy")(demo.seed)
        KINDS.register("node", searched.KIND)
        navigation.add(
            navigation.NavItem(
                "taxonomy",
                _("教材目录"),
                "taxonomy_browse",
                "book-open",
                45,
                shown=navigation.roles("teacher", "homeroom_teacher", "school_head", "officer", "researcher", "expert"),
            )
        )
        _hold()


def _hold() -> None:
    """Who changed what stays known: it is the history of what schools teach by."""
    from lantian.kernel.holdings import DID_IT, exempt

    exempt(DID_IT, "taxonomy.change.person", "taxonomy.upload.person")
