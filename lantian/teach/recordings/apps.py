from django.apps import AppConfig


class RecordingsConfig(AppConfig):
    name = "lantian.teach.recordings"
    label = "recordings"

    def ready(self) -> None:
        from django.utils.translation import gettext_lazy as _

        from lantian.commons.search.queries import KINDS, widen
        from lantian.kernel.demo import DEMO_KEEPERS
        from lantian.kernel.holdings import DID_IT, exempt
        from lantian.kernel.web import navigation
        from lantian.teach.live.queries import LESSON_HELP
        from lantian.teach.recordings import demo, events, queries, receivers, rules  # noqa: F401 - they declare themselves

        LESSON_HELP.register("recording", lambda lesson, _group: queries.address_for(lesson) if lesson else "")
        DEMO_KEEPERS.register("recordings", demo.keep)
        KINDS.register("recording", queries.KIND)
        widen("lesson", queries.published_tokens)
        exempt(DID_IT, "recordings.making.asked_by")
        item = navigation.NavItem
        navigation.add(
            item("recordings", _("录像"), "recordings_list", "film", 15, shown=lambda actor: not actor.is_screen)
        )
