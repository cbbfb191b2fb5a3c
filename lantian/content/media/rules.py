"""Who may do what with streams. Who may *watch* is decided above: `teach.live` declares share edges of "media.stream"."""

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from lantian.kernel.rules import ALLOW, Actor, ActorKind, Verdict, deny, rule

if TYPE_CHECKING:
    from lantian.content.media.models import Stream


@rule("media.view_stream")
def may_view_stream(actor: Actor, stream: "Stream") -> Verdict:
    """Whether this actor may have the keys of a stream: some app above shares it with them."""
    from lantian.content.media.queries import streams_visible_to

    if streams_visible_to(actor).filter(pk=stream.pk).exists():
        return ALLOW
    return deny(_("您没有观看这节课的权限"))


@rule("media.open_stream")
def may_open_stream(actor: Actor) -> Verdict:
    """Opening a stream costs disk, so somebody has to stand for it; whether *this* lesson may go live is asked above."""
    if actor.kind is ActorKind.PERSON:
        return ALLOW
    return deny(_("请先登录，再开始直播"))


@rule("media.delete_stream")
def may_delete_stream(actor: Actor, stream: "Stream") -> Verdict:
    """Recordings go by retention or by an administrator's hand."""
    if actor.has_role("operator"):
        return ALLOW
    return deny(_("只有平台运维人员可以删除录像文件"))
