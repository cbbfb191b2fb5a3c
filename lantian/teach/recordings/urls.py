from django.urls import path

from lantian.teach.recordings import views

urlpatterns = [
    path("recordings/", views.recordings, name="recordings_list"),
    path("recordings/storage/", views.storage, name="recordings_storage"),
    path("recordings/<uuid:pk>/", views.recording, name="recordings_recording"),
    path("recordings/<uuid:pk>/edit/", views.edit, name="recordings_edit"),
    path("recordings/<uuid:pk>/cut/", views.cut, name="recordings_cut"),
    path("recordings/<uuid:pk>/publish/", views.publish, name="recordings_publish"),
    path("recordings/<uuid:pk>/withdraw/", views.withdraw, name="recordings_withdraw"),
    path("recordings/<uuid:pk>/hold/", views.hold, name="recordings_hold"),
    path("recordings/<uuid:pk>/makings/", views.makings, name="recordings_makings"),
    path("recordings/<uuid:pk>/film/", views.film, name="recordings_film"),
    path("recordings/<uuid:pk>/poster/", views.poster, name="recordings_poster"),
    path("recordings/<uuid:pk>/stills/", views.stills, name="recordings_stills"),
    path("recordings/<uuid:pk>/wave/", views.wave, name="recordings_wave"),
]
