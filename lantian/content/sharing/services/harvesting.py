"""Other regions' resources by OAI-PMH, page by page; each page with its resources, its counts and the token of the next is one
transaction, so a harvest that is cut goes on there.
"""

import contextlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

import structlog
from django.db import IntegrityError, OperationalError, transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from lantian.content.resources import services as bringing
from lantian.content.resources.enums import CLOSED_LICENCES, Licence, Reach
from lantian.content.resources.services import Brought
from lantian.content.sharing import queries
from lantian.content.sharing.engine import columns, fetching, protocol, reading
from lantian.content.sharing.engine.reading import About, Item, NotRead, ProtocolFault
from lantian.content.sharing.engine.writing import FORMATS
from lantian.content.sharing.enums import UNDER_WAY, HarvestState, Show
from lantian.content.sharing.errors import AddressRefused, AlreadyRunning, NotReady, SharingError, Unreachable
from lantian.content.sharing.models import Harvest, Harvested, Neighbour
from lantian.content.sharing.rules import may_share
from lantian.content.sharing.services.alone import alone
from lantian.content.sharing.services.fetching import Later, fetch
from lantian.kernel import jobs
from lantian.kernel.journal.services import record
from lantian.kernel.rules import SYSTEM, Actor, require

if TYPE_CHECKING:
    from lantian.people.roster.models import Organization

log = structlog.get_logger("sharing")
JOB = "sharing.harvest"
OVERLAP = timedelta(minutes=10)  # what another repository stamped before it could be seen
MOST_SETS, MOST_SET_PAGES, WHYS = 500, 10, 50
Ask = Callable[[str, Mapping[str, str]], bytes]
MOST_PAGES = 100_000


# What people do -------------------------------------------------------------------------------------------------------------


def ask_about(url: str, *, by: Actor) -> About:
    """What a repository says of itself: its name, formats, sets. Raises Denied, AddressRefused, Unreachable."""
    require(may_share, by)
    try:
        found = reading.identify(fetch(url, {"verb": "Identify"}))
        said = reading.prefixes(fetch(url, {"verb": "ListMetadataFormats"}))
        ours = {namespace: prefix for prefix, (_schema, namespace) in FORMATS.items()}
        found.prefixes = [prefix for prefix, namespace in said if namespace in ours]
        try:
            found.sets = _sets(url)
        except ProtocolFault as fault:
            if fault.code != "noSetHierarchy":
                raise
    except NotRead as error:
        raise Unreachable(_("这不是 OAI-PMH 的应答（%(what)s）") % {"what": error}) from error
    except ProtocolFault as error:
        raise Unreachable(_("对方说：%(words)s") % {"words": str(error)[:120]}) from error
    except Later as error:
        raise Unreachable(_("对方正忙，请过一会儿再试")) from error
    if not found.prefixes:
        raise Unreachable(_("对方没有我们能读的格式（oai_dc、LOM）"))
    return found


def _sets(url: str) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    said = {"verb": "ListSets"}
    for _turn in range(MOST_SET_PAGES):
        more, token = reading.sets(fetch(url, said))
        found += more
        if not token or len(found) >= MOST_SETS:
            break
        said = {"verb": "ListSets", "resumptionToken": token}
    return found[:MOST_SETS]


@transaction.atomic
def add_neighbour(
    *,
    organization: "Organization",
    name: str,
    url: str,
    prefix: str = "oai_dc",
    sets: Sequence[str] = (),
    every: int = 24,
    show: str = Show.REVIEW,
    licence: str = "",
    coarse: bool = False,
    by: Actor,
) -> Neighbour:
    """Register another region's address; it is asked for the first time by `start_harvest`. Raises Denied, AddressRefused."""
    require(may_share, by, organization)
    try:
        fetching.read(url)
    except fetching.Refused as error:
        raise AddressRefused(_("地址要以 http:// 或 https:// 开头"), field="url") from error
    try:
        with transaction.atomic():
            made = Neighbour.objects.create(
                organization=organization,
                name=name.strip()[:80],
                url=url,
                prefix=prefix,
                sets=[spec for spec in sets if protocol.SET.fullmatch(spec)][:50],
                every=every,
                show=show,
                licence=licence,
                coarse=coarse,
                created_by_id=by.person_id,
            )
    except IntegrityError as error:
        raise SharingError(_("这个地址已经登记过"), field="url") from error
    record("sharing.neighbour_added", made, by=by, name=made.name, url=made.url)
    return made


