from django.apps import AppConfig


class ExchangeConfig(AppConfig):
    name = "lantian.people.exchange"
    label = "exchange"
