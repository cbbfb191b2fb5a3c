"""A course from another platform, as a Common Cartridge: read by the worker, looked at by whoever sent it, then taken apart.

Each part is settled in one transaction with the resource that is made of it, so a worker that is killed goes on with the parts
that wait; and what the same person imported before, from this cartridge or a newer export of the course, is found again.
"""

import hashlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

import structlog
from django.db import OperationalError, transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from lantian.commons.workflow.errors import WorkflowError
from lantian.content.packs import services as packs
from lantian.content.packs.errors import PackError
from lantian.content.resources import queries as resources
from lantian.content.resources import services as making
from lantian.content.resources.enums import Reach
from lantian.content.resources.errors import FileUnfit, QuotaFull, ResourceError
from lantian.content.sharing import queries
from lantian.content.sharing.engine.cartridge import Line
from lantian.content.sharing.enums import TAKEN, BulkState, PartKind, PartState
from lantian.content.sharing.errors import NotReady, SharingError
from lantian.content.sharing.models import Cartridge, CartridgePart
from lantian.content.sharing.rules import may_open_cartridge
from lantian.content.sharing.services import opening
from lantian.content.sharing.services.alone import alone
from lantian.kernel import jobs
from lantian.kernel.journal.services import record
from lantian.kernel.rules import SYSTEM, Actor, Denied, check, require
from lantian.people.roster import queries as roster

if TYPE_CHECKING:
    from lantian.content.resources.models import Resource, ResourceVersion

log = structlog.get_logger("sharing")
JOB = "sharing.take_apart"
BATCH = 10  # parts that one child reads
URL_MOST = 500
# What is asked once for the whole course; of these a part may say itself.
ASKED = ("reach", "region", "audience", "licence", "rights_holder", "subject", "stage", "grade", "purpose", "words")
OWN = ("audience", "licence", "rights_holder", "subject", "stage", "purpose", "words", "keywords", "language")
ENDED = (BulkState.DONE, BulkState.CANCELLED, BulkState.FAILED)


# What people do -------------------------------------------------------------------------------------------------------------


@transaction.atomic
def open_cartridge(version: "ResourceVersion", *, by: Actor) -> Cartridge:
    """Have the worker read what is in it; nothing is imported yet. Raises Denied."""
    require(may_open_cartridge, by, version)
    found, made = Cartridge.objects.get_or_create(
        version=version, defaults={"grant_id": by.grant.id if by.grant else None, "title": version.title[:80]}
    )
    if made:
        record("sharing.cartridge_opened", found, by=by, resource=version.resource_id)
        _ask(found)
    return found


def _ask(cartridge: Cartridge) -> None:
    jobs.enqueue(JOB, cartridge=str(cartridge.pk), once=f"cartridge:{cartridge.pk}")


def _held(cartridge: Cartridge, by: Actor) -> Cartridge:
    rows = Cartridge.objects.select_related("version__resource__organization", "version__blob")
    row = rows.select_for_update(of=("self",)).get(pk=cartridge.pk)
    require(may_open_cartridge, by, row.version)
    return row


@transaction.atomic
def start_cartridge(
    cartridge: Cartridge, *, usual: Mapping[str, Any], wanted: Collection[int], hand_in: bool, by: Actor
) -> Cartridge:
    """Import these lines of it. `usual`: what is said of all (`ASKED`); what failed or was left before may be named again.

    Raises Denied, NotReady.
    """
    row = _held(cartridge, by)
    if row.state != BulkState.MAPPING and row.state not in ENDED:
        raise NotReady
    if not row.parts.exists():  # it could not be read
        raise NotReady
    row.usual = {name: str(usual[name]) if isinstance(usual.get(name), UUID) else usual.get(name) for name in ASKED}
    again = row.parts.filter(kind__in=TAKEN, state__in=(PartState.WAITING, PartState.LEFT, PartState.REFUSED))
    again.exclude(line__in=list(wanted)).update(state=PartState.LEFT, why="")
    again.filter(line__in=list(wanted)).update(state=PartState.WAITING, why="")
    row.hand_in, row.grant_id = hand_in, by.grant.id if by.grant else None
    row.state, row.fault, row.cancel_asked = BulkState.RUNNING, "", False
    row.started_at, row.finished_at = timezone.now(), None
    row.save()
    record("sharing.cartridge_started", row, by=by, parts=len(wanted), hand_in=hand_in)
    _ask(row)
    return row


@transaction.atomic
def cancel_cartridge(cartridge: Cartridge, *, by: Actor) -> Cartridge:
    """Stop it; what is imported stays, and the rest may be gone on with. Raises Denied, NotReady."""
    row = _held(cartridge, by)
    if row.state != BulkState.RUNNING:
        raise NotReady
    row.cancel_asked = True
    row.save(update_fields=["cancel_asked"])
    record("sharing.cartridge_cancelled", row, by=by)
    return row


# What the worker does -------------------------------------------------------------------------------------------------------


