from typing import TYPE_CHECKING

from django.apps import AppConfig

if TYPE_CHECKING:
    from uuid import UUID

    from lantian.people.schedule.models import Lesson


def standby_address(lesson: "Lesson | None", _group: "UUID | None") -> str:
    from django.urls import reverse

    return reverse("desk_standby", args=[lesson.pk]) if lesson else ""


def fault_address(lesson: "Lesson | None", _group: "UUID | None") -> str:
    from django.urls import reverse

    return reverse("desk_fault_lesson", args=[lesson.pk]) if lesson else reverse("desk_fault")


def heads_address(lesson: "Lesson | None", group: "UUID | None") -> str:
    from django.urls import reverse

    return reverse("desk_heads", args=[lesson.pk, group]) if lesson and group else ""


class DeskConfig(AppConfig):
    name = "lantian.teach.desk"
    label = "desk"

    def ready(self) -> None:
        from django.utils.translation import gettext_lazy as _

        from lantian.kernel.demo import DEMO_KEEPERS, demo_part
        from lantian.kernel.holdings import DID_IT, exempt
        from lantian.kernel.web import navigation
        from lantian.kernel.web.panels import TODOS
        from lantian.people.schedule.queries import ALLIANCE_PANELS
        from lantian.teach.desk import demo, events, receivers, rules  # noqa: F401 - they declare themselves
        from lantian.teach.desk.queries.panels import figures_of_alliance
        from lantian.teach.desk.queries.todos import tickets_waiting
        from lantian.teach.live.queries import LESSON_HELP

        demo_part("desk")(demo.seed)
        DEMO_KEEPERS.register("desk", demo.keep)
        exempt(DID_IT, "desk.correction.by", "desk.headcount.by", "desk.ticketnote.by", "desk.ticket.taken_by")
        _hold()
        LESSON_HELP.register("standby", standby_address)
        LESSON_HELP.register("fault", fault_address)
        LESSON_HELP.register("heads", heads_address)
        TODOS.register("desk.tickets", tickets_waiting)
        ALLIANCE_PANELS.register("desk.figures", figures_of_alliance)
        navigation.add(
            navigation.NavItem(
                "now",
                _("正在上的课"),
                "desk_now",
                "activity",
                29,
                shown=navigation.roles("officer", "school_head", "school_it", "operator"),
                group=_("教学"),
            )
        )
        navigation.add(
            navigation.NavItem(
                "week",
                _("上课统计"),
                "desk_week",
                "chart-column",
                30,
                shown=navigation.roles("officer", "school_head", "school_it"),
                phone=True,
                group=_("教学"),
            )
        )
        navigation.add(
            navigation.NavItem(
                "outcomes",
                _("到课记录"),
                "desk_outcomes",
                "clipboard-check",
                31,
                shown=navigation.roles("officer", "school_head", "school_it", "teacher", "homeroom_teacher"),
                group=_("教学"),
            )
        )
        navigation.add(
            navigation.NavItem(
                "tickets",
                _("报修"),
                "desk_tickets",
                "wrench",
                32,
                shown=navigation.roles("officer", "school_head", "school_it", "teacher", "homeroom_teacher"),
                group=_("教学"),
            )
        )
        navigation.under("tickets", "/desk/contact/", "/desk/fault/")
        navigation.under("outcomes", "/desk/heads/")


def _hold() -> None:
    """Faults that a person reported."""
    from django.utils.translation import gettext_lazy as _

    from lantian.kernel.holdings import HOLDINGS, Holding
    from lantian.teach.desk.queries import holding
    from lantian.teach.desk.services import erasing

    HOLDINGS.register(
        "desk.tickets",
        Holding(
            _("报修单"),
            covers=("desk.ticket.raised_by",),
            count=lambda subject: holding.tickets_of(subject).count(),
            erase=erasing.forget_raiser,
            leaves=_("报修单留下，不再写是谁报的。"),
            export=holding.tickets_part,
        ),
    )
