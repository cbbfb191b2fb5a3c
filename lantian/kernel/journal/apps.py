from django.apps import AppConfig


class JournalConfig(AppConfig):
    name = "lantian.kernel.journal"
    label = "journal"

    def ready(self) -> None:
        from lantian.kernel import events
        from lantian.kernel.journal import services

        events.plug_outbox(services.store_event)
