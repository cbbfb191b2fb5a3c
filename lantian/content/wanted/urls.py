from django.urls import path

from lantian.content.wanted import views

urlpatterns = [
    path("wanted/", views.calls, name="wanted_list"),
    path("wanted/new/", views.new, name="wanted_new"),
    path("wanted/<uuid:pk>/", views.call, name="wanted_call"),
    path("wanted/<uuid:pk>/answer/", views.answer, name="wanted_answer"),
    path("wanted/<uuid:pk>/extend/", views.extend, name="wanted_extend"),
    path("wanted/<uuid:pk>/act/", views.act, name="wanted_act"),
    path("wanted/answers/<uuid:pk>/act/", views.answer_act, name="wanted_answer_act"),
]
