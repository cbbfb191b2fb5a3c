from typing import TYPE_CHECKING

from django.apps import AppConfig

if TYPE_CHECKING:
    from datetime import datetime


class MediaConfig(AppConfig):
    name = "lantian.content.media"
    label = "media"

    def ready(self) -> None:
        from django.conf import settings
        from django.utils.translation import gettext_lazy as _

        from lantian.content.media import queries
        from lantian.kernel.retention import DAY, RETENTION, RetentionRule

        rule = RetentionRule(
            _("课堂录像"),
            _("删除画面、声音和密钥，哪天上过什么课保留。"),
            _("平台的做法；期限由平台的运维人员设置。"),
            DAY,
            usual=0,
            least=0,
            most=100 * 365,
            count=lambda before: queries.streams_closed(before).count(),
            sample=queries.sample_of_closed,
            let_go=_expire,
            fixed=lambda: int(settings.LANTIAN_KEEP_RECORDINGS_DAYS),
        )
        RETENTION.register("media.recordings", rule)


def _expire(before: "datetime") -> int:
    from lantian.content.media import services
    from lantian.kernel.rules import SYSTEM

    return services.expire_streams(before=before, by=SYSTEM)
