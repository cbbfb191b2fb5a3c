from django.urls import path

from lantian.people.schedule import views

urlpatterns = [
    path("lessons/", views.lessons, name="schedule_lessons"),
    path("lessons/plan/", views.plan, name="schedule_lesson_plan"),
    path("lessons/<uuid:lesson_id>/edit/", views.edit, name="schedule_lesson_edit"),
    path("lessons/<uuid:lesson_id>/cancel/", views.cancel, name="schedule_lesson_cancel"),
    path("alliances/", views.alliances, name="schedule_alliances"),
    path("alliances/new/", views.alliance_new, name="schedule_alliance_new"),
    path("alliances/<uuid:alliance_id>/", views.alliance, name="schedule_alliance"),
    path("rooms/", views.rooms, name="schedule_rooms"),
    path("rooms/<uuid:room_id>/", views.room_rename, name="schedule_room"),
    path("rooms/<uuid:room_id>/screen/", views.room_screen, name="schedule_room_screen"),
]
