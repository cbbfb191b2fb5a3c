"""Tags of the first pages."""

from django import template
from django.conf import settings

from lantian.kernel import demo

register = template.Library()


@register.simple_tag
def demo_accounts() -> list[demo.DemoAccount]:
    """The accounts printed for everyone; nothing at all outside a demonstration."""
    return demo.read_accounts() if settings.LANTIAN_DEMO else []
