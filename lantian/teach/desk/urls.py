from django.urls import path

from lantian.teach.desk import views

urlpatterns = [
    path("desk/now/", views.now, name="desk_now"),
    path("desk/now/nodes/<slug:name>/", views.node, name="desk_now_node"),
    path("desk/now/<uuid:lesson_id>/", views.lesson_now, name="desk_now_lesson"),
    path("desk/now/class/<uuid:class_id>/", views.class_hour, name="desk_now_class"),
    path("desk/week/", views.week, name="desk_week"),
    path("desk/lessons/", views.outcomes, name="desk_outcomes"),
    path("desk/lessons/<uuid:outcome_id>/", views.outcome, name="desk_outcome"),
    path("desk/heads/<uuid:lesson_id>/<uuid:class_id>/", views.heads, name="desk_heads"),
    path("desk/fault/", views.fault, name="desk_fault"),
    path("desk/fault/<uuid:lesson_id>/", views.fault, name="desk_fault_lesson"),
    path("desk/standby/<uuid:lesson_id>/", views.standby, name="desk_standby"),
    path("desk/tickets/", views.tickets, name="desk_tickets"),
    path("desk/tickets/<uuid:ticket_id>/", views.ticket, name="desk_ticket"),
    path("desk/contact/", views.contact, name="desk_contact"),
]
