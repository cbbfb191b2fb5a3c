"""What services refuse, in words for the person who asked."""

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from lantian.kernel.rules import Text


class Refusal(Exception):
    """Base of every app's own faults. `message` is a sentence for the user; `field` the form field it is about, if one."""

    message: "Text" = _("操作没有完成。")
    field: str = ""

    def __init__(self, message: "Text | None" = None, *, field: str = "") -> None:
        if message is not None:
            self.message = message
        if field:
            self.field = field
        super().__init__(str(self.message))
