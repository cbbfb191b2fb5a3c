"""Tags of the first pages."""

from django import template
from django.conf import settings

from lantian.kernel import demo

register = template.Library()


@register.simple_tag
def demo_accounts() -> list[demo.DemoAccount]:
    """The accounts printed for everyone; nothing at all outside a demonstration."""
    return demo.read_accounts() if settings.LANTIAN_DEMO else []


@register.simple_tag
def demo_being_made() -> bool:
    """Whether the demonstration region is still being made: the page says so and asks again."""
    return demo.being_made()
