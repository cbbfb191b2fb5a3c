from datetime import date

from django.urls import path, register_converter

from lantian.people.schedule import views


class DayConverter:
    """A date in an address: 2026-09-07."""

    regex = r"\d{4}-\d{2}-\d{2}"

    def to_python(self, value: str) -> date:
        return date.fromisoformat(value)

    def to_url(self, value: date) -> str:
        return value.isoformat()


register_converter(DayConverter, "day")

urlpatterns = [
    path("lessons/", views.lessons, name="schedule_lessons"),
    path("lessons/plan/", views.plan, name="schedule_lesson_plan"),
    path("lessons/<uuid:lesson_id>/edit/", views.edit, name="schedule_lesson_edit"),
    path("lessons/<uuid:lesson_id>/hand-over/", views.hand_over, name="schedule_lesson_hand_over"),
    path("lessons/<uuid:lesson_id>/cancel/", views.cancel, name="schedule_lesson_cancel"),
    path("alliances/", views.alliances, name="schedule_alliances"),
    path("alliances/new/", views.alliance_new, name="schedule_alliance_new"),
    path("alliances/<uuid:alliance_id>/", views.alliance, name="schedule_alliance"),
    path("alliances/<uuid:alliance_id>/schools/", views.alliance_add, name="schedule_alliance_add"),
    path("alliances/<uuid:alliance_id>/invite/", views.invite, name="schedule_invite"),
    path("alliances/<uuid:alliance_id>/end/", views.alliance_end, name="schedule_alliance_end"),
    path("alliances/members/<uuid:member_id>/leave/", views.alliance_leave, name="schedule_alliance_leave"),
    path("alliances/invitations/<uuid:invitation_id>/", views.invitation, name="schedule_invitation"),
    path("alliances/<uuid:alliance_id>/pairings/", views.pairings, name="schedule_pairings"),
    path("pairings/<uuid:pairing_id>/end/", views.pairing_end, name="schedule_pairing_end"),
    path("pairings/<uuid:pairing_id>/<int:weekday>/<int:period>/", views.settle, name="schedule_settle"),
    path("timetable/", views.week, name="schedule_week"),
    path("timetable/subscribe/", views.subscribe, name="schedule_subscribe"),
    path("timetable/feeds/<str:secret>.ics", views.feed, name="schedule_feed"),
    path("timetable/entries/<uuid:entry_id>/<day:day>/", views.change_day, name="schedule_change_day"),
    path("timetables/", views.timetables, name="schedule_timetables"),
    path("timetables/new/", views.timetable_new, name="schedule_timetable_new"),
    path("timetables/bells/", views.bells, name="schedule_bells"),
    path("timetables/<uuid:timetable_id>/", views.timetable, name="schedule_timetable"),
    path("timetables/<uuid:timetable_id>/act/", views.timetable_act, name="schedule_timetable_act"),
    path(
        "timetables/<uuid:timetable_id>/<uuid:class_id>/<int:weekday>/<int:period>/", views.cell, name="schedule_cell"
    ),
    path("rooms/", views.rooms, name="schedule_rooms"),
    path("rooms/<uuid:room_id>/", views.room_rename, name="schedule_room"),
    path("rooms/<uuid:room_id>/screen/", views.room_screen, name="schedule_room_screen"),
]
