from django.urls import path

from lantian.kernel.web import choices, installing, samples, views

urlpatterns = [
    path("healthz", views.healthz, name="healthz"),
    path("readyz", views.readyz, name="readyz"),
    path("metrics", views.metrics, name="metrics"),
    path("manifest.webmanifest", installing.manifest, name="web_manifest"),
    path("sw.js", installing.service_worker, name="web_service_worker"),
    path("offline/", installing.offline, name="web_offline"),
    path("_/ui", samples.components, name="web_ui"),
    path("_/ui/room", samples.room, name="web_ui_room"),
    path("_/enter", choices.enter, name="web_enter"),
    path("_/language", choices.language, name="web_language"),
    path("_/theme", choices.theme, name="web_theme"),
    path("_/views", choices.save_view, name="web_view_save"),
    path("_/views/<uuid:view_id>/forget", choices.forget_view, name="web_view_forget"),
]
