"""What services refuse, each with a sentence for the user."""

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from lantian.kernel.errors import Refusal

if TYPE_CHECKING:
    from lantian.kernel.rules import Text


class TaxonomyError(Refusal):
    """Base of this app's faults."""

    message = _("没有办成")


class CodeTaken(TaxonomyError):
    """Codes are given once: of frameworks on the platform, of nodes in a framework."""

    message = _("这个编码已经用过")


class WrongPlace(TaxonomyError):
    """A kind that cannot stand there, or a place in another framework."""

    message = _("不能放在这里")


class WouldBeCycle(TaxonomyError):
    """A node below itself, a point that has to be learnt before itself, a replacement that leads back."""

    message = _("这样会绕成一个圈")

    def __init__(self, message: "Text | None" = None, *, way: tuple[str, ...] = ()) -> None:
        super().__init__(message)
        self.way = way


class WrongLink(TaxonomyError):
    """Two nodes that a link of this kind cannot join."""

    message = _("这两个节点不能这样关联")


class NotInUse(TaxonomyError):
    """A node or framework that was retired or replaced is not changed any more."""

    message = _("已经停用，不能再改")


class Settled(TaxonomyError):
    """It has the state already that was asked for, or cannot reach it from its own."""

    message = _("现在的状态不能这样办")


class CannotUndo(TaxonomyError):
    """Something newer was done to the same node, or it is nothing that can be taken back."""

    message = _("后来又有改动，不能撤销这一步")


class VolumeTaken(TaxonomyError):
    """One volume for each half of a grade."""

    message = _("这个年级的这一册已经有了")


class Unreadable(TaxonomyError):
    """A file that is not what it is said to be."""

    message = _("文件读不出来")


class Outdated(TaxonomyError):
    """The framework was changed since the preview was made."""

    message = _("预览以后又有改动，请再看一次预览")


class FaultyFile(TaxonomyError):
    """A file with faults is not applied, not even in part."""

    message = _("文件里还有错误，改好以后再导入")
