"""Subtitles of a version, one for each language: part of what is reviewed, so that they change while it may be changed."""

from django.db import transaction
from django.utils.translation import gettext as _

from lantian.content.resources import rules
from lantian.content.resources.engine import subtitles
from lantian.content.resources.engine.subtitles import SubtitleFault
from lantian.content.resources.enums import SubtitleLanguage
from lantian.content.resources.errors import SubtitleUnfit
from lantian.content.resources.models import ResourceVersion, Subtitle
from lantian.content.resources.services.filming import is_film
from lantian.content.resources.services.making import locked_version
from lantian.kernel.journal.services import record
from lantian.kernel.rules import Actor, require

SUBTITLE_BYTES = subtitles.BYTES_MOST


def _words(fault: SubtitleFault) -> str:
    words = {
        "large": _("字幕文件最大 1 MB"),
        "encoding": _("认不出文字的编码，请另存为 UTF-8 再传"),
        "empty": _("文件里没有字幕。要用 SRT 或 WebVTT 格式"),
        "many": _("第 %(line)s 行：一个文件最多 5000 条字幕"),
        "times": _("第 %(line)s 行：时间写得不对，应该像 00:01:02,500 --> 00:01:05,000"),
        "number": _("第 %(line)s 行：这里应该是一条字幕的时间"),
        "backwards": _("第 %(line)s 行：结束的时间不在开始的后面"),
        "long": _("第 %(line)s 行：这一条太长，最多 6 行、400 个字"),
    }
    return words[fault.code] % {"line": fault.line}


@transaction.atomic
def put_subtitle(version: ResourceVersion, *, language: str, name: str, data: bytes, by: Actor) -> Subtitle:
    """Take one in, in place of what there was in that language. Raises Denied, SubtitleUnfit."""
    version = locked_version(version)
    require(rules.may_change_version, by, version)
    if version.blob is None or not is_film(version.blob):
        raise SubtitleUnfit(_("只有视频有字幕"))
    if language not in SubtitleLanguage.values:
        raise SubtitleUnfit(_("请选择字幕的语言"))
    try:
        cues = subtitles.read(data)
    except SubtitleFault as fault:
        raise SubtitleUnfit(_words(fault)) from fault
    made, _new = Subtitle.objects.update_or_create(
        version=version,
        language=language,
        defaults={
            "name": name[-120:],
            "cues": len(cues),
            "text": subtitles.to_vtt(cues),
            "words": subtitles.spoken(cues),
        },
    )
    record("resources.subtitle_put", version.resource, by=by, version=version.number, language=language, cues=made.cues)
    return made


@transaction.atomic
def drop_subtitle(version: ResourceVersion, *, language: str, by: Actor) -> bool:
    """Take one away. Raises Denied."""
    version = locked_version(version)
    require(rules.may_change_version, by, version)
    gone, _each = version.subtitles.filter(language=language).delete()
    if gone:
        record("resources.subtitle_dropped", version.resource, by=by, version=version.number, language=language)
    return bool(gone)
