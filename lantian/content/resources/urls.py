from django.urls import path

from lantian.content.resources import views

urlpatterns = [
    path("resources/", views.resources_list, name="resources_list"),
    path("resources/mine/", views.mine, name="resources_mine"),
    path("resources/new/", views.new, name="resources_new"),
    path("resources/uploads/", views.uploads, name="resources_uploads"),
    path("resources/uploads/<uuid:pk>/", views.upload, name="resources_upload"),
    path("resources/uploads/<uuid:pk>/state/", views.upload_state, name="resources_upload_state"),
    path("resources/versions/<uuid:pk>/", views.version, name="resources_version"),
    path("resources/versions/<uuid:pk>/edit/", views.edit, name="resources_edit"),
    path("resources/versions/<uuid:pk>/act/", views.version_act, name="resources_version_act"),
    path("resources/versions/<uuid:pk>/file/", views.file, name="resources_file"),
    path("resources/versions/<uuid:pk>/cover/", views.cover, name="resources_cover"),
    path("resources/versions/<uuid:pk>/preview/", views.preview, name="resources_preview"),
    path("resources/versions/<uuid:pk>/film/film.m3u8", views.film, name="resources_film"),
    path("resources/versions/<uuid:pk>/film/<int:number>.m3u8", views.film_rung, name="resources_film_rung"),
    path("resources/versions/<uuid:pk>/film/<int:number>.mp4", views.film_part, name="resources_film_part"),
    path("resources/versions/<uuid:pk>/film/state/", views.film_state, name="resources_film_state"),
    path("resources/versions/<uuid:pk>/subtitles/", views.subtitles, name="resources_subtitles"),
    path("resources/versions/<uuid:pk>/subtitles/<slug:language>.vtt", views.subtitle, name="resources_subtitle"),
    path("resources/faults/<uuid:pk>/act/", views.fault_act, name="resources_fault_act"),
    path("resources/<uuid:pk>/", views.resource, name="resources_resource"),
    path("resources/<uuid:pk>/act/", views.act, name="resources_act"),
]
