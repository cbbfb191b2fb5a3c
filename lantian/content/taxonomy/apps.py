from django.apps import AppConfig


class TaxonomyConfig(AppConfig):
    name = "lantian.content.taxonomy"
    label = "taxonomy"

    def ready(self) -> None:
        from lantian.content.taxonomy import events, rules  # noqa: F401 - they declare themselves

        _hold()


def _hold() -> None:
    """Who changed what stays known: it is the history of what schools teach by."""
    from lantian.kernel.holdings import DID_IT, exempt

    exempt(DID_IT, "taxonomy.change.person", "taxonomy.upload.person")
