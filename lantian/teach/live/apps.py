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

        from lantian.content.resources.queries import CONVERTERS, Converter
        from lantian.kernel.demo import DEMO_BROADCASTS, DEMO_KEEPERS, DEMO_SETS, demo_part
        from lantian.kernel.web import navigation
        from lantian.people.schedule.queries import LESSON_PAGES
        from lantian.teach.live import demo, events, receivers, rules  # noqa: F401 - they declare themselves
        from lantian.teach.live.services import office

        LESSON_PAGES.register("page", lesson_address)
        CONVERTERS.register("live", Converter(lambda: office.program() is not None, office.as_pdf))
        _hold()
        demo_part("live")(demo.seed)
        DEMO_KEEPERS.register("live", demo.keep_past)
        DEMO_SETS.register("live.open_lessons", demo.open_lessons)
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
        navigation.add(
            navigation.NavItem(
                "words",
                _("讨论用词"),
                "live_words",
                "message-circle",
                33,
                shown=navigation.roles("officer", "school_head", "school_it"),
                group=_("教学"),
            )
        )
        navigation.under("lessons", "/live/lessons/")


def _hold() -> None:
    """What live lessons hold of a person, and how long details are kept."""
    from django.utils.translation import gettext_lazy as _

    from lantian.kernel.holdings import DID_IT, HOLDINGS, Holding, exempt
    from lantian.kernel.retention import DAY, RETENTION, RetentionRule
    from lantian.teach.live import queries
    from lantian.teach.live.services import erasing

    holding = Holding(
        _("看课记录"),
        covers=("live.attendance.person",),
        count=lambda subject: queries.attendances_of(subject).count(),
        erase=erasing.forget_viewer,
        leaves=_("课堂人数里仍算一名访客。"),
        export=queries.attendances_part,
    )
    HOLDINGS.register("live.attendances", holding)
    said = Holding(
        _("课堂上的回答、举手和发言"),
        covers=("live.lessonevent.person",),
        count=lambda subject: queries.events_of(subject).count(),
        erase=erasing.forget_events,
        leaves=_("各选项的人数不变，名字和写的话不在了。"),
        export=queries.events_part,
    )
    HOLDINGS.register("live.events", said)
    exempt(
        DID_IT,
        "live.livesession.publisher",
        "live.pageupload.uploaded_by",
        "live.preparedpoll.prepared_by",
        "live.chatword.added_by",
    )
    rule = RetentionRule(
        _("每名观众的播放质量"),
        _("删除明细，每节课的汇总保留。"),
        _("平台的做法：只为改进画质和查找故障。"),
        DAY,
        usual=180,
        least=7,
        most=2 * 365,
        count=lambda before: queries.old_quality(before).count(),
        sample=queries.sample_of_quality,
        let_go=erasing.forget_quality,
    )
    RETENTION.register("live.quality", rule)