def proceed_cartridge(cartridge_id: UUID | str) -> None:
    """Read it, or bring its import forward to the end or until it is stopped. Safe to repeat after a crash."""
    with alone(f"sharing:cartridge:{cartridge_id}") as held, translation.override("zh-hans"):
        rows = Cartridge.objects.select_related("version__resource__organization", "version__resource__author")
        row = rows.filter(pk=cartridge_id, state__in=queries.UNDER_WAY).first() if held else None
        if row is None:
            return
        try:
            if row.state == BulkState.READING:
                _read(row)
            else:
                _forward(row)
        except OperationalError:
            raise  # the database went away: it is taken up again where it stands
        except (SharingError, ResourceError, PackError) as error:
            _end(row, BulkState.FAILED, str(error.message))
        except Denied as error:
            _end(row, BulkState.FAILED, str(error.reason))
        except Exception as error:
            log.error("cartridge_failed", cartridge=str(row.pk), exc_info=error)
            _end(row, BulkState.FAILED, _("出了意外的错误，详情在日志里"))


def resume_cartridges() -> int:
    """Take up those whose worker is gone. Returns how many were looked at."""
    waiting = queries.unfinished_cartridges()
    for pk in waiting:
        jobs.enqueue(JOB, cartridge=str(pk), once=f"cartridge:{pk}")
    return len(waiting)


def _read(row: Cartridge) -> None:
    found = opening.read_outline(str(row.version.blob_id))
    with transaction.atomic():
        row.parts.all().delete()
        CartridgePart.objects.bulk_create([_part(row, at, line) for at, line in enumerate(found.lines)])
        row.standard, row.course, row.title, row.facts = found.version, found.course, found.title, found.facts
        row.state = BulkState.MAPPING
        row.save()
        record("sharing.cartridge_read", row, by=SYSTEM, parts=len(found.lines), standard=found.version)


def _part(row: Cartridge, at: int, line: Line) -> CartridgePart:
    kind = PartKind(line.kind)
    state, why = PartState.WAITING, ""
    if kind == PartKind.INSIDE:
        state = PartState.INSIDE
    elif kind == PartKind.MISSING:
        state, why = PartState.REFUSED, _("目录里写着，课程包里没有这个文件")
    elif kind not in TAKEN:
        state = PartState.KEPT
    elif kind == PartKind.LINK and not (
        line.url.lower().startswith(("http://", "https://")) and len(line.url) <= URL_MOST
    ):
        state, why, kind = PartState.REFUSED, _("“%(url)s”不是网址") % {"url": line.url[:60]}, PartKind.OTHER
    return CartridgePart(
        cartridge=row,
        line=at,
        kind=kind,
        key=line.key,
        title=line.title,
        path=line.path,
        listed=line.listed,
        name=line.name,
        url=line.url,
        size=line.size,
        files=line.files,
        facts=line.facts,
        state=state,
        why=why,
    )


@dataclass(slots=True)
class _Work:
    """Who imports, what, and what their unit may still keep."""

    cartridge: Cartridge
    by: Actor
    person_id: UUID
    room: making.UnitRoom
    region: Any


def _forward(row: Cartridge) -> None:
    author = row.version.resource.author
    actor = roster.actor_of_person(author, row.grant_id) if author else None
    if actor is None or actor.grant is None or author is None or not check(may_open_cartridge, actor, row.version):
        _end(row, BulkState.FAILED, _("开始导入的人已经没有这项权限"))
        return
    region = row.usual.get("region")
    work = _Work(
        row,
        actor,
        author.pk,
        making.UnitRoom(actor.grant.organization_id),
        roster.organizations_known([UUID(region)]).first() if region else None,
    )
    while parts := queries.waiting_parts(row, BATCH):
        if Cartridge.objects.filter(pk=row.pk, cancel_asked=True).exists():
            _gather(work)
            _end(row, BulkState.CANCELLED)
            return
        _take(work, parts)
    _gather(work)
    _end(row, BulkState.DONE)


@transaction.atomic
def _end(row: Cartridge, state: BulkState, fault: str = "") -> None:
    row.state, row.fault, row.finished_at = state, fault[:300], timezone.now()
    row.save(update_fields=["state", "fault", "finished_at", "packs"])
    results = {str(result): n for result, n in queries.results_in(row)}
    record("sharing.cartridge_ended", row, by=SYSTEM, state=str(state), counts=results)


def _take(work: _Work, parts: list[CartridgePart]) -> None:
    """Some parts: the files of all of them are read by one child, then each is settled by itself."""
    read = [part for part in parts if part.kind != PartKind.LINK]
    with opening.files_of(str(work.cartridge.version.blob_id), read) as files:
        for part in parts:
            if part.kind == PartKind.LINK:
                part.digest = hashlib.sha256(f"link\0{part.url}".encode()).hexdigest()
                _settle(work, part, None)
            elif part.line in files:
                _settle(work, part, files[part.line])


