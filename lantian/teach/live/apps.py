from typing import TYPE_CHECKING

from django.apps import AppConfig

if TYPE_CHECKING:
    from lantian.people.schedule.models import Lesson


def lesson_address(lesson: "Lesson") -> str:
    from django.urls import reverse

    return reverse("live_lesson", args=[lesson.pk])


class LiveConfig(AppConfig):
    name = "lantian.teach.live"
    label = "live"

    def ready(self) -> None:
        from django.utils.translation import gettext_lazy as _

        from lantian.kernel.demo import DEMO_BROADCASTS, DEMO_KEEPERS, demo_part
        from lantian.kernel.web import navigation
        from lantian.people.schedule.queries import LESSON_PAGES
        from lantian.teach.live import demo, events, receivers, rules  # noqa: F401 - they declare themselves

        LESSON_PAGES.register("page", lesson_address)
        demo_part("live")(demo.seed)
        DEMO_KEEPERS.register("live", demo.keep_past)
        DEMO_BROADCASTS.register("live", demo.broadcast)
        navigation.add(
            navigation.NavItem(
                "screen",
                _("上课"),
                "live_screen",
                "tv",
                10,
                shown=lambda actor: actor.is_screen,
                phone=True,
            )
        )
