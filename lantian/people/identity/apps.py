from django.apps import AppConfig


class IdentityConfig(AppConfig):
    name = "lantian.people.identity"
    label = "identity"
