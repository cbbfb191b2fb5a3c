"""One recording: its page, where it is cut, how it is called, for whom it is, what is made of it."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from lantian.content.media import services as media
from lantian.content.media.queries import media_url
from lantian.kernel.rules import Denied, check
from lantian.kernel.web.dates import said_span
from lantian.kernel.web.guards import acting, get_visible_or_404, guarded_by_object, public
from lantian.kernel.web.once import once
from lantian.kernel.web.shell import base_of
from lantian.people.roster.queries.history import history_lines
from lantian.people.schedule.queries import lesson_url
from lantian.teach.recordings import queries, rules, services
from lantian.teach.recordings.enums import Audience, State, Work
from lantian.teach.recordings.errors import RecordingError
from lantian.teach.recordings.forms import CutForm, EditForm, PublishForm
from lantian.teach.recordings.models import Recording
from lantian.teach.recordings.views.found import clock, found, is_gone, managed, size_words, state_words, tone

KEYS = 64  # one each ten minutes and recorder run
SENTENCES = {
    "recordings.kept": lazy("下课以后保存了录像"),
    "recordings.making_asked": lazy("提交了录像处理"),
    "recordings.making_stopped": lazy("取消了处理"),
    "recordings.changed": lazy("修改了标题和章节"),
    "recordings.cut": lazy("剪成 %(span)s 这一段"),
    "recordings.cut_undone": lazy("恢复成整节课"),
    "recordings.published": lazy("发布给%(whom)s"),
    "recordings.held": lazy("定为一直保留"),
    "recordings.let_go": lazy("改回按期限保留"),
    "recordings.withdrawn": lazy("撤回了录像：%(reason)s"),
}
TIP_WORDS = {
    "quiet": {"begin": lazy("开头没有声音"), "end": lazy("结尾没有声音"), "inner": lazy("中间没有声音")},
    "black": {"begin": lazy("开头黑屏"), "end": lazy("结尾黑屏"), "inner": lazy("中间黑屏")},
    "still": {"begin": lazy("开头画面不动"), "end": lazy("结尾画面不动"), "inner": lazy("中间画面不动")},
}


def _tips(row: Recording) -> list[dict[str, Any]]:
    """Proposals as the page shows them: words, from when to when, and what the fields would be."""
    stream, tips = row.session.stream, []
    start = stream.cut_from or 0.0
    end = stream.cut_until if stream.cut_until is not None else stream.seconds
    for tip in row.look.get("tips", ()):
        proposal = None
        if tip["edge"] == "begin" and tip["end"] > start + 1 and tip["end"] < end - 2:
            proposal = (tip["end"], end)
        if tip["edge"] == "end" and tip["start"] < end - 1 and tip["start"] > start + 2:
            proposal = (start, tip["start"])
        tips.append(
            {
                "words": TIP_WORDS[tip["kind"]][tip["edge"]],
                "span": f"{clock(int(tip['start']))}–{clock(int(tip['end']))}",
                "at": tip["start"],
                "start": clock(proposal[0]) if proposal else "",
                "end": clock(proposal[1]) if proposal else "",
                "edge": tip["edge"],
            }
        )
    return tips


def _player(row: Recording, *, manages: bool) -> dict[str, Any] | None:
    """What the island plays: those who manage it see the whole, others what is shown. None when there is nothing."""
    stream = row.session.stream
    name = media.whole_list(stream) if manages else "replay.m3u8"
    if is_gone(row) or not media.can_be_played(stream, name):
        return None
    keys, _lost = media.stream_keys(stream.pk)
    stills = row.look.get("stills") if manages else None
    return {
        "v": 1,
        "master": media_url(stream, name),
        "seconds": round(stream.seconds if manages else stream.shown_seconds, 1),
        "keys": [{"id": str(key.id), "key": key.secret.hex()} for key in keys[:KEYS]],
        "cut": {"from": stream.cut_from, "until": stream.cut_until} if manages else None,
        "wave": reverse("recordings_wave", args=[row.pk]) if manages and row.look.get("wave") else None,
        "stills": {**stills, "url": _made_url("recordings_stills", row, stills["name"])} if stills else None,
        "chapters": row.chapters if manages else queries.chapters_shown(row),
    }


def _made_url(view: str, row: Recording, name: str) -> str:
    """Changes with the file, so that browsers may keep it."""
    return f"{reverse(view, args=[row.pk])}?v={name[-12:-4]}"


@require_safe
@public
def recording(request: HttpRequest, pk: UUID) -> HttpResponse:
    """What it is; for those who manage it, all that can be done with it."""
    actor, row = acting(request), found(request, pk)
    manages = bool(check(rules.may_manage_recording, actor, row))
    lesson, stream = row.session.lesson, row.session.stream
    chapters = row.chapters if manages else queries.chapters_shown(row)
    start, end = stream.cut_from or 0.0, stream.cut_until if stream.cut_until is not None else stream.seconds
    context = {
        "base": base_of(request),
        "recording": row,
        "lesson": lesson,
        "lesson_url": lesson_url(lesson),
        "state": state_words(row),
        "tone": tone(row),
        "gone": is_gone(row),
        "player": _player(row, manages=manages),
        "poster": _made_url("recordings_poster", row, row.look["poster"])
        if row.look.get("poster") and not is_gone(row)
        else "",
        # beside the whole one what is left is said to the second
        "length": clock(int(stream.shown_seconds)) if stream.cut_from is not None else said_span(stream.shown_seconds),
        "whole": clock(int(stream.seconds)) if stream.cut_from is not None else "",
        "whom": queries.published_words(row),
        "chapters": [{**each, "clock": clock(int(each["at"]))} for each in chapters],
        "kept_until": queries.kept_until(row),
        "manages": manages,
    }
    if manages:
        context |= {
            "size": size_words(stream.bytes),
            "form": CutForm(initial={"start": start, "end": round(end, 1)}),
            "tips": _tips(row),
            "is_cut": stream.cut_from is not None,
            "may_hold": bool(check(rules.may_hold_recording, actor, row)),
            "whole_end": clock(stream.seconds),
            "history": history_lines(row, sentences=SENTENCES),
            **_makings(row),
        }
    return render(request, "recordings/recording.html", context)


def _makings(row: Recording) -> dict[str, Any]:
    rows = queries.makings_of(row)
    row.refresh_from_db(
        fields=["film", "film_bytes"]
    )  # after them: a making is done once its file is there, not before
    film = queries.film_path(row) is not None
    for making in rows:
        making.why = queries.error_words(making)  # type: ignore[attr-defined]  # for the template
    return {
        "makings": rows,
        "busy": queries.is_busy(rows),
        "filming": any(making.work == Work.FILM and making.state in ("waiting", "working") for making in rows),
        "film": film,
        "film_size": size_words(row.film_bytes),
        "looked": bool(row.look),
        "gone": is_gone(row),
    }


@never_cache
@require_http_methods(["GET", "POST"])
@guarded_by_object("recordings.manage_recording")
def makings(request: HttpRequest, pk: UUID) -> HttpResponse:
    """GET: how far what is made of it is, as a piece of its page. POST `work`: have it made; `stop`: the id of one to stop."""
    actor, row = acting(request), managed(request, pk)
    if request.method == "POST":
        try:
            if stop := request.POST.get("stop"):
                services.stop_making(get_visible_or_404(row.makings.select_related("recording"), pk=stop), by=actor)
            elif (work := request.POST.get("work", "")) in Work.values:
                services.ask_for_making(row, work=work, by=actor)
        except RecordingError as error:
            messages.error(request, str(error.message))
        return redirect("recordings_recording", pk)
    return render(request, "recordings/_makings.html", {"recording": row, **_makings(row)})


@never_cache
@require_POST
@guarded_by_object("recordings.manage_recording")
def cut(request: HttpRequest, pk: UUID) -> HttpResponse:
    """`start` and `end` as moments of the whole; `act=whole` undoes it."""
    actor, row = acting(request), managed(request, pk)
    seconds = row.session.stream.seconds
    form = CutForm(request.POST)
    whole = request.POST.get("act") == "whole"
    if not whole and not form.is_valid():
        messages.error(request, str(next(iter(form.errors.values()))[0]))
        return redirect("recordings_recording", pk)
    start, end = (0.0, seconds + 1) if whole else (form.cleaned_data["start"], form.cleaned_data["end"])
    try:
        services.cut_recording(row, start=start, end=end, by=actor)
    except RecordingError as error:
        messages.error(request, str(error.message))
    else:
        messages.success(
            request, _("恢复成整节课了。") if whole else _("剪好了，别人看到的就是这一段；原来的还在，随时可以改。")
        )
    return redirect("recordings_recording", pk)


@never_cache
@require_http_methods(["GET", "POST"])
@guarded_by_object("recordings.manage_recording")
@once
def edit(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Title and chapters."""
    row = managed(request, pk)
    form = EditForm(request.POST or None, recording=row)
    if form.is_valid():
        services.change_recording(row, title=form.cleaned_data["title"], chapters=form.chapters, by=acting(request))
        messages.success(request, _("已保存"))
        return redirect("recordings_recording", pk)
    return render(request, "recordings/edit.html", {"recording": row, "form": form})


