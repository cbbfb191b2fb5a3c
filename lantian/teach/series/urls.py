from django.urls import path

from lantian.teach.series import views

urlpatterns = [
    path("series/", views.series_list, name="series_list"),
    path("series/new/", views.series_new, name="series_new"),
    path("series/lessons/<uuid:pk>/act/", views.lesson_act, name="series_lesson_act"),
    path("series/<uuid:pk>/", views.series, name="series_series"),
    path("series/<uuid:pk>/cover/", views.cover, name="series_cover"),
    path("series/<uuid:pk>/edit/", views.series_edit, name="series_edit"),
    path("series/<uuid:pk>/follow/", views.follow, name="series_follow"),
    path("series/<uuid:pk>/lessons/", views.series_lessons, name="series_lessons"),
    path("series/<uuid:pk>/publish/", views.series_publish, name="series_publish"),
]
