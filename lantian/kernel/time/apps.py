from django.apps import AppConfig


class TimeConfig(AppConfig):
    name = "lantian.kernel.time"
    label = "time"
