"""Runs of imports, what they found, and what they would do."""

from uuid import UUID

from django.db.models import Case, Exists, OuterRef, Q, QuerySet, Subquery, Value, When

from lantian.kernel.rules import Actor
from lantian.people.exchange.enums import Entity, RunState, Severity
from lantian.people.exchange.models import Export, Finding, ImportRun, Source, StagedRow
from lantian.people.roster.enums import Role

# People first: they are what one looks for.
SHOWN = (
    Entity.USERS,
    Entity.ENROLLMENTS,
    Entity.ROLES,
    Entity.DEMOGRAPHICS,
    Entity.CLASSES,
    Entity.ORGS,
    Entity.COURSES,
    Entity.SESSIONS,
)

_FILE_FAULT = Q(severity=Severity.ERROR, row_no__isnull=True, corrected_at__isnull=True)


def runs_visible_to(actor: Actor) -> QuerySet[ImportRun]:
    """Imports of the subtree that the actor administers, newest first.

    Each says by `unreadable` whether it waits in vain: checked, with a file that could not be read.
    """
    faults = Finding.objects.filter(_FILE_FAULT, run=OuterRef("pk"))
    every = ImportRun.objects.annotate(unreadable=Q(state=RunState.CHECKED) & Exists(faults))
    if actor.is_system:
        return every.order_by("-created_at")
    if not actor.has_role(Role.OFFICER, Role.SCHOOL_HEAD, Role.SCHOOL_IT):
        return ImportRun.objects.none()
    rows = every.filter(organization__path__within_any=list(actor.paths))
    return rows.select_related("organization", "source", "created_by").order_by("-created_at")


def run_known(pk: UUID) -> ImportRun | None:
    """A run of which one has the id alone, for telling whoever sent it."""
    return ImportRun.objects.select_related("organization").filter(pk=pk).first()


def sources_of(organization_path: str) -> QuerySet[Source]:
    """Named sources of a unit and those below."""
    return Source.objects.filter(organization__path__within=organization_path).order_by("name")


def findings_of(run: ImportRun) -> QuerySet[Finding]:
    """What is still wrong, errors first, in the order of the file."""
    return Finding.objects.filter(run=run, corrected_at__isnull=True).order_by("severity", "file", "row_no", "id")


def file_faults(run: ImportRun) -> QuerySet[Finding]:
    """Errors of a file as a whole: with one of these nothing can be applied."""
    return Finding.objects.filter(_FILE_FAULT, run=run).order_by("id")


def staged_rows(run: ImportRun) -> QuerySet[StagedRow]:
    """The rows that would do something, with the names of whom and where they are about (`person_name`, `unit_name`)."""
    from django.apps import apps

    person, unit = apps.get_model("roster", "Person"), apps.get_model("roster", "Organization")
    return (
        StagedRow.objects.filter(run=run)
        .exclude(action__in=("", "leave"))
        .annotate(
            person_name=Subquery(person.objects.filter(pk=OuterRef("person_id")).values("name")[:1]),
            staged_name=Subquery(
                StagedRow.objects.filter(run=run, entity=Entity.USERS, key=OuterRef("user_key"), row_no__gt=0).values(
                    "data__name"
                )[:1]
            ),
            place=Case(*(When(entity=entity, then=Value(n)) for n, entity in enumerate(SHOWN)), default=Value(9)),
            unit_name=Subquery(unit.objects.filter(pk=OuterRef("org_id")).values("name")[:1]),
        )
        .order_by("place", "id")
    )


def exports_visible_to(actor: Actor) -> QuerySet[Export]:
    """What the actor took out, newest first; nobody else's."""
    rows = Export.objects.select_related("organization", "created_by").order_by("-created_at")
    if actor.is_system:
        return rows
    if actor.person_id is None or not actor.has_role(Role.OFFICER, Role.SCHOOL_HEAD, Role.SCHOOL_IT):
        return rows.none()
    return rows.filter(created_by=actor.person_id, organization__path__within_any=list(actor.paths))
