"""What can go wrong with a stream, each with a stable `code` for the wire and a sentence for people."""

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise


class MediaError(Exception):
    """Base. `code` goes over the wire, `message` to the person."""

    code = "media"
    message: "str | _StrPromise" = _("音视频服务出错")


class StreamClosed(MediaError):
    """The stream has ended; nothing can be added."""

    code = "ended"
    message = _("这节课已经结束")


class StaleEpoch(MediaError):
    """The page tries to go on with a recording that was superseded or failed; it has to start a new recorder."""

    code = "stale"
    message = _("这个页面的录制已被新的录制取代，请重新开始")


class StreamTaken(MediaError):
    """Another process writes this stream by now."""

    code = "moved"
    message = _("这节课已由另一台直播服务接着进行")


class DiskFull(MediaError):
    """Not enough room for a new lesson (or, while one runs, for the next segment)."""

    code = "disk_full"
    message = _("服务器存储空间不足，暂时不能开始新的直播")


class StreamTooLong(MediaError):
    """The stream has reached the longest time or the most bytes that one lesson may have."""

    code = "too_long"
    message = _("本次直播已达到时长或容量上限")


class KeyLost(MediaError):
    """A stored content key cannot be opened: the key file was replaced. The recording is lost, new lessons are not."""

    code = "key_lost"
    message = _("这段录像的密钥已丢失，无法播放；请管理员恢复密钥文件。新的直播不受影响")


class NoKey(MediaError):
    """No content key is at hand (the database has been unreachable since before the stream began)."""

    code = "no_key"
    message = _("暂时取不到加密密钥，请稍后重试")


class StoreAway(MediaError):
    """What is to be read is in the S3 alone, and that does not answer."""

    code = "store_away"
    message = _("对象存储暂时没有应答，请稍后重试")


class NothingToMake(MediaError):
    """Nothing of the recording can be read: no keys, no files, or bytes that are no pictures."""

    code = "nothing"
    message = _("这段录像里没有可以读出的画面")


class Stopped(MediaError):
    """Somebody asked to stop what was being made."""

    code = "stopped"
    message = _("已取消")


class CutImpossible(MediaError):
    """Nothing would be left, or the stream has not ended."""

    code = "cut"
    message = _("剪辑后至少要留下几秒钟，开头要在结尾之前")
