from django.apps import AppConfig


class HomeConfig(AppConfig):
    name = "lantian.portal.home"
    label = "home"