@transaction.atomic
def change_neighbour(neighbour: Neighbour, *, name: str, every: int, licence: str, by: Actor) -> Neighbour:
    """Another name, another rhythm; `licence`: of what says nothing of it, from now on. Raises Denied."""
    row = Neighbour.objects.select_for_update(of=("self",)).select_related("organization").get(pk=neighbour.pk)
    require(may_share, by, row.organization)
    row.name, row.every, row.licence = name.strip()[:80], every, licence
    row.next_at = timezone.now() + timedelta(hours=row.every) if row.every else None
    row.save(update_fields=["name", "every", "licence", "next_at"])
    record("sharing.neighbour_changed", row, by=by, name=row.name, every=every)
    return row


@transaction.atomic
def start_harvest(neighbour: Neighbour, *, anew: bool = False, by: Actor) -> Harvest:
    """Have it asked for what changed since the last time; `anew`: for everything. Raises Denied, AlreadyRunning."""
    require(may_share, by, neighbour.organization)
    row = Neighbour.objects.select_for_update().get(pk=neighbour.pk)
    if queries.under_way(row) is not None:
        raise AlreadyRunning
    since = None if anew or row.asked_to is None else row.asked_to - OVERLAP
    row.next_at = timezone.now() + timedelta(hours=row.every) if row.every else None
    row.save(update_fields=["next_at"])
    made = Harvest.objects.create(neighbour=row, since=since)
    record("sharing.harvest_started", row, by=by, anew=anew)
    jobs.enqueue(JOB, harvest=str(made.pk), once=f"harvest:{made.pk}")
    return made


@transaction.atomic
def cancel_harvest(harvest: Harvest, *, by: Actor) -> Harvest:
    """Stop it after the page in hand. Raises Denied, NotReady."""
    row = Harvest.objects.select_for_update(of=("self",)).select_related("neighbour__organization").get(pk=harvest.pk)
    require(may_share, by, row.neighbour.organization)
    if row.state not in UNDER_WAY:
        raise NotReady
    row.cancel_asked = True
    if row.state == HarvestState.WAITING:
        row.state, row.finished_at = HarvestState.CANCELLED, timezone.now()
    row.save(update_fields=["cancel_asked", "state", "finished_at"])
    return row


@transaction.atomic
def show_neighbour(neighbour: Neighbour, *, show: str, by: Actor) -> int:
    """Let everybody see what is from there, or nobody; what comes later likewise. Returns how many resources. Raises Denied."""
    row = Neighbour.objects.select_for_update(of=("self",)).select_related("organization").get(pk=neighbour.pk)
    require(may_share, by, row.organization)
    ids = queries.brought_ids(row)
    before, row.show = row.show, Show(show)
    row.save(update_fields=["show"])
    record("sharing.neighbour_shown", row, by=by, before=before, show=str(row.show))
    words = f"{row.name}：不公开"  # i18n: data; by these very words they are found again
    if row.show == Show.SHOWN:
        return bringing.put_up(ids, organization=row.organization, taken_down_as=words, by=by)
    return bringing.take_down(ids, organization=row.organization, words=words, by=by)


# What the worker does -------------------------------------------------------------------------------------------------------


def start_due() -> int:
    """Ask those whose turn it is, and go on with what was cut. Returns how many."""
    found = queries.due()
    for pk in found:
        with contextlib.suppress(AlreadyRunning):  # somebody was quicker
            start_harvest(Neighbour.objects.select_related("organization").get(pk=pk), by=SYSTEM)
    unfinished = queries.unfinished()
    for pk in unfinished:
        jobs.enqueue(JOB, harvest=str(pk), once=f"harvest:{pk}")
    return len(found) + len(unfinished)