def _settle(work: _Work, part: CartridgePart, taken: "opening.Taken | None") -> None:
    if taken is not None:
        part.digest = taken.digest
    try:
        if taken is not None and taken.why:
            raise FileUnfit(taken.why)
        before = queries.made_before(work.person_id, part)
        if before is not None:
            part.state, part.resource_id, part.why = PartState.SAME, before.resource_id, ""
            part.save(update_fields=["state", "why", "digest", "resource"])
            return
        kept = _kept(work, part, taken) if taken is not None else None
        with transaction.atomic():
            _make(work, part, kept, taken.lost if taken else 0)
            part.save(update_fields=["state", "why", "digest", "resource"])
    except (ResourceError, SharingError) as error:
        if isinstance(error, SharingError):
            raise
        part.state, part.why, part.digest = PartState.REFUSED, str(error.message)[:400], ""
        part.save(update_fields=["state", "why", "digest"])


def _kept(work: _Work, part: CartridgePart, taken: "opening.Taken") -> making.Kept:
    """The file, judged as those that people upload, and kept. Raises FileUnfit, QuotaFull."""
    seen = making.look_at(taken.path, taken.name)
    if part.size > work.room.left and taken.path.stat().st_size > work.room.left:
        raise QuotaFull  # without writing it first
    blob = making.keep_file(taken.path, seen)
    work.room.take(blob.sha256, blob.size)
    return making.Kept(blob, taken.name)


def _facts(work: _Work, part: CartridgePart) -> dict[str, Any]:
    """What is said of all, what the part says itself, and where it stood in the course."""
    usual = {name: value for name, value in work.cartridge.usual.items() if value not in ("", None)}
    facts = {"language": work.cartridge.facts.get("language") or "zh-CN"} | usual
    facts |= {name: part.facts[name] for name in OWN if part.facts.get(name)}
    for name in ("licence", "rights_holder", "audience"):  # said by whoever imports, for all of it
        if usual.get(name):
            facts[name] = usual[name]
    if part.facts.get("audience"):  # a part that is for teachers stays so
        facts["audience"] = part.facts["audience"]
    place = " › ".join(part.path)
    facts["title"] = part.title
    facts["source"] = f"{work.cartridge.title}{' › ' if place else ''}{place}"[:300]
    facts["region"] = work.region
    return facts


def _make(work: _Work, part: CartridgePart, kept: making.Kept | None, lost: int) -> None:
    earlier = queries.named_before(work.person_id, work.cartridge, part)
    url = part.url if kept is None else ""
    if earlier is not None and earlier.resource is not None:
        version = _renewed(work, earlier.resource, kept, url)
        part.state = PartState.CHANGED
    else:
        made = making.create_resource(kept=kept, url=url, facts=_facts(work, part), by=work.by)
        version = made.versions.get()
        part.state = PartState.IMPORTED
    part.resource_id = version.resource_id
    notes = [_hand_in(work, version)]
    if lost:
        notes.append(_("网页里有 %(n)s 处链接指向课程里别的地方，已经不能点") % {"n": lost})
    part.why = _("；").join(note for note in notes if note)[:400]


def _renewed(work: _Work, resource: "Resource", kept: making.Kept | None, url: str) -> "ResourceVersion":
    """The next version of what was imported before, or its draft anew; what somebody wrote about it stays. Raises FileUnfit."""
    version = resources.open_version(resource)
    if version is None:
        version = making.new_version(resource, by=work.by)
    elif not resources.is_changeable(version):
        raise FileUnfit(_("这个资源的上一版正在审核，审完再导入"))
    changes = _("从“%(source)s”再次导入") % {"source": work.cartridge.title}
    return making.save_version(
        version, edition=version.edition, facts={}, kept=kept, url=url, changes=changes, by=work.by
    )


def _hand_in(work: _Work, version: "ResourceVersion") -> str:
    """Hand it in as anybody would; what is for oneself alone is published by that. Where that cannot be it stays a draft: why."""
    if not work.cartridge.hand_in and version.reach != Reach.PRIVATE:
        return ""
    try:
        with transaction.atomic():
            making.submit_version(version, by=work.by)
    except (ResourceError, WorkflowError) as error:
        return _("留作草稿：%(why)s") % {"why": error.message}
    except Denied as error:
        return _("留作草稿：%(why)s") % {"why": error.reason}
    return ""


def _gather(work: _Work) -> None:
    """The table of contents as packs, in its order."""
    row, found = work.cartridge, queries.gathered(work.cartridge)
    items = [(part.resource, " › ".join(part.path)) for part in found if part.resource is not None]
    items = [(resource, note) for resource, note in items if resource.author_id == work.person_id]
    if not items:
        return
    facts = {name: row.usual[name] for name in ("subject", "stage", "grade") if row.usual.get(name)}
    facts |= {"title": row.title, "words": str(row.facts.get("words") or "")[:1000]}
    into = [UUID(pk) for pk in queries.packs_before(work.person_id, row)]
    made = packs.gather_packs(facts=facts, items=items, into=into, by=work.by)
    row.packs = [str(pack.pk) for pack in made]
    row.save(update_fields=["packs"])
