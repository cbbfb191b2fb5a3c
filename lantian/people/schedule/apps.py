from django.apps import AppConfig


class ScheduleConfig(AppConfig):
    name = "lantian.people.schedule"
    label = "schedule"
