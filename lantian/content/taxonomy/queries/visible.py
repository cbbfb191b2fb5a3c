"""Who sees what: drafts are seen by those who may edit them, all else by everybody."""

from django.db.models import Q, QuerySet

from lantian.content.taxonomy.enums import FrameworkState
from lantian.content.taxonomy.models import Framework, Node, Upload
from lantian.kernel.rules import Actor
from lantian.people.roster.enums import REGION_KINDS, Role

EDITING_ROLES = (Role.OFFICER, Role.RESEARCHER)


def editing_paths(actor: Actor) -> tuple[str, ...]:
    """Roots of the subtrees whose regions' frameworks the actor edits: officers and researchers of a region."""
    grant = actor.grant
    if grant is None or grant.role not in EDITING_ROLES or grant.organization_kind not in REGION_KINDS:
        return ()
    return (grant.path,)


def frameworks_visible_to(actor: Actor) -> QuerySet[Framework]:
    """What was published, old versions too; and drafts of the regions that one edits for."""
    shown = ~Q(state=FrameworkState.DRAFT)
    if paths := editing_paths(actor):
        shown |= Q(organization__path__within_any=paths)
    return Framework.objects.filter(shown)


def nodes_visible_to(actor: Actor) -> QuerySet[Node]:
    """Nodes of the frameworks that one sees; retired ones too, because things still stand on them."""
    shown = ~Q(framework__state=FrameworkState.DRAFT)
    if paths := editing_paths(actor):
        shown |= Q(framework__organization__path__within_any=paths)
    return Node.objects.filter(shown)


def frameworks_edited_by(actor: Actor) -> QuerySet[Framework]:
    """Those that the actor may change."""
    return Framework.objects.filter(organization__path__within_any=editing_paths(actor))


def uploads_visible_to(actor: Actor) -> QuerySet[Upload]:
    """Files that were read for frameworks that one edits."""
    return Upload.objects.filter(framework__organization__path__within_any=editing_paths(actor))