def proceed_harvest(harvest_id: UUID | str, *, ask: Ask = fetch) -> None:
    """Bring a harvest forward to its end, or until the other side asks for patience. Safe to repeat after a crash.

    `ask`: how the other side is asked, for a demonstration that has none.
    """
    with alone(f"sharing:harvest:{harvest_id}") as held, translation.override("zh-hans"):
        rows = Harvest.objects.select_related("neighbour__organization").filter(state__in=UNDER_WAY)
        harvest = rows.filter(pk=harvest_id).first() if held else None
        if harvest is None:
            return
        try:
            _forward(harvest, ask)
        except OperationalError:
            raise  # the database went away: it is taken up again where it stands
        except Later as error:
            _wait(harvest, error.seconds)
        except NotRead as error:
            _end(harvest, HarvestState.FAILED, _("这不是 OAI-PMH 的应答（%(what)s）") % {"what": error})
        except ProtocolFault as error:
            _end(harvest, HarvestState.FAILED, _("对方说：%(words)s") % {"words": str(error)[:200]})
        except SharingError as error:
            _end(harvest, HarvestState.FAILED, str(error.message))
        except Exception as error:
            log.error("harvest_failed", harvest=str(harvest.pk), exc_info=error)
            _end(harvest, HarvestState.FAILED, _("出了意外的错误，详情在日志里"))


def _wait(harvest: Harvest, seconds: float) -> None:
    harvest.state, harvest.waits_until = HarvestState.WAITING, timezone.now() + timedelta(seconds=seconds)
    harvest.save(update_fields=["state", "waits_until"])


@transaction.atomic
def _end(harvest: Harvest, state: HarvestState, fault: str = "") -> None:
    harvest.state, harvest.fault, harvest.finished_at, harvest.token = state, fault[:300], timezone.now(), ""
    harvest.waits_until = None
    harvest.save(update_fields=["state", "fault", "finished_at", "token", "waits_until"])
    if state == HarvestState.DONE and harvest.answered_at is not None:
        Neighbour.objects.filter(pk=harvest.neighbour_id).update(asked_to=harvest.answered_at)
    counts = {name: getattr(harvest, name) for name in ("made", "changed", "same", "deleted", "refused", "pages")}
    record("sharing.harvest_ended", harvest.neighbour, by=SYSTEM, state=str(state), **counts)


def _forward(harvest: Harvest, ask: Ask) -> None:
    if harvest.state == HarvestState.WAITING:
        harvest.state, harvest.waits_until = HarvestState.RUNNING, None
        harvest.save(update_fields=["state", "waits_until"])
    asked_for = list(harvest.neighbour.sets) or [""]
    while harvest.place < len(asked_for):
        if Harvest.objects.filter(pk=harvest.pk, cancel_asked=True).exists():
            _end(harvest, HarvestState.CANCELLED)
            return
        if harvest.pages >= MOST_PAGES:
            raise Unreachable(_("对方的列表没有尽头"))
        page = _ask(harvest, asked_for[harvest.place], ask)
        _take(harvest, page)
    _end(harvest, HarvestState.DONE)


def _ask(harvest: Harvest, spec: str, ask: Ask) -> reading.Page | None:
    """The next part of the list; None: nothing is in it. A token that the other side has forgotten begins the set anew."""
    neighbour = harvest.neighbour
    first = {"verb": "ListRecords", "metadataPrefix": neighbour.prefix} | ({"set": spec} if spec else {})
    if harvest.since is not None:
        said = protocol.stamp(harvest.since)
        first["from"] = said[:10] if neighbour.coarse else said
    try:
        if harvest.token:
            return reading.records(ask(neighbour.url, {"verb": "ListRecords", "resumptionToken": harvest.token}))
    except ProtocolFault as fault:
        if fault.code != "badResumptionToken":
            raise
        harvest.token = ""
    try:
        return reading.records(ask(neighbour.url, first))
    except ProtocolFault as fault:
        if fault.code == "noRecordsMatch":
            return None
        raise


@transaction.atomic
def _take(harvest: Harvest, page: reading.Page | None) -> None:
    """A page's things become resources, and it is noted where the list goes on."""
    if page is not None:
        harvest.pages += 1
        if harvest.answered_at is None:
            harvest.answered_at = page.answered_at
        if page.token and page.token == harvest.token:
            raise Unreachable(_("对方的列表没有尽头"))
        _bring(harvest, page.items)
    harvest.token = page.token if page is not None else ""
    if not harvest.token:
        harvest.place += 1
    harvest.save()


