"""Who may bring in what others have, and see how that went."""

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from lantian.content.resources.rules import may_bring
from lantian.content.sharing import queries
from lantian.kernel.rules import ALLOW, Actor, Verdict, deny, rule, visible_pair

if TYPE_CHECKING:
    from lantian.content.sharing.models import BulkRun, Neighbour
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


visible_pair(may_view_import)(queries.imports_visible_to)
visible_pair(may_view_neighbour)(queries.neighbours_visible_to)
