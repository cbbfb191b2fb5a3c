from django.db import models
from django.utils.translation import gettext_lazy as _


class AccountKind(models.TextChoices):
    PERSON = "person", _("个人")
    CLASS_SCREEN = "class_screen", _("班级大屏")


class LoginKind(models.TextChoices):
    USERNAME = "username", _("用户名")
    PHONE = "phone", _("手机号")
    STUDENT_NUMBER = "student_number", _("学籍号")
