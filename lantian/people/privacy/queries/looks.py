"""Who looked at people's sealed facts, and what officers account for once a year."""

from typing import TYPE_CHECKING

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery

from lantian.kernel.journal.queries import entries_of
from lantian.kernel.rules import SYSTEM, Actor
from lantian.kernel.web.lists import LIST_EXPORTED
from lantian.people.roster import queries as roster
from lantian.people.roster.queries.holding import records_of

if TYPE_CHECKING:
    from lantian.kernel.journal.models import JournalEntry
    from lantian.people.roster.models import Person

REVEALED = "roster.private_fact_revealed"
EXPORTED = "privacy.data_exported"
AUDIT_EXPORTED = "privacy.audit_exported"
FETCHED = "exchange.private_facts_fetched"
IN_LIST, ERRORS_TAKEN = "exchange.cell_revealed", "exchange.errors_downloaded"
LOOKS = (REVEALED, EXPORTED, FETCHED, IN_LIST)
LISTS = (LIST_EXPORTED, AUDIT_EXPORTED)  # about no single person
NOT_OF_A_PERSON = (
    *LISTS,
    IN_LIST,
    ERRORS_TAKEN,
)  # at least not always: a list may name people who are not registered yet
GRANTS = ("roster.grant_given", "roster.grant_extended", "roster.grant_revoked")
AUDITED = (*LOOKS, *GRANTS, *LISTS, ERRORS_TAKEN)


def _with_unit(rows: "QuerySet[JournalEntry]") -> "QuerySet[JournalEntry]":
    """The rows with `unit`, the name of the unit whose role was acted in."""
    units = roster.organizations_visible_to(SYSTEM).filter(pk=OuterRef("organization_id"))
    return rows.annotate(unit=Subquery(units.values("name")[:1]))


def looks_at(person: "Person") -> "QuerySet[JournalEntry]":
    """Every time somebody opened a sealed fact of this person or took a copy of their data, newest first.

    Looks at duplicates that were merged into the record are among them.

    The caller has asked `may_read_looks`.
    """
    ids = [record.pk for record in records_of(person)]
    return _with_unit(entries_of(LOOKS).filter(object_type="roster.person", object_id__in=ids))


def audited_below(actor: Actor) -> "QuerySet[JournalEntry]":
    """Looks, copies, roles given and revoked, lists and audits taken out: by whoever acts for the actor's subtree, or about its
    people.

    With `unit` and `about` (the person's name today) on each. Nothing for those who administer nothing.
    """
    rows = entries_of(AUDITED)
    if not actor.paths:
        return rows.none()
    units = roster.organizations_visible_to(SYSTEM).filter(path__within_any=list(actor.paths))
    of_person = Q(object_type="roster.person")
    # asked of each row: what is written down is little beside the people of a city, who would all be gathered otherwise
    seen = Exists(roster.people_visible_to(actor).filter(pk=OuterRef("object_id")))
    within = Q(organization_id__in=units.values("pk")) | of_person & Q(seen)
    # a grant is written down twice, about itself and about the person
    rows = rows.filter(of_person | Q(action__in=NOT_OF_A_PERSON), within)
    names = roster.people_visible_to(SYSTEM).filter(pk=OuterRef("object_id"))
    return _with_unit(rows).annotate(about=Subquery(names.values("name")[:1])).order_by("-at", "pk")
