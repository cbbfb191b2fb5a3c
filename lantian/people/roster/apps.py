from django.apps import AppConfig


class RosterConfig(AppConfig):
    name = "lantian.people.roster"
    label = "roster"
