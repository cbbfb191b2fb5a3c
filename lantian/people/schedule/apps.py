from typing import TYPE_CHECKING

from django.apps import AppConfig

if TYPE_CHECKING:
    from django.http import HttpRequest

    from lantian.kernel.rules import Actor


def screen_actor(request: "HttpRequest") -> "Actor":
    """The actor behind a class screen's account: the screen of its room, or nobody when it is bound to none."""
    from lantian.kernel.rules import ANONYMOUS, Actor, ActorKind
    from lantian.people.schedule.models import Room

    account = request.user
    room = Room.objects.select_related("class_group", "organization").filter(screen_account=account.pk).first()
    if room is None or not room.is_active or not getattr(account, "is_active", False):
        return ANONYMOUS
    return Actor(
        kind=ActorKind.SCREEN,
        name=str(room.class_group or room.name),
        account_id=account.pk,
        room_id=room.pk,
        organization_id=room.organization_id,
        class_group_ids=frozenset({room.class_group_id} if room.class_group_id else ()),
    )


class ScheduleConfig(AppConfig):
    name = "lantian.people.schedule"
    label = "schedule"

    def ready(self) -> None:
        from django.utils.translation import gettext_lazy as _
        from django.utils.translation import pgettext_lazy

        from lantian.kernel.demo import DEMO_KEEPERS, DEMO_SETS, demo_part
        from lantian.kernel.time.services import CALENDAR_FOLLOWERS
        from lantian.kernel.web import navigation
        from lantian.kernel.web.guards import ACTOR_SOURCES
        from lantian.kernel.web.panels import TODOS
        from lantian.people.roster.queries import ORGANIZATION_PANELS
        from lantian.people.schedule import (  # rules, pairs, share edges and kinds of notices declare themselves
            demo,
            events,  # noqa: F401
            receivers,  # noqa: F401
            rules,  # noqa: F401
        )
        from lantian.people.schedule.queries import invitations_todo, rooms_panel
        from lantian.people.schedule.services import keep_screen_accounts, watch_calendar

        ACTOR_SOURCES.register("class_screen", screen_actor)
        _hold()
        keep_screen_accounts()
        CALENDAR_FOLLOWERS.register("schedule", watch_calendar)
        ORGANIZATION_PANELS.register("schedule.rooms", rooms_panel)
        demo_part("schedule")(demo.seed)
        DEMO_KEEPERS.register("schedule", demo.keep_day)
        DEMO_SETS.register("schedule.regular_lessons", demo.regular_lessons)
        TODOS.register("schedule.invitations", invitations_todo)
        people = {"teacher", "homeroom_teacher", "school_head", "school_it", "officer", "student", "guardian"}
        navigation.add(
            navigation.NavItem(
                "lessons",
                _("课程"),
                "schedule_lessons",
                "calendar-days",
                20,
                shown=navigation.roles(*people),
                phone=True,
            )
        )
        navigation.add(
            navigation.NavItem(
                "rooms",
                pgettext_lazy("many", "教室"),
                "schedule_rooms",
                "door-open",
                63,
                shown=navigation.roles("teacher", "homeroom_teacher", "school_head", "school_it", "officer"),
                group=_("名册"),
            )
        )
        navigation.add(
            navigation.NavItem(
                "timetable",
                _("课表"),
                "schedule_week",
                "calendar-range",
                10,
                shown=navigation.roles(*people - {"officer"}),
                phone=True,
            )
        )
        navigation.add(
            navigation.NavItem(
                "timetables",
                pgettext_lazy("many", "学校课表"),
                "schedule_timetables",
                "table",
                42,
                shown=navigation.roles("officer", "school_head", "school_it"),
                group=_("教学"),
            )
        )
        navigation.add(
            navigation.NavItem(
                "alliances",
                pgettext_lazy("many", "联盟"),
                "schedule_alliances",
                "handshake",
                40,
                shown=navigation.roles("officer", "school_head", "school_it", "teacher", "homeroom_teacher"),
                group=_("教学"),
            )
        )


def _hold() -> None:
    """What the timetable holds of a person."""
    from django.utils.translation import gettext_lazy as _

    from lantian.kernel.holdings import DID_IT, HOLDINGS, Holding, exempt
    from lantian.people.schedule import queries, services

    holding = Holding(
        _("上过的课"),
        covers=("schedule.lesson.teacher", "schedule.occupancy.teacher"),
        count=lambda subject: queries.lessons_taught(subject).count(),
        leaves=_("课程属于学校的教学记录，保留，不再有姓名。"),
        export=queries.lessons_part,
    )
    HOLDINGS.register("schedule.lessons", holding)
    weeks = Holding(
        _("课表"),
        covers=("schedule.timetableentry.teacher", "schedule.timetablechange.teacher"),
        count=lambda subject: queries.entries_taught(subject).count(),
        leaves=_("课表属于学校的教学记录，保留，不再有姓名。"),
        export=queries.timetable_part,
    )
    HOLDINGS.register("schedule.timetables", weeks)
    feeds = Holding(
        _("日历订阅地址"),
        covers=("schedule.calendarfeed.account", "schedule.calendarfeed.teacher"),
        count=lambda subject: queries.feeds_held(subject).count(),
        erase=services.erase_feeds,
    )
    HOLDINGS.register("schedule.feeds", feeds)
    exempt(
        DID_IT,
        "schedule.pairingchoice.decided_by",
        "schedule.invitation.invited_by",
        "schedule.invitation.answered_by",
    )
    exempt("a class screen's account is nobody's", "schedule.room.screen_account")
