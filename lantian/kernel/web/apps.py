from django import forms
from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class WebConfig(AppConfig):
    name = "lantian.kernel.web"
    label = "web"

    def ready(self) -> None:
        from lantian.kernel.holdings import HOLDINGS, Holding
        from lantian.kernel.web import quick, views_kept

        quick.install()
        speak_plainly()
        holding = Holding(
            _("保存的列表视图"),
            covers=("web.savedview.account_id",),
            count=views_kept.count_of,
            erase=views_kept.erase,
            export=views_kept.part,
        )
        HOLDINGS.register("web.views", holding)


def speak_plainly() -> None:
    """Form errors in the words of teachers and parents; Django's own speak of fields."""
    forms.Field.default_error_messages["required"] = _("请填写这一项")
    forms.ChoiceField.default_error_messages["invalid_choice"] = _("请从列出的选项里选一个")
    forms.MultipleChoiceField.default_error_messages["invalid_choice"] = _("请从列出的选项里选")
    forms.IntegerField.default_error_messages["invalid"] = _("请填写整数")
    forms.DateField.default_error_messages["invalid"] = _("日期不对，请写成 2026-03-01 这样")
    forms.TimeField.default_error_messages["invalid"] = _("时间不对，请写成 10:05 这样")
    forms.DateTimeField.default_error_messages["invalid"] = _("日期和时间不对，请写成 2026-03-01 10:05 这样")
    forms.FileField.default_error_messages["empty"] = _("这个文件是空的，请重新选择")
