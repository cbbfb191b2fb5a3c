from django.apps import AppConfig


class WebConfig(AppConfig):
    name = "lantian.kernel.web"
    label = "web"
