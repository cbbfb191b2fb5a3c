from django.apps import AppConfig


class TaxonomyConfig(AppConfig):
    name = "lantian.content.taxonomy"
    label = "taxonomy"

    def ready(self) -> None:
        from lantian.content.taxonomy import demo, events, rules  # noqa: F401 - they declare themselves
        from lantian.kernel.demo import demo_part

        demo_part("taxonomy")(demo.seed)
        _hold()


def _hold() -> None:
    """Who changed what stays known: it is the history of what schools teach by."""
    from lantian.kernel.holdings import DID_IT, exempt

    exempt(DID_IT, "taxonomy.change.person", "taxonomy.upload.person")
