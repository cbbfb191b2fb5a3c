from django.db import models
from django.utils.translation import gettext_lazy as _


class DayKind(models.TextChoices):
    HOLIDAY = "holiday", _("放假")
    WORKDAY = "workday", _("调休上班")


class TermKind(models.TextChoices):
    AUTUMN = "autumn", _("第一学期")
    SPRING = "spring", _("第二学期")
