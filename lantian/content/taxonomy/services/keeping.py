"""What every change of a framework does: lock it, count it, keep what was and what is, tell those who look."""

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from django.db import connection
from django.utils import timezone

from lantian.content.taxonomy import events, rules
from lantian.content.taxonomy.enums import Action, FrameworkState
from lantian.content.taxonomy.errors import NotInUse
from lantian.content.taxonomy.models import Change, Framework, Node
from lantian.kernel.events import acted_by, publish
from lantian.kernel.journal.services import plain, record
from lantian.kernel.rules import Actor, require
from lantian.people.roster.engine.names import search_text, sort_key

LINK_LOCK = 0x7461786F  # "taxo": whoever adds links that must not lead in circles waits for the others
NAMED = 500  # nodes that an event names


def locked(framework: UUID, *, by: Actor, settled: bool = False) -> Framework:
    """The framework, kept from others until the end of the transaction. Raises Denied, NotInUse (unless `settled` may be)."""
    found = Framework.objects.select_for_update(of=("self",)).select_related("organization").get(pk=framework)
    require(rules.may_edit_framework, by, found)
    if not settled and found.state not in (FrameworkState.DRAFT, FrameworkState.PUBLISHED):
        raise NotInUse
    return found


def lock_links() -> None:
    """Wait for whoever adds links; taken after the lock of a framework, never before."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LINK_LOCK])


def write(
    framework: Framework,
    action: Action,
    *,
    by: Actor,
    node: Node | None = None,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
    touched: Iterable[UUID] = (),
) -> Change:
    """Keep what was done, in the framework's own history and in the journal, and tell it."""
    made = Change.objects.create(
        framework=framework,
        node=node,
        action=action,
        before=plain(dict(before or {})),
        after=plain(dict(after or {})),
        person_id=by.person_id,
        name=by.name[:80],
    )
    framework.revision += 1
    framework.changed_at = timezone.now()
    framework.save(update_fields=["revision", "changed_at"])
    about = node or framework
    record(f"taxonomy.{action}", about, by=by, before=made.before, after=made.after, framework_id=str(framework.pk))
    ids = [str(one) for one in touched] or ([str(node.pk)] if node else [])
    if framework.state != FrameworkState.DRAFT:
        publish(
            events.NodesChanged(
                object_id=framework.pk,
                organization_id=framework.organization_id,
                context={"action": str(action), "nodes": ids if len(ids) <= NAMED else []},
                **acted_by(by),
            )
        )
    return made


def set_keys(node: Node) -> None:
    """By what the node sorts and is found."""
    node.sort_key = sort_key(node.title)
    node.search_text = search_text(node.title, *node.words.split(), extra=node.code)
