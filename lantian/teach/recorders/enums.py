"""Words of recorders."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Way(models.TextChoices):
    """How its picture comes here."""

    RTMP = "rtmp", _("设备推流（RTMP 或 WHIP）")
    RTSP = "rtsp", _("平台去取（RTSP）")


class State(models.TextChoices):
    OFFLINE = "offline", _("不在线")
    READY = "ready", _("在线，等上课")
    ON_AIR = "on_air", _("正在送课")
    FAULTY = "faulty", _("有故障")


class Happened(models.TextChoices):
    """Lines of a recorder's log."""

    CAME = "came", _("设备连上了")
    WENT = "went", _("设备断开了")
    SECOND = "second", _("另一台设备用同一个密钥连接，已拒绝")
    REFUSED = "refused", _("已停用的设备试图连接，已拒绝")
    BEGAN = "began", _("开始送课")
    ENDED = "ended", _("送完一节课")
    BROKE = "broke", _("送课中断")
    STOOD_BY = "stood_by", _("老师正在用网页直播，设备不送")


class Fault(models.TextChoices):
    """Why a recorder's picture does not come through. The words say what to do at the device."""

    NO_ANSWER = "no_answer", _("平台连不上这个地址。请检查设备是否开机、地址和密码是否正确、网络是否相通")
    NO_VIDEO = "no_video", _("收到的流里没有画面。请在设备上打开视频编码")
    UNREADABLE = "unreadable", _("画面无法识别。请把设备的视频编码设为 H.264、音频编码设为 AAC")
    JUMP = "jump", _("设备的时间戳跳变，已从跳变处重新开始")
    GONE = "gone", _("设备的流断了")
    REFUSED = "refused", _("课堂没有接收这路画面")
    FULL = "full", _("服务器磁盘快满了，不能开新课")


class Advice(models.TextChoices):
    """What works, but could be better: the setting to change at the device."""

    LONG_GOP = (
        "long_gop",
        _(
            "关键帧（I 帧）间隔 %(gop)s 秒，太长：请设为 1 秒，即 I 帧间隔 = %(frames)s 帧。现在由平台重新编码，更费服务器"
        ),
    )
    ENCODING = "encoding", _("视频编码是 %(codec)s，平台正在转成 H.264，很费服务器：请把设备的视频编码设为 H.264")
    HEAVY = "heavy", _("码率 %(mbit)s Mbit/s 太高，弱网学校会卡：请设为 1.5–2 Mbit/s")
    NO_SOUND = "no_sound", _("没有声音：请在设备上打开音频编码（AAC）")
