"""What OAI-PMH and the feeds tell: resources that are open to everybody and were made here."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from django.conf import settings
from django.core import signing
from django.db.models import F, Min, Q, QuerySet
from django.urls import reverse
from django.utils import timezone

from lantian.content.resources import queries as resources
from lantian.content.resources.enums import LICENCE_URLS, Licence, ResourceState
from lantian.content.sharing.engine.protocol import Asked, Fault
from lantian.content.sharing.engine.writing import FORMATS, Told
from lantian.content.sharing.models import Harvested, Record
from lantian.content.taxonomy import queries as taxonomy
from lantian.kernel.rules import ANONYMOUS
from lantian.people.roster.enums import Stage, Subject

PAGE = 100
TOKEN_S = 24 * 3600
SALT = "sharing.oai"


def open_resources() -> QuerySet[Any]:
    """Published ones that a stranger sees, but for those of other regions: they are theirs to tell."""
    seen = resources.resources_visible_to(ANONYMOUS).filter(state=ResourceState.PUBLISHED)
    return seen.exclude(pk__in=Harvested.objects.filter(resource__isnull=False).values("resource"))


# Who we are -----------------------------------------------------------------------------------------------------------------


def namespace() -> str:
    """What our identifiers begin with: the host by which people reach the platform."""
    return urlsplit(settings.LANTIAN_ADDRESS).hostname or "localhost"


def identifier_of(pk: UUID) -> str:
    return f"oai:{namespace()}:{pk}"


def id_of(identifier: str) -> UUID:
    """Raises Fault."""
    start = f"oai:{namespace()}:"
    try:
        if identifier.startswith(start):
            return UUID(identifier.removeprefix(start))
    except ValueError:
        pass
    raise Fault("idDoesNotExist", "there is no such item here")


def address_of(pk: UUID) -> str:
    return settings.LANTIAN_ADDRESS + reverse("resources_resource", args=[pk])


def earliest() -> datetime:
    """When the first change was that is still told. One query."""
    found = Record.objects.aggregate(at=Min("stamp"))["at"]
    return found or timezone.now()


# Lists ----------------------------------------------------------------------------------------------------------------------


def sets() -> list[tuple[str, str]]:
    """All of them, whether something is in them or not."""
    found = [("subject", "学科"), ("stage", "学段")]  # i18n: data
    found += [(f"subject:{value}", str(words)) for value, words in Subject.choices]
    return found + [(f"stage:{value}", str(words)) for value, words in Stage.choices]


def sets_of(record: Record) -> list[str]:
    said = ("subject", record.subject), ("stage", record.stage)
    return [spec for name, value in said if value for spec in (name, f"{name}:{value}")]


def _in_set(rows: QuerySet[Record], spec: str) -> QuerySet[Record]:
    name, _mark, value = spec.partition(":")
    if spec not in {known for known, _words in sets()}:
        raise Fault("noRecordsMatch", "there is no such set")
    return rows.filter(**{name: value}) if value else rows.exclude(**{name: ""})


@dataclass(frozen=True, slots=True)
class Page:
    """Part of a list. `token`: where it goes on, "" at its end; `parts`: whether there is more than this part."""

    prefix: str
    records: Sequence[Record]
    token: str
    cursor: int
    size: int
    parts: bool


def page_of(asked: Asked) -> Page:
    """The part of a list that is asked for. Two queries, one when the list goes on. Raises Fault.

    Those that change meanwhile move to the list's end, so none is passed over; what a token says is signed and kept nowhere.
    """
    state, size = _state_of(asked), PAGE
    if state["prefix"] not in FORMATS:
        raise Fault("cannotDisseminateFormat", "metadataPrefix is one of " + ", ".join(FORMATS))
    rows = Record.objects.all()
    if state["set"]:
        rows = _in_set(rows, state["set"])
    if state["since"]:
        rows = rows.filter(stamp__gte=_moment(state["since"]))
    if state["until"]:
        rows = rows.filter(stamp__lt=_moment(state["until"]))
    total = state["size"] if state["size"] is not None else rows.count()
    if state["after"]:
        at, pk = _moment(state["after"][0]), UUID(state["after"][1])
        rows = rows.filter(Q(stamp__gt=at) | Q(stamp=at, id__gt=pk)).filter(stamp__gte=at)
    found = list(rows.order_by("stamp", "id")[: size + 1])
    if not found and not state["after"]:
        raise Fault("noRecordsMatch", "nothing matches")
    shown, token = found[:size], ""
    if len(found) > size:
        last = shown[-1]
        after = [int(last.stamp.timestamp()), last.pk.hex]
        token = signing.dumps(
            state | {"after": after, "size": total, "cursor": state["cursor"] + len(shown)}, salt=SALT, compress=True
        )
    return Page(state["prefix"], shown, token, state["cursor"], total, bool(token or state["after"]))


def _moment(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def _state_of(asked: Asked) -> dict[str, Any]:
    if not asked.token:
        return {
            "prefix": asked.prefix,
            "set": asked.spec,
            "since": int(asked.since.timestamp()) if asked.since else None,
            "until": int(asked.until.timestamp()) if asked.until else None,
            "after": None,
            "cursor": 0,
            "size": None,
        }
    try:
        return dict(signing.loads(asked.token, salt=SALT, max_age=TOKEN_S))
    except (signing.BadSignature, ValueError) as error:
        raise Fault("badResumptionToken", "the token is not ours, or older than a day") from error


def record_known(identifier: str) -> Record:
    """One query. Raises Fault."""
    found = Record.objects.filter(pk=id_of(identifier)).first()
    if found is None:
        raise Fault("idDoesNotExist", "there is no such item here")
    return found


# What is told of them ---------------------------------------------------------------------------------------------------------


def told(ids: Iterable[UUID]) -> dict[UUID, Told]:
    """What is told of open resources; others are missing. Six queries, whatever their number."""
    rows = open_resources().filter(pk__in=list(ids)).select_related("organization", "author", "current__blob")
    found = {row.pk: row for row in rows.defer("current__blob__text")}
    placed: dict[UUID, list[UUID]] = {}
    for pk, node in resources.placements_of(found):
        placed.setdefault(pk, []).append(node)
    nodes = {node for some in placed.values() for node in some}
    seen = taxonomy.nodes_visible_to(ANONYMOUS).filter(pk__in=nodes).values_list("pk", flat=True) if nodes else ()
    places = taxonomy.places_of(list(seen)) if seen else {}
    return {
        pk: _told(
            row, [(str(one), places[one].node.code, places[one].words) for one in placed.get(pk, ()) if one in places]
        )
        for pk, row in found.items()
    }


def _told(row: Any, places: Sequence[tuple[str, str, str]]) -> Told:
    blob = row.current.blob
    facts = blob.facts if blob else {}
    return Told(
        id=str(row.pk),
        url=address_of(row.pk),
        title=row.title,
        words=row.words,
        language=row.language,
        keywords=row.keywords.split(),
        kind=str(row.kind),
        purpose=str(row.purpose),
        subject=str(row.subject),
        subject_words=str(Subject(row.subject).label) if row.subject else "",
        stage=str(row.stage),
        stage_words=str(Stage(row.stage).label) if row.stage else "",
        grade=row.grade,
        licence=str(row.licence),
        licence_url=LICENCE_URLS.get(Licence(row.licence), "") if row.licence else "",
        licence_words=str(Licence(row.licence).label) if row.licence else "",
        rights_holder=row.rights_holder,
        author=row.author.name if row.author else "",
        publisher=row.organization.name,
        source=row.source,
        mime=blob.kind if blob else "",
        size=blob.size if blob else None,
        seconds=round(facts["seconds"]) if facts.get("seconds") else None,
        date=row.published_at.astimezone(UTC).date().isoformat(),
        mark=row.mark,
        places=places,
        version=row.current.number,
    )


# Feeds ----------------------------------------------------------------------------------------------------------------------


def newest(*, nodes: Sequence[UUID] = (), unit: UUID | None = None, most: int = 50, **facets: str) -> list[Any]:
    """Open resources, those published last first. `facets`: subject, stage. One query."""
    rows = open_resources().filter(**{name: value for name, value in facets.items() if value})
    if nodes:
        rows = rows.filter(placements__node__in=list(nodes)).distinct()
    if unit is not None:
        rows = rows.filter(organization=unit)
    return list(rows.select_related("organization", "author").order_by(F("published_at").desc(), "pk")[:most])
