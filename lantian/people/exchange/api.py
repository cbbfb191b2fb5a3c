"""OneRoster 1.2 rostering over REST, read only, for registered software (OAuth 2 client credentials, RFC 6749).

Answers and errors are those of 1EdTech's OpenAPI: collections with X-Total-Count and Link, errors as imsx_StatusInfo.
"""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

import structlog
from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.views.decorators.csrf import csrf_exempt

from lantian.kernel.rules import check
from lantian.people.connect import services as connect
from lantian.people.connect.enums import Scope as Allowed
from lantian.people.connect.queries import Access
from lantian.people.exchange import rules, services
from lantian.people.exchange.engine.oneroster import filters, rest
from lantian.people.exchange.queries import oneroster
from lantian.people.exchange.queries.oneroster import Part, Scope, Sort, Where

log = structlog.get_logger("rest")
ROOT = "ims/oneroster/rostering/v1p2"
LIMIT, MOST = 100, 10_000
CORE = (Allowed.ROSTER, Allowed.CORE)
FULL = (Allowed.ROSTER,)
BIRTH = (Allowed.DEMOGRAPHICS,)
_NUMBER = re.compile(r"[0-9]{1,10}")
_BEARER = re.compile(r"Bearer +([A-Za-z0-9._~+/=-]{1,200})", re.IGNORECASE)


class Refused(Exception):
    """An error answer: HTTP status, imsx_codeMinor, words for whoever writes the client."""

    def __init__(self, status: int, minor: str, words: str, **headers: str) -> None:
        super().__init__(words)
        self.status, self.minor, self.words, self.headers = status, minor, words, headers


def _json(data: Any, status: int = 200) -> HttpResponse:
    body = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    response = HttpResponse(body, content_type="application/json", status=status)
    response["Cache-Control"] = "no-store"
    return response


def _error(error: Refused) -> HttpResponse:
    minor = {"imsx_codeMinorFieldName": "TargetEndSystem", "imsx_codeMinorFieldValue": error.minor}
    response = _json(
        {
            "imsx_codeMajor": "failure",
            "imsx_severity": "error",
            "imsx_description": error.words,
            "imsx_CodeMinor": {"imsx_codeMinorField": [minor]},
        },
        error.status,
    )
    for name, value in error.headers.items():
        response[name.replace("_", "-")] = value
    return response


def _access(request: HttpRequest, scopes: tuple[str, ...]) -> Access:
    found = _BEARER.fullmatch(request.headers.get("Authorization", ""))
    access = connect.access_of(found[1]) if found else None
    if access is None:
        raise Refused(401, "unauthorisedrequest", "a valid bearer token is needed", WWW_Authenticate="Bearer")
    verdict = check(rules.may_pull_roster, access.actor, access, *scopes)
    if not verdict:
        raise Refused(403, "forbidden", "the client is stopped, or its token lacks the scope")
    within, wait_s = connect.count_request(access.client)
    if not within:
        raise Refused(429, "server_busy", "too many requests", Retry_After=str(wait_s))
    return access


