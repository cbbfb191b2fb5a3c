"""CASE 1.0 over REST, read only and open to all: what was published, at the paths of 1EdTech's standard.

Collections with limit, offset, sort, orderBy, and X-Total-Count; errors as imsx_StatusInfo.
"""

import json
import re
from collections.abc import Callable
from functools import wraps
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.urls import path, reverse
from django.views.decorators.csrf import csrf_exempt

from lantian.content.taxonomy import queries
from lantian.content.taxonomy.engine import case
from lantian.content.taxonomy.models import Framework
from lantian.kernel.web.guards import public

ROOT = "ims/case/v1p0"
LIMIT, MOST = 100, 1000
_NUMBER = re.compile(r"[0-9]{1,9}")
SORTS = {"identifier": "pk", "title": "name", "lastChangeDateTime": "changed_at", "version": "valid_from"}
NAMES = {
    "CFDocuments": "taxonomy_case_document",
    "CFPackages": "taxonomy_case_package",
    "CFItems": "taxonomy_case_item",
    "CFAssociations": "taxonomy_case_association",
}


class Refused(Exception):
    """An error answer: HTTP status, imsx_codeMinor, words for whoever writes the client."""

    def __init__(self, status: int, minor: str, words: str) -> None:
        super().__init__(words)
        self.status, self.minor, self.words = status, minor, words


def written(data: Any) -> bytes:
    return json.dumps(data, ensure_ascii=False, separators=(",", ":")).encode()


def _json(data: Any, status: int = 200) -> HttpResponse:
    response = HttpResponse(written(data), content_type="application/json", status=status)
    response["Cache-Control"] = "public, max-age=60" if status == 200 else "no-store"
    return response


def _error(error: Refused) -> HttpResponse:
    minor = {"imsx_codeMinorFieldName": "TargetEndSystem", "imsx_codeMinorFieldValue": error.minor}
    return _json(
        {
            "imsx_codeMajor": "failure",
            "imsx_severity": "error",
            "imsx_description": error.words,
            "imsx_codeMinor": {"imsx_codeMinorField": [minor]},
        },
        error.status,
    )


def _uri(request: HttpRequest) -> case.Uri:
    base = request.build_absolute_uri(f"/{ROOT}/")
    return lambda what, one: f"{base}{what}/{one}"


View = Callable[..., HttpResponseBase]


def _answer(view: View) -> View:
    """An address of the API: for everybody, GET alone, errors in the standard's form."""

    @csrf_exempt
    @public
    @wraps(view)
    def inner(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        try:
            if request.method not in ("GET", "HEAD"):
                raise Refused(405, "unknownobject", "these addresses are read only")
            if "pk" in kwargs:
                kwargs["pk"] = _id(kwargs["pk"])
            return view(request, *args, **kwargs)
        except Refused as error:
            return _error(error)

    return inner


def _id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError as error:
        raise Refused(404, "invalid_uuid", "the identifier is no UUID") from error


def _number(request: HttpRequest, name: str, default: int, least: int) -> int:
    text = request.GET.get(name)
    if text is None:
        return default
    if not _NUMBER.fullmatch(text) or int(text) < least:
        raise Refused(400, "invalid_selection_field", f"{name} is a number from {least}")
    return int(text)


def _document(pk: UUID) -> Framework:
    found = queries.documents_for_case().filter(pk=pk).first()
    if found is None:
        raise Refused(404, "unknownobject", "there is no such document")
    return found


@_answer
def documents(request: HttpRequest) -> HttpResponse:
    """All published frameworks."""
    limit, offset = min(_number(request, "limit", LIMIT, 1), MOST), _number(request, "offset", 0, 0)
    sort, order = request.GET.get("sort", "identifier"), request.GET.get("orderBy", "asc")
    if sort not in SORTS or order not in ("asc", "desc"):
        raise Refused(400, "invalid_sort_field", f"sort is one of {', '.join(SORTS)}; orderBy is asc or desc")
    rows = queries.documents_for_case().order_by(("-" if order == "desc" else "") + SORTS[sort], "pk")
    uri = _uri(request)
    records = [case.document(queries.case_document(one), uri) for one in rows[offset : offset + limit]]
    response = _json({"CFDocuments": [_selected(request, one) for one in records]})
    response["X-Total-Count"] = str(rows.count())
    return response


def _selected(request: HttpRequest, record: dict[str, Any]) -> dict[str, Any]:
    names = [name.strip() for name in request.GET.get("fields", "").split(",") if name.strip()]
    return {name: value for name, value in record.items() if name in names} if names else record


@_answer
def document(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One framework."""
    return _json(case.document(queries.case_document(_document(pk)), _uri(request)))


def package_of(request: HttpRequest, found: Framework) -> dict[str, Any]:
    """A framework as a CFPackage. Four queries."""
    return case.package(
        queries.case_document(found), queries.case_items(found), queries.case_links(found), _uri(request)
    )


@_answer
def package(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One framework with all its items and associations."""
    return _json(package_of(request, _document(pk)))


def _node(pk: UUID) -> case.Item:
    found = queries.nodes_for_case().filter(pk=pk).first()
    if found is None:
        raise Refused(404, "unknownobject", "there is no such item")
    return queries.case_item(found)


@_answer
def item(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One node; retired ones too, so that what refers to them can be read."""
    return _json(case.item(_node(pk), _uri(request)))


@_answer
def item_associations(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One node with all associations that it has a part in."""
    found, uri = _node(pk), _uri(request)
    links = [case.child_link(found, uri)]
    links += [case.association(one, uri) for one in queries.case_associations(queries.shown_links(pk))]
    return _json({"CFItem": case.item(found, uri), "CFAssociations": links})


@_answer
def association(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One association: a link, or what an item stands below."""
    uri = _uri(request)
    for one in queries.case_associations(queries.shown_links().filter(pk=pk)):
        return _json(case.association(one, uri))
    return _json(case.child_link(_node(case.child_link_id(pk)), uri))


def address(what: str, pk: UUID) -> str:
    """Where a record is read, without the host."""
    return reverse(NAMES[what], args=[str(pk)])


urlpatterns = [
    path(f"{ROOT}/CFDocuments", documents, name="taxonomy_case_documents"),
    path(f"{ROOT}/CFDocuments/<str:pk>", document, name="taxonomy_case_document"),
    path(f"{ROOT}/CFPackages/<str:pk>", package, name="taxonomy_case_package"),
    path(f"{ROOT}/CFItems/<str:pk>", item, name="taxonomy_case_item"),
    path(f"{ROOT}/CFItemAssociations/<str:pk>", item_associations, name="taxonomy_case_item_associations"),
    path(f"{ROOT}/CFAssociations/<str:pk>", association, name="taxonomy_case_association"),
]
