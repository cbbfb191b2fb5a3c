from django.apps import AppConfig


class LiveConfig(AppConfig):
    name = "lantian.teach.live"
    label = "live"
