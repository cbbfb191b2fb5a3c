"""What can go wrong with a resource, each with a sentence for the user."""

from django.utils.translation import gettext_lazy as _

from lantian.kernel.errors import Refusal


class ResourceError(Refusal):
    """Base of this app's faults."""

    message = _("没有办成")


class FileUnfit(ResourceError):
    """A file that is not taken; the message says why and what to do."""

    message = _("这个文件不能使用")


class TooLarge(ResourceError):
    """More than a file may have."""

    message = _("文件太大了")


class QuotaFull(ResourceError):
    """More is under way than one person, or one unit, may have."""

    message = _("空间用完了，先删掉不用的，或请管理员加大空间")


class DiskFull(ResourceError):
    """The machine has no room; what was received stays."""

    message = _("服务器的硬盘快满了，现在不能上传。已经传的不会丢，过一会儿接着传")


class FileAway(ResourceError):
    """The file lies in the S3 alone, which does not answer."""

    message = _("这个文件现在取不到，过几分钟再试")


class UploadBusy(ResourceError):
    """Another request writes into this upload."""

    message = _("这个文件正在另一个窗口里上传")


class WrongOffset(ResourceError):
    """The piece does not begin where the last one ended. `offset` is where it has to."""

    message = _("接不上已经传的部分，请从断开的地方接着传")

    def __init__(self, offset: int) -> None:
        super().__init__()
        self.offset = offset


class WrongChecksum(ResourceError):
    """The piece was changed on its way; it was not kept."""

    message = _("这一段在路上传坏了，会再传一次")


class UploadOver(ResourceError):
    """It is complete, or was given up, or its time has run out."""

    message = _("这次上传已经结束，请重新上传")


class ChangedMeanwhile(ResourceError):
    """Somebody else has saved this version since the form was opened."""

    message = _("您打开以后，有人改过这一版。您填的还在下面，请先看看现在的内容，再保存一次")


class NotChangeable(ResourceError):
    """What was handed in stays as it is."""

    message = _("这一版已经提交，不能再改。要改请先撤回，或出一个新版本")


class VersionOpen(ResourceError):
    """One new version at a time."""

    message = _("已经有一个没有发布的新版本")


class NotComplete(ResourceError):
    """Facts are missing that one who uses it needs."""

    message = _("还有几项没有填")


class NotInReview(ResourceError):
    """It was decided, or taken back, in the meantime."""

    message = _("这一版不在审核中")


class AlreadyThere(ResourceError):
    """The same file is published already."""

    message = _("同样的文件已经有人发布了")


class SubtitleUnfit(ResourceError):
    """The subtitles cannot be taken; the sentence says why, and in which line."""

    message = _("这个字幕文件不能用")
