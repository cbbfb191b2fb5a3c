from django.apps import AppConfig


class JournalConfig(AppConfig):
    name = "lantian.kernel.journal"
    label = "journal"

    def ready(self) -> None:
        from django.utils.translation import gettext_lazy as _

        from lantian.kernel import events
        from lantian.kernel.holdings import HOLDINGS, Holding, exempt, kept_with_the_record
        from lantian.kernel.journal import queries, services

        events.plug_outbox(services.store_events)
        holding = Holding(
            _("操作记录"),
            covers=("journal.journalentry.person_id", "journal.journalentry.account_id"),
            count=queries.count_of,
            erase=services.redact,
            stays=kept_with_the_record,
            leaves=_("谁在什么时候做了什么还在，姓名换成代号，写过的说明清空。"),
            export=queries.acts_part,
        )
        HOLDINGS.register("journal.acts", holding)
        exempt("ids and codes alone; the name is the person's record's", "journal.outboxevent.actor_id")
