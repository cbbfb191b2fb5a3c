from django.apps import AppConfig


class MediaConfig(AppConfig):
    name = "lantian.content.media"
    label = "media"
