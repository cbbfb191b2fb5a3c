from django.apps import AppConfig


class PrivacyConfig(AppConfig):
    name = "lantian.people.privacy"
    label = "privacy"
