"""The collections of the REST binding and the files of the CSV binding, over the same records."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from lantian.people.exchange.engine.oneroster import filters, rest
from lantian.people.exchange.engine.oneroster.filters import Filter
from lantian.people.exchange.queries.oneroster import people, structure
from lantian.people.exchange.queries.oneroster.people import People, Where
from lantian.people.exchange.queries.oneroster.scope import Scope

Flat = dict[str, Any]
CHUNK = 2000
_SMALL: dict[str, Callable[..., list[Flat]]] = {
    "orgs": structure.orgs,
    "academicSessions": structure.sessions,
    "courses": structure.courses,
    "classes": structure.classes,
}
_COLUMNS = {
    "users": people.USER_COLUMNS,
    "demographics": people.USER_COLUMNS,
    "enrollments": people.ENROLLMENT_COLUMNS,
}
STAFF = ("teacher", "homeroom_teacher")


@dataclass(frozen=True)
class Sort:
    field: str
    descending: bool = False


@dataclass(frozen=True)
class Part:
    """A part of a collection: SQL for people and enrollments, a predicate over flat records for the rest."""

    where: Where | None = None
    keep: Callable[[Flat], bool] | None = None


def build(entity: str, scope: Scope, ids: Sequence[UUID]) -> list[Flat]:
    """Flat records by id, in that order; what no longer concerns the scope is left out."""
    if entity == "users":
        return People.load(scope, ids).users()
    if entity == "demographics":
        return People.load(scope, ids, kin=False).demographics()
    if entity == "enrollments":
        return people.enrollments(scope, ids)
    found = {flat["sourcedId"]: flat for flat in _SMALL[entity](scope, only=ids)}
    return [found[str(pk)] for pk in ids if str(pk) in found]


def find(entity: str, scope: Scope, pk: UUID, part: Part | None = None) -> Flat | None:
    """The one record, or None when it is not there for this scope."""
    if entity in _SMALL:
        found = _SMALL[entity](scope, only=[pk])
        return next((flat for flat in found if part is None or part.keep is None or part.keep(flat)), None)
    where = part.where if part else None
    ask = people.enrollment_ids if entity == "enrollments" else people.user_ids
    ids = ask(scope, where, only=[pk])
    return next(iter(build(entity, scope, ids)), None)


def select(
    entity: str,
    scope: Scope,
    *,
    part: Part | None = None,
    sieve: Filter = (),
    sort: Sort | None = None,
    link: rest.Link,
) -> list[UUID]:
    """The ids of the records of a collection that pass, in order.

    What is gone ("tobedeleted") is named only to whoever asks by `status` or `dateLastModified`. What SQL cannot say of people is
    asked of the built records, all of them: slow, but right.
    """
    part = part or Part()
    named = filters.names(sieve)
    with_gone = bool(named & {"status", "dateLastModified"})
    if entity in _SMALL:
        flats = [flat for flat in _SMALL[entity](scope) if part.keep is None or part.keep(flat)]
        return _in_memory(entity, flats, sieve, sort, link, with_gone)
    columns = _COLUMNS[entity]
    by_sql = named <= set(columns) and (sort is None or sort.field in columns)
    where = _where(entity, part.where, sieve if by_sql else (), sort if by_sql else None, with_gone)
    ids = people.enrollment_ids(scope, where) if entity == "enrollments" else people.user_ids(scope, where)
    if by_sql:
        return ids
    built = (flat for start in range(0, len(ids), CHUNK) for flat in build(entity, scope, ids[start : start + CHUNK]))
    return _in_memory(entity, built, sieve, sort, link, with_gone)


def _in_memory(
    entity: str, flats: Iterable[Flat], sieve: Filter, sort: Sort | None, link: rest.Link, with_gone: bool
) -> list[UUID]:
    kept: list[tuple[list[str], str]] = []
    for flat in flats:
        if not with_gone and flat["status"] != "active":
            continue
        record = rest.as_json(entity, flat, link) if sieve or sort else {}
        if not sieve or filters.passes(record, sieve):
            kept.append((filters.values_at(record, sort.field) if sort else [], flat["sourcedId"]))
    if sort:
        kept.sort(key=lambda pair: pair[1])
        kept.sort(key=lambda pair: pair[0], reverse=sort.descending)
    return [UUID(pk) for _values, pk in kept]


_OPERATORS = {"=": "=", "!=": "<>", ">": ">", ">=": ">=", "<": "<", "<=": "<="}


def _where(entity: str, part: Where | None, sieve: Filter, sort: Sort | None, with_gone: bool) -> Where:
    columns = _COLUMNS[entity]
    params: dict[str, Any] = dict((part.params if part else None) or {})
    conditions = [part.sql] if part else []
    if not with_gone:
        conditions.append(f"{columns['status']} = 'active'")
    if sieve:
        conditions.append(_sieve_sql(columns, sieve, params))
    order = ""
    if sort:
        key = "p.id" if entity != "enrollments" else "m.id"
        collate = "" if sort.field in filters.MOMENTS else ' COLLATE "C"'
        order = f"{columns[sort.field]}{collate} {'DESC' if sort.descending else 'ASC'}, {key}"
    return Where(" AND ".join(conditions) or "true", params, order)


def _sieve_sql(columns: Mapping[str, str], sieve: Filter, params: dict[str, Any]) -> str:
    alternatives = []
    for terms in sieve:
        each = []
        for term in terms:
            name = f"f{len(params)}"
            column = columns[term.field]
            if term.field in filters.MOMENTS:
                if term.op == "~":  # a moment contains nothing
                    each.append("false")
                    continue
                params[name] = filters.moment(term.value)
                each.append(f"{column} {_OPERATORS[term.op]} %({name})s")
            elif term.op == "~":
                params[name] = term.value.casefold()
                each.append(f"position(%({name})s::text in {column}) > 0")
            else:
                params[name] = term.value.casefold()
                each.append(f'{column} COLLATE "C" {_OPERATORS[term.op]} %({name})s::text')
        alternatives.append(f"({' AND '.join(each)})")
    return f"({' OR '.join(alternatives)})"


def stream(entity: str, scope: Scope, since: datetime | None = None) -> Iterator[Flat]:
    """All records of a file, `CHUNK` at a time: what is there (bulk), or what changed `since` then, gone or not (delta)."""
    if entity in _SMALL:
        yield from (flat for flat in _SMALL[entity](scope) if _in_time(flat, since))
        return
    columns = _COLUMNS["users" if entity == "roles" else entity]
    if since is None:
        where = Where(f"{columns['status']} = 'active'")
    else:
        where = Where(f"{columns['dateLastModified']} >= %(since)s", {"since": since})
    ids = people.enrollment_ids(scope, where) if entity == "enrollments" else people.user_ids(scope, where)
    for start in range(0, len(ids), CHUNK):
        some = ids[start : start + CHUNK]
        if entity == "roles":
            yield from (flat for flat in People.load(scope, some, kin=False).roles() if _in_time(flat, since))
        else:
            yield from build(entity, scope, some)


def _in_time(flat: Flat, since: datetime | None) -> bool:
    if since is None:
        return bool(flat["status"] == "active")
    changed = filters.moment(flat["dateLastModified"])
    return changed is not None and changed >= since