@never_cache
@require_http_methods(["GET", "POST"])
@guarded_by_object("recordings.publish_recording")
@once
def publish(request: HttpRequest, pk: UUID) -> HttpResponse:
    """For whom it is."""
    actor, row = acting(request), managed(request, pk)
    allowed = [str(each) for each in Audience if check(rules.may_publish_recording, actor, row, each)]
    if row.session.lesson.alliance_id is None and Audience.ALLIANCE in allowed:
        allowed.remove(Audience.ALLIANCE)
    form = PublishForm(
        request.POST or None,
        recording=row,
        allowed=allowed,
        initial={"audience": row.audience, "region": row.region_id},
    )
    if form.is_valid():
        try:
            services.publish_recording(
                row, audience=form.cleaned_data["audience"], region=form.cleaned_data.get("region"), by=actor
            )
        except RecordingError as error:
            form.add_error(error.field or None, str(error.message))
        except Denied as refused:
            form.add_error("audience", refused.words)
        else:
            messages.success(request, _("已发布。"))
            return redirect("recordings_recording", pk)
    context = {
        "recording": row,
        "form": form,
        "withdrawn": row.state == State.WITHDRAWN,
        "outside": bool({Audience.REGION, Audience.PUBLIC} & set(allowed)),
        "whom": queries.published_words(row),
    }
    return render(request, "recordings/publish.html", context)


@never_cache
@require_POST
@guarded_by_object("recordings.manage_recording")
def withdraw(request: HttpRequest, pk: UUID) -> HttpResponse:
    """`reason` in a few words, for the teacher and the history."""
    row = managed(request, pk)
    services.withdraw_recording(row, reason=request.POST.get("reason", ""), by=acting(request))
    messages.success(request, _("已撤回，只有任课教师和管理人员还看得到。"))
    return redirect("recordings_recording", pk)


@never_cache
@require_POST
@guarded_by_object("recordings.hold_recording")
def hold(request: HttpRequest, pk: UUID) -> HttpResponse:
    """`act=go`: kept no longer than usual."""
    row, held = managed(request, pk), request.POST.get("act") != "go"
    try:
        services.hold_recording(row, held=held, by=acting(request))
        messages.success(request, _("这段录像会一直保留。") if held else _("这段录像按期限保留。"))
    except RecordingError as error:
        messages.error(request, str(error.message))
    return redirect("recordings_recording", pk)
