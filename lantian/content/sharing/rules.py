"""Who may bring in what others have, and see how that went."""

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from lantian.content.resources.engine.kinds import CARTRIDGE
from lantian.content.resources.rules import may_bring, may_upload
from lantian.content.sharing import queries
from lantian.kernel.rules import ALLOW, Actor, Verdict, deny, rule, visible_pair

if TYPE_CHECKING:
    from lantian.content.resources.models import ResourceVersion
    from lantian.content.sharing.models import BulkRun, Cartridge, Neighbour
    from lantian.people.roster.models import Organization


@rule("sharing.share")
def may_share(actor: Actor, organization: "Organization | None" = None) -> Verdict:
    """Importing folders and asking other regions: whoever may bring resources in, for their unit and those below."""
    return may_bring(actor, organization)


@rule("sharing.import_from")
def may_import_from(actor: Actor, place: str) -> Verdict:
    """A path below the import root: operators any, officers below the folder of their own office."""
    if not may_bring(actor):
        return may_bring(actor)
    if any(name == "" or place == name or place.startswith(f"{name}/") for name in queries.folders_of(actor)):
        return ALLOW
    return deny(_("只能导入本单位目录里的文件"))


@rule("sharing.view_import")
def may_view_import(actor: Actor, run: "BulkRun") -> Verdict:
    """Imports for one's own unit and those below."""
    if queries.imports_visible_to(actor).filter(pk=run.pk).exists():
        return ALLOW
    return deny(_("这批导入不在您能看到的范围内"))


@rule("sharing.view_neighbour")
def may_view_neighbour(actor: Actor, neighbour: "Neighbour") -> Verdict:
    """Regions that one's own unit or one below asks."""
    if queries.neighbours_visible_to(actor).filter(pk=neighbour.pk).exists():
        return ALLOW
    return deny(_("这个来源不在您能看到的范围内"))


@rule("sharing.open_cartridge")
def may_open_cartridge(actor: Actor, version: "ResourceVersion") -> Verdict:
    """Taking a course apart makes resources: whoever uploads, of what they sent themselves."""
    if version.blob is None or version.blob.kind != CARTRIDGE:
        return deny(_("这不是 Common Cartridge 课程包"))
    if actor.person_id is None or actor.person_id != version.resource.author_id:
        return deny(_("课程包由上传的人拆开导入"))
    return may_upload(actor)


@rule("sharing.view_cartridge")
def may_view_cartridge(actor: Actor, cartridge: "Cartridge") -> Verdict:
    """One's own."""
    if queries.cartridges_visible_to(actor).filter(pk=cartridge.pk).exists():
        return ALLOW
    return deny(_("这是别人的课程包"))


visible_pair(may_view_cartridge)(queries.cartridges_visible_to)
visible_pair(may_view_import)(queries.imports_visible_to)
visible_pair(may_view_neighbour)(queries.neighbours_visible_to)
