"""What is said about a recorder."""

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from lantian.teach.recorders.enums import Way

if TYPE_CHECKING:
    Chooser = forms.ModelChoiceField[Any]
else:
    Chooser = forms.ModelChoiceField


class RoomChooser(Chooser):
    """A room by its school and name."""

    def label_from_instance(self, room: Any) -> str:
        return f"{room.organization} · {room.name}"


class _Facts(forms.Form):
    name = forms.CharField(label=_("名称"), max_length=40, help_text=_("例如：录播教室主机。"))
    make = forms.CharField(label=_("厂家和型号"), max_length=60, required=False)
    follows = forms.BooleanField(
        label=_("跟着课表走"),
        required=False,
        initial=True,
        help_text=_("这间教室的课到点自动开播，下课自动停。不勾选就只登记、不送课。"),
    )
    address = forms.CharField(
        label=_("摄像机地址"),
        max_length=300,
        required=False,
        help_text=_("只有“平台去取”时填，例如 rtsp://用户:密码@192.168.1.64:554/h264/ch1/main。"),  # i18n: the example
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "url", "spellcheck": "false"}),
    )


class RegisterForm(_Facts):
    """A recorder for a room that has none."""

    room: Chooser = RoomChooser(label=pgettext_lazy("one", "教室"), queryset=None, empty_label=_("请选择"))
    way = forms.ChoiceField(label=_("画面怎么来"), choices=Way.choices, initial=Way.RTMP, widget=forms.RadioSelect)
    field_order = ("room", "name", "make", "way", "address", "follows")

    def __init__(self, *args: Any, rooms: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["room"].queryset = rooms  # type: ignore[attr-defined]  # a Chooser
        self.fields["address"].widget.attrs["data-when"] = f"way={Way.RTSP.value}"

    def clean(self) -> dict[str, Any]:
        facts = super().clean() or {}
        if facts.get("way") == Way.RTSP and not facts.get("address") and "address" not in self.errors:
            self.add_error("address", _("请填写摄像机的地址"))
        return facts


class ChangeForm(_Facts):
    """Changes of one; an address that is left empty stays."""

    field_order = ("name", "make", "address", "follows")

    def __init__(self, *args: Any, way: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if way == Way.RTSP:
            self.fields["address"].help_text = _("不填就沿用原来的。原来的地址含密码，不再显示。")
        else:
            del self.fields["address"]
