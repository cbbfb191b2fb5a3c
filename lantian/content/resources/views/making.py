"""Making resources: one's own, a new one, a version's draft."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from lantian.commons.workflow.errors import WorkflowError
from lantian.content.resources import queries, rules, services
from lantian.content.resources.enums import ResourceKind, ResourceState, SubtitleLanguage, VersionState
from lantian.content.resources.errors import ChangedMeanwhile, ResourceError
from lantian.content.resources.forms import LinkForm, VersionForm
from lantian.content.resources.models import Resource, ResourceVersion, Upload
from lantian.content.resources.services.receiving import LARGEST
from lantian.content.resources.views.files import seen_version
from lantian.kernel.rules import Denied, require
from lantian.kernel.web.guards import acting, get_visible_or_404, guarded, guarded_by_object
from lantian.kernel.web.lists import Column, Filter, ListPage
from lantian.kernel.web.once import once

TONES = {ResourceState.DRAFT: "neutral", ResourceState.PUBLISHED: "ok", ResourceState.WITHDRAWN: "neutral"}
VERSION_TONES = {
    VersionState.DRAFT: "neutral",
    VersionState.REVIEW: "info",
    VersionState.RETURNED: "warn",
    VersionState.PUBLISHED: "ok",
    VersionState.REPLACED: "neutral",
    VersionState.REFUSED: "error",
}


def _stand(row: Resource) -> str:
    """How a resource stands to its author: a version on its way says more than the one that is out."""
    opened = getattr(row, "opened", None)
    if row.state == ResourceState.DRAFT and opened:
        return str(VersionState(opened).label)
    new = _("，新版本%(state)s") % {"state": VersionState(opened).label} if opened else ""
    return f"{row.get_state_display()}{new}"


def _tone(row: Resource) -> str:
    """The tone of those words."""
    opened = getattr(row, "opened", None)
    return VERSION_TONES[VersionState(opened)] if opened else TONES[ResourceState(row.state)]


class MyResources(ListPage[Resource]):
    key = "my-resources"
    title = lazy("我的资源")
    unit = lazy("个资源")
    columns = (
        Column(
            "title",
            lazy("名称"),
            primary=True,
            sort="title",
            link=lambda row: reverse("resources_resource", args=[row.pk]),
        ),
        Column("kind", lazy("种类"), value=lambda row: row.get_kind_display()),
        Column(
            "state",
            lazy("状态"),
            value=_stand,
            kind="badge",
            tone=_tone,
        ),
        Column("reach", lazy("给谁用"), value=lambda row: row.get_reach_display()),
        Column("downloads", lazy("下载"), kind="number", sort="downloads"),
        Column("created", lazy("上传时间"), value="created_at", kind="datetime", sort="created_at"),
    )
    filters = (
        Filter("kind", lazy("种类"), ResourceKind.choices),
        Filter("state", lazy("状态"), ResourceState.choices),
    )
    search = ("title", "keywords")
    search_hint = lazy("名称或关键词")
    order = "-created"
    empty_icon = "folder-open"
    empty_title = lazy("您还没有上传资源")
    empty_text = lazy("教案、课件、微课、题目，都可以放到这里，给自己、本校或全省用。")


@require_safe
@guarded("resources.upload")
def mine(request: HttpRequest) -> HttpResponseBase:
    """What one has made, and what is still on its way."""
    page = MyResources(request, queries.own_resources(acting(request)))
    return page.respond("resources/mine.html", {"unfinished": queries.unfinished_uploads(acting(request))})


def _sending() -> dict[str, object]:
    return {"endpoint": reverse("resources_uploads"), "largest": LARGEST}


@never_cache
@require_http_methods(["GET", "POST"])
@guarded("resources.upload")
@once
def new(request: HttpRequest) -> HttpResponse:
    """Send a file (the island asks with `upload` once it was looked at), or name an address."""
    actor = acting(request)
    if request.POST.get("upload"):
        return _of_upload(request)
    form = LinkForm(request.POST or None)
    if form.is_valid():
        try:
            made = services.create_resource(
                url=form.cleaned_data["url"], facts={"title": form.cleaned_data["title"]}, by=actor
            )
        except ResourceError as error:
            form.add_error(error.field or None, str(error.message))
        else:
            return redirect("resources_edit", made.versions.get().pk)
    context = {
        "form": form,
        "sending": _sending() | {"next": reverse("resources_new")},
        "unfinished": queries.unfinished_uploads(actor),
    }
    return render(request, "resources/new.html", context)


def _upload_of(request: HttpRequest, pk: str) -> Upload:
    return get_visible_or_404(queries.uploads_of(acting(request)), pk=pk)


def _of_upload(request: HttpRequest) -> HttpResponse:
    upload = _upload_of(request, request.POST["upload"])
    try:
        made = services.create_resource(upload=upload, by=acting(request))
    except ResourceError as error:
        return JsonResponse({"why": str(error.message)}, status=409)
    version = made.versions.select_related("blob", "resource").get()
    onward = (address for arrive in queries.ARRIVALS if (address := arrive(acting(request), version)))
    address = next(onward, "") or reverse("resources_edit", args=[version.pk])
    if request.headers.get("X-Requested-With") == "fetch":
        return JsonResponse({"url": address})
    return redirect(address)


@never_cache
@require_http_methods(["GET", "POST"])
@guarded_by_object("resources.change_version")
@once
def edit(request: HttpRequest, pk: UUID) -> HttpResponse:
    """What is said about a version; `act=submit` hands it in at once."""
    actor, found = acting(request), seen_version(request, pk)
    require(rules.may_change_version, actor, found)
    resource = found.resource
    is_film = found.blob is not None and services.is_film(found.blob)
    form = VersionForm(
        request.POST or None,
        organization=resource.organization,
        first=found.number == 1,
        places=queries.nodes_to_choose(found),
        length=queries.length_of(found) if is_film else None,
        initial=VersionForm.initial_of(found) | {"nodes": [pk for pk, _words in queries.nodes_of(resource)]},
    )
    if form.is_valid():
        answer = _saved(request, found, form)
        if answer is not None:
            return answer
    context = {
        "form": form,
        "version": found,
        "resource": resource,
        "alike": queries.alike(found.blob, actor, but=resource.pk) if found.blob else [],
        "sending": _sending(),
        "subtitles": queries.subtitles_of(found) if is_film else None,
        "subtitle_languages": SubtitleLanguage.choices,
    }
    return render(request, "resources/edit.html", context)


def _saved(request: HttpRequest, found: ResourceVersion, form: VersionForm) -> HttpResponse | None:
    """Where to go on; None when the form is to be shown again with what is wrong."""
    actor, sent = acting(request), form.cleaned_data["upload"]
    try:
        upload = _upload_of(request, str(sent)) if sent else None
        version = services.save_version(
            found,
            edition=form.cleaned_data["edition"],
            facts=form.facts,
            changes=form.cleaned_data.get("changes", ""),
            chapters=form.cleaned_data.get("chapters"),
            upload=upload,
            by=actor,
        )
        if "nodes" in form.cleaned_data:
            services.place_resource(found.resource, form.cleaned_data["nodes"], by=actor)
    except ChangedMeanwhile as error:
        _go_on_from(form, ResourceVersion.objects.get(pk=found.pk))
        form.add_error(None, str(error.message))
        return None
    except ResourceError as error:
        form.add_error(error.field or None, str(error.message))
        return None
    if request.POST.get("act") != "submit":
        messages.success(request, _("草稿存好了"))
        return redirect("resources_edit", found.pk)
    try:
        version = services.submit_version(version, by=actor)
    except (ResourceError, WorkflowError) as error:
        _go_on_from(form, version, upload="")
        form.add_error(error.field if error.field in form.fields else None, str(error.message))
        return None
    published = version.state == VersionState.PUBLISHED
    messages.success(request, _("存好了，只有您自己看得到。") if published else _("交上去了，审核通过以后发布。"))
    return redirect("resources_resource", found.resource_id)


def _go_on_from(form: VersionForm, version: ResourceVersion, **fields: str) -> None:
    """The form, shown again, saves on top of what is kept by now."""
    data = QueryDict(mutable=True)
    data.update(form.data)
    for name, value in {"edition": str(version.edition), **fields}.items():
        data[name] = value
    form.data = data


@never_cache
@require_POST
@guarded_by_object("resources.manage_resource")
def version_act(request: HttpRequest, pk: UUID) -> HttpResponse:
    """`act`: back (take it back), discard, film (try again to make its renditions)."""
    actor, found = acting(request), seen_version(request, pk)
    require(rules.may_manage_resource, actor, found.resource)
    act = request.POST.get("act", "")
    try:
        if act == "back":
            services.take_back(found, by=actor)
            messages.success(request, _("撤回来了，改好可以再交。"))
            return redirect("resources_edit", pk)
        if act == "film":
            services.film_again(found, by=actor)
            return redirect("resources_version", pk)
        if act == "discard":
            services.discard_version(found, by=actor)
            messages.success(request, _("草稿删掉了。"))
            return redirect("resources_mine")
    except (ResourceError, WorkflowError) as error:
        messages.error(request, str(error.message))
    except Denied as refused:
        messages.error(request, refused.words)
    return redirect("resources_resource", found.resource_id)