@dataclass(slots=True)
class _Change:
    item: Item
    thing: Harvested


def _bring(harvest: Harvest, items: Sequence[Item]) -> None:
    latest = {item.identifier: item for item in items}  # of two with one name on a page the last counts
    known = queries.things_of(harvest.neighbour, list(latest))
    gone, todo = list[Harvested](), list[_Change]()
    for item in latest.values():
        thing = known.get(item.identifier)
        if item.fault:
            harvest.refused += 1
            if len(harvest.whys) < WHYS:
                harvest.whys = [*harvest.whys, [item.identifier[:120], item.fault]]
        elif item.gone:
            if thing is not None and not thing.gone:
                thing.gone, thing.said = True, item.said()
                gone.append(thing)
        elif thing is not None and thing.said == item.said():
            harvest.same += 1
        else:
            todo.append(_Change(item, thing or Harvested(neighbour=harvest.neighbour, identifier=item.identifier)))
    _keep(harvest, todo)
    _let_go(harvest, gone)


def _keep(harvest: Harvest, todo: Sequence[_Change]) -> None:
    """What is new and what has changed."""
    neighbour, words, brought = harvest.neighbour, queries.words(), []
    down = queries.taken_down([each.thing.resource_id for each in todo])
    for each in todo:
        # what somebody here took down stays down, unless the neighbour itself had taken it away before
        stays = each.thing.resource_id in down and not each.thing.gone
        brought.append(_brought(each, neighbour, words, publish=neighbour.show == Show.SHOWN and not stays))
    made = bringing.bring_resources(brought, organization=neighbour.organization, origin=neighbour.name, by=SYSTEM)
    fresh, changed = list[Harvested](), list[Harvested]()
    for each, (pk, free) in zip(todo, made, strict=True):
        if not free:
            harvest.refused += 1
            continue
        (fresh if each.thing.pk is None else changed).append(each.thing)
        each.thing.resource_id, each.thing.said = pk, each.item.said()
        each.thing.gone, each.thing.url = False, each.item.url
    harvest.made += len(fresh)
    harvest.changed += len(changed)
    Harvested.objects.bulk_create(fresh)
    Harvested.objects.bulk_update(changed, ["resource", "said", "gone", "url"], batch_size=500)


def _let_go(harvest: Harvest, gone: Sequence[Harvested]) -> None:
    """What the neighbour has no more is taken down here."""
    harvest.deleted += len(gone)
    Harvested.objects.bulk_update(gone, ["said", "gone"], batch_size=500)
    ids = [one.resource_id for one in gone if one.resource_id is not None]
    if ids:
        words = _("“%(name)s”已经没有它了") % {"name": harvest.neighbour.name}
        bringing.take_down(ids, organization=harvest.neighbour.organization, words=words, by=SYSTEM)


def _first(known: Any, texts: Sequence[str]) -> str:
    return next((found for text in texts if (found := known.get(columns.squeezed(text)))), "")


def _brought(each: _Change, neighbour: Neighbour, words: columns.Words, *, publish: bool) -> Brought:
    item = each.item
    licence = item.licence if item.licence in Licence.values else neighbour.licence
    facts = {
        "title": item.title[:120],
        "words": item.words[:2000],
        "purpose": _first(words.purpose, [item.purpose]),
        "subject": _first(words.subject, item.subjects),
        "stage": _first(words.stage, item.levels),
        "keywords": " ".join(dict.fromkeys(word.replace(" ", "") for word in item.keywords))[:200],
        "language": _first(words.language, [item.language, item.language.split("-")[0]]) or "zh-CN",
        "audience": "all",
        "reach": Reach.SCHOOL if licence in CLOSED_LICENCES else Reach.PUBLIC,
        "licence": licence,
        "rights_holder": (item.rights_holder or neighbour.name)[:120],
        "source": neighbour.name,
    }
    return Brought(facts=facts, url=item.url, publish=publish, resource=each.thing.resource_id)
