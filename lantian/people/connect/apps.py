from django.apps import AppConfig


class ConnectConfig(AppConfig):
    name = "lantian.people.connect"
    label = "connect"
