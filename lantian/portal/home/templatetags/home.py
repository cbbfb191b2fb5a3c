"""Tags of the first pages."""

from dataclasses import replace

from django import template
from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from lantian.kernel import demo

register = template.Library()


@register.simple_tag
def demo_accounts() -> list[demo.DemoAccount]:
    """The accounts printed for everyone, in the reader's language; nothing at all outside a demonstration."""
    if not settings.LANTIAN_DEMO:
        return []
    return [replace(one, role=one.role and _(one.role), note=_said(one.note)) for one in demo.read_accounts()]


# What the demonstration says of its accounts, kept with them in Chinese.
SAID_OF_ACCOUNTS = (
    gettext_noop("主讲教师"),
    gettext_noop("校长"),
    gettext_noop("学校信息管理员"),
    gettext_noop("主讲教师（小学）"),
    gettext_noop("接收班班主任"),
    gettext_noop("学生"),
    gettext_noop("家长"),
    gettext_noop("新教师"),
    gettext_noop("首次登录要设置密码"),
    gettext_noop("省级管理人员"),
    gettext_noop("市教育局工作人员"),
    gettext_noop("县教育局工作人员"),
    gettext_noop("教研员"),
    gettext_noop("评审专家"),
    gettext_noop("运维人员"),
    gettext_noop("班级大屏"),
)
PARENT_OF = "的家长"  # i18n: data


def _said(note: str) -> str:
    name = note.removesuffix(PARENT_OF)
    return _("%(name)s的家长") % {"name": name} if name != note else note and _(note)


@register.simple_tag
def demo_being_made() -> bool:
    """Whether the demonstration region is still being made: the page says so and asks again."""
    return demo.being_made()
