"""Putting a pack to a lesson or a class, and saying what helped."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from lantian.content.packs import queries, rules, services
from lantian.content.packs.errors import PackError
from lantian.content.packs.forms import ClassForm, LessonForm
from lantian.content.packs.models import Attachment, Pack
from lantian.content.packs.views.making import back
from lantian.content.packs.views.reading import found_pack
from lantian.kernel.rules import require
from lantian.kernel.web.guards import acting, get_visible_or_404, guarded_by_object
from lantian.kernel.web.once import once


@never_cache
@require_http_methods(["GET", "POST"])
@guarded_by_object("packs.manage_pack")
@once
def attach(request: HttpRequest, pk: UUID) -> HttpResponse:
    """To a coming lesson, or (`to=class`) a class for some days."""
    actor, found = acting(request), found_pack(request, pk)
    require(rules.may_manage_pack, actor, found)
    to_class = request.POST.get("to") == "class"
    lessons, classes = queries.lessons_to_choose(actor, found), queries.classes_to_choose(actor, found)
    lesson_form = LessonForm(None if to_class else request.POST or None, lessons=lessons)
    class_form = ClassForm(request.POST if to_class else None, classes=classes)
    form = class_form if to_class else lesson_form
    if form.is_valid():
        try:
            if to_class:
                made = services.attach_to_class(found, **class_form.cleaned_data, by=actor)
            else:
                made = services.attach_to_lesson(found, lesson_form.cleaned_data["lesson"], by=actor)
        except PackError as error:
            form.add_error(error.field or None, str(error.message))
        else:
            _say(request, found, made)
            return redirect("packs_pack", pk)
    context = {
        "pack": found,
        "lesson_form": lesson_form,
        "class_form": class_form,
        "lessons": len(lessons),
        "classes": len(classes),
    }
    return render(request, "packs/attach.html", context)


def _say(request: HttpRequest, pack: Pack, made: Attachment) -> None:
    """That it is there, and how much of it the class does not see; what and why stands on the pack's page."""
    lines = queries.lines_of([pack], acting(request))[pack.pk]
    given = next((one for one in queries.given_of(pack, lines) if one.attachment.pk == made.pk), None)
    messages.success(request, _("放好了，上课的师生现在看得到。"))
    if given is not None and given.closed:
        messages.warning(request, _("有 %(n)s 个资源学生看不到，原因写在下面。") % {"n": len(given.closed)})


@never_cache
@require_POST
@guarded_by_object("packs.manage_pack")
def detach(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Take a pack away from a lesson or class."""
    actor = acting(request)
    rows = Attachment.objects.filter(pack__in=queries.packs_visible_to(actor)).select_related("pack", "lesson")
    found = get_visible_or_404(rows, pk=pk)
    require(rules.may_manage_pack, actor, found.pack)
    try:
        services.detach(found, by=actor)
        messages.success(request, _("拿走了。"))
    except PackError as error:
        messages.error(request, str(error.message))
    return redirect("packs_pack", found.pack_id)


@never_cache
@require_POST
@guarded_by_object("packs.judge")
def judge(request: HttpRequest, pk: UUID) -> HttpResponse:
    """`resource`, and `helped`: yes or no."""
    actor = acting(request)
    found = get_visible_or_404(queries.attachments_for(actor).select_related("pack"), pk=pk)
    require(rules.may_judge, actor, found)
    helped = request.POST.get("helped") == "yes"
    try:
        resource = UUID(request.POST.get("resource", ""))
        services.judge_item(found, resource, helped=helped, by=actor)
    except ValueError:
        return redirect("packs_pack", found.pack_id)
    except PackError as error:
        messages.error(request, str(error.message))
        return redirect("packs_pack", found.pack_id)
    if request.headers.get("HX-Request"):
        return render(request, "packs/_judge.html", {"at": found.pk, "resource_id": resource, "said": helped})
    messages.success(request, _("记下了，谢谢。"))
    return redirect(back(request, reverse("packs_pack", args=[found.pack_id])))