@dataclass
class Call:
    """One request, let in: what it may have, and what it asks for."""

    request: HttpRequest
    access: Access

    def __post_init__(self) -> None:
        self.scope = Scope(self.access.roots, self.access.sensitive)
        self.base = self.request.build_absolute_uri(f"/{ROOT}")
        self.link = rest.linker(self.base)

    def number(self, name: str, default: int, least: int) -> int:
        text = self.request.GET.get(name)
        if text is None:
            return default
        if not _NUMBER.fullmatch(text) or not least <= int(text) < 2**31:
            raise Refused(422, "invaliddata", f"{name} is a number from {least}")
        return int(text)

    def fields(self, entity: str) -> list[str]:
        said = self.request.GET.getlist("fields")
        names = [part.strip() for text in said for part in text.split(",")]
        if any(name.partition(".")[0] not in rest.FIELDS[entity] for name in names):
            raise Refused(400, "invalid_selection_field", "fields names something that these records do not have")
        return names

    def sort(self, entity: str) -> Sort | None:
        """Unknown fields sort nothing, as the standard says."""
        order = self.request.GET.get("orderBy", "asc")
        if order not in {"asc", "desc"}:
            raise Refused(422, "invaliddata", "orderBy is asc or desc")
        name = self.request.GET.get("sort", "")
        known = name.partition(".")[0] in rest.FIELDS[entity]
        return Sort(name, order == "desc") if known else None

    def sieve(self, entity: str) -> filters.Filter:
        text = self.request.GET.get("filter")
        if text is None:
            return ()
        try:
            return filters.parse(text, rest.FIELDS[entity])
        except filters.BadFilter as error:
            raise Refused(400, "invalid_filter_field", f"filter cannot be used at: {error}") from error

    def shown(self, entity: str, flats: list[rest.Flat], fields: list[str]) -> list[dict[str, Any]]:
        records = [rest.as_json(entity, flat, self.link) for flat in flats]
        if fields:
            records = [rest.selected(record, fields) for record in records]
        if entity == "users" and self.access.sensitive:
            told = [flat["sourcedId"] for flat in flats if flat["phone"] or flat["identifier"] or _citizen(flat)]
            services.record_fetched([UUID(pk) for pk in told], by=self.access.actor, to=self.access.client.name)
        return records

    def collection(self, entity: str, part: Part | None = None) -> HttpResponse:
        limit, offset = self.number("limit", LIMIT, 1), self.number("offset", 0, 0)
        limit = min(limit, MOST)
        fields, sort, sieve = self.fields(entity), self.sort(entity), self.sieve(entity)
        question = "\n".join((self.request.path, self.request.GET.get("filter", ""), repr(sort)))
        ids, total = services.take_page(
            self.access.client,
            question,
            limit=limit,
            offset=offset,
            answer=lambda: oneroster.select(entity, self.scope, part=part, sieve=sieve, sort=sort, link=self.link),
        )
        records = self.shown(entity, oneroster.build(entity, self.scope, ids) if ids else [], fields)
        response = _json({rest.SETS[entity][0]: records})
        response["X-Total-Count"] = str(total)
        response["Link"] = self._links(limit, offset, total)
        return response

    def _links(self, limit: int, offset: int, total: int) -> str:
        last = max(0, (total - 1) // limit * limit)
        places = {"first": 0, "last": last}
        if offset + limit < total:
            places["next"] = offset + limit
        if offset:
            places["prev"] = max(0, offset - limit)
        kept = [(k, v) for k, several in self.request.GET.lists() for v in several if k not in {"limit", "offset"}]
        address = self.request.build_absolute_uri(self.request.path)
        return ", ".join(
            f'<{address}?{urlencode([*kept, ("limit", limit), ("offset", place)])}>; rel="{name}"'
            for name, place in places.items()
        )

    def one(self, entity: str, text: str, part: Part | None = None) -> HttpResponse:
        fields = self.fields(entity)
        flat = self.known(entity, text, part)
        return _json({rest.SETS[entity][1]: self.shown(entity, [flat], fields)[0]})

    def known(self, entity: str, text: str, part: Part | None = None) -> rest.Flat:
        """The record that an address names. Raises Refused: 404 when it is not there for this client."""
        flat = oneroster.find(entity, self.scope, _uuid(text), part)
        if flat is None:
            raise Refused(404, "unknownobject", "there is no such object")
        return flat


def _citizen(flat: rest.Flat) -> str:
    return str(flat["metadata.cn.citizenId"])


def _uuid(text: str) -> UUID:
    try:
        found = UUID(text)
    except ValueError:
        found = None
    if found is None or str(found) != text.lower():
        raise Refused(404, "unknownobject", "there is no such object")
    return found


Handler = Callable[..., HttpResponse]


def _view(handler: Handler, scopes: tuple[str, ...]) -> Callable[..., HttpResponse]:
    @csrf_exempt
    def view(request: HttpRequest, **named: str) -> HttpResponse:
        try:
            if request.method not in {"GET", "HEAD"}:
                raise Refused(405, "invaliddata", "records can be read, not written", Allow="GET, HEAD")
            return handler(Call(request, _access(request, scopes)), **named)
        except Refused as error:
            return _error(error)
        except Exception as error:  # whatever it is, the client gets the standard's answer and we the log
            log.error("rest_failed", path=request.path, exc_info=error)
            return _error(Refused(500, "internal_server_error", "something went wrong here; it is on record"))

    view.rule_name = "exchange.pull_roster"  # type: ignore[attr-defined]  # a view carries its rule
    return view


# What the addresses mean -------------------------------------------------------------------------------------------------
def _typed(*types: str) -> Part:
    return Part(keep=lambda flat: flat["type"] in types)


def _people(roles: tuple[str, ...], place: str = "", **params: Any) -> Part:
    return Part(Where(oneroster.HAVE_ROLE.format(place), {"roles": list(roles), **params}))


STUDENT, TEACHER = ("student",), ("teacher", "homeroom_teacher")
PARTS: Mapping[str, tuple[str, Part | None]] = {
    "academicSessions": ("academicSessions", None),
    "classes": ("classes", None),
    "courses": ("courses", None),
    "demographics": ("demographics", None),
    "enrollments": ("enrollments", None),
    "gradingPeriods": ("academicSessions", _typed("gradingPeriod")),
    "orgs": ("orgs", None),
    "schools": ("orgs", _typed("school")),
    "students": ("users", _people(STUDENT)),
    "teachers": ("users", _people(TEACHER)),
    "terms": ("academicSessions", _typed("term")),
    "users": ("users", None),
}


def _all(call: Call, *, name: str) -> HttpResponse:
    return call.collection(*PARTS[name])


def _one(call: Call, pk: str, *, name: str) -> HttpResponse:
    entity, part = PARTS[name]
    return call.one(entity, pk, part)


def _school(call: Call, pk: str) -> UUID:
    return UUID(call.known("orgs", pk, PARTS["schools"][1])["sourcedId"])


def _class(call: Call, pk: str, school: UUID | None = None) -> UUID:
    flat = call.known("classes", pk)
    if school is not None and flat["schoolSourcedId"] != str(school):
        raise Refused(404, "unknownobject", "there is no such class in this school")
    return UUID(flat["sourcedId"])


def _of_class(call: Call, class_pk: str, school_pk: str = "", *, roles: tuple[str, ...]) -> HttpResponse:
    group = _class(call, class_pk, _school(call, school_pk) if school_pk else None)
    return call.collection("users", _people(roles, oneroster.IN_CLASS, **{"class": group}))


def _of_school(call: Call, school_pk: str, *, roles: tuple[str, ...]) -> HttpResponse:
    return call.collection("users", _people(roles, oneroster.AT_SCHOOL, school=_school(call, school_pk)))


def _enrollments_of_school(call: Call, school_pk: str) -> HttpResponse:
    where = Where("m.organization_id = %(school)s", {"school": _school(call, school_pk)})
    return call.collection("enrollments", Part(where))


def _enrollments_of_class(call: Call, school_pk: str, class_pk: str) -> HttpResponse:
    where = Where("m.class_group_id = %(class)s", {"class": _class(call, class_pk, _school(call, school_pk))})
    return call.collection("enrollments", Part(where))


def _classes_of_school(call: Call, school_pk: str) -> HttpResponse:
    school = str(_school(call, school_pk))
    return call.collection("classes", Part(keep=lambda flat: flat["schoolSourcedId"] == school))


def _courses_of_school(call: Call, school_pk: str) -> HttpResponse:
    school = str(_school(call, school_pk))
    taken = {
        flat["courseSourcedId"] for flat in oneroster.stream("classes", call.scope) if flat["schoolSourcedId"] == school
    }
    keep = Part(keep=lambda flat: flat["orgSourcedId"] == school or flat["sourcedId"] in taken)
    return call.collection("courses", keep)


def _terms_of_school(call: Call, school_pk: str) -> HttpResponse:
    """The nation's and those of the units above (not named here), and the school's own."""
    school = str(_school(call, school_pk))
    units = {flat["sourcedId"]: flat["parentSourcedId"] for flat in oneroster.stream("orgs", call.scope)}
    above, at = set(), school
    while at and at not in above:
        above.add(at)
        at = units.get(at, "")
    keep = Part(keep=lambda flat: flat["type"] == "term" and flat["metadata.cn.orgSourcedId"] in {"", *above})
    return call.collection("academicSessions", keep)


def _classes_of_course(call: Call, course_pk: str) -> HttpResponse:
    course = call.known("courses", course_pk)["sourcedId"]
    return call.collection("classes", Part(keep=lambda flat: flat["courseSourcedId"] == course))


def _classes_of_term(call: Call, term_pk: str) -> HttpResponse:
    """Those of this term, and those that run all through its school year."""
    term = call.known("academicSessions", term_pk, PARTS["terms"][1])
    meant = {term["sourcedId"], term["parentSourcedId"]}
    return call.collection("classes", Part(keep=lambda flat: bool(meant & set(flat["termSourcedIds"]))))


def _periods_of_term(call: Call, term_pk: str) -> HttpResponse:
    call.known("academicSessions", term_pk, PARTS["terms"][1])
    return call.collection(*PARTS["gradingPeriods"])


def _classes_of_user(call: Call, user_pk: str, *, name: str) -> HttpResponse:
    user = call.known("users", user_pk, PARTS[name][1])["sourcedId"]
    where = Where("m.person_id = %(person)s", {"person": user})
    ids = oneroster.select("enrollments", call.scope, part=Part(where), link=call.link)
    theirs = {flat["classSourcedId"] for flat in oneroster.build("enrollments", call.scope, ids)}
    return call.collection("classes", Part(keep=lambda flat: flat["sourcedId"] in theirs))


def _unknown(call: Call, rest_of_path: str = "") -> HttpResponse:
    raise Refused(404, "unknownobject", "there is no such address")


def _routes() -> "list[Any]":
    found: list[tuple[str, Handler, tuple[str, ...]]] = []
    for name in PARTS:
        scopes = BIRTH if name == "demographics" else CORE
        found += [(name, partial(_all, name=name), scopes), (f"{name}/<str:pk>", partial(_one, name=name), scopes)]
    school, group = "schools/<str:school_pk>", "classes/<str:class_pk>"
    for word, roles in (("students", STUDENT), ("teachers", TEACHER)):
        found += [
            (f"{group}/{word}", partial(_of_class, roles=roles), FULL),
            (f"{school}/{group}/{word}", partial(_of_class, roles=roles), FULL),
            (f"{school}/{word}", partial(_of_school, roles=roles), FULL),
        ]
    found += [
        (f"{school}/{group}/enrollments", _enrollments_of_class, FULL),
        (f"{school}/enrollments", _enrollments_of_school, FULL),
        (f"{school}/classes", _classes_of_school, FULL),
        (f"{school}/courses", _courses_of_school, FULL),
        (f"{school}/terms", _terms_of_school, FULL),
        ("courses/<str:course_pk>/classes", _classes_of_course, FULL),
        ("terms/<str:term_pk>/classes", _classes_of_term, FULL),
        ("terms/<str:term_pk>/gradingPeriods", _periods_of_term, FULL),
        *(
            (f"{name}/<str:user_pk>/classes", partial(_classes_of_user, name=name), FULL)
            for name in ("users", "students", "teachers")
        ),
        ("<path:rest_of_path>", _unknown, (*CORE, *BIRTH)),
    ]
    return [path(f"{ROOT}/{route}", _view(handler, scopes)) for route, handler, scopes in found]


urlpatterns = _routes()
