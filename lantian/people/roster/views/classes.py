"""One class: its students and teachers; making classes; slips with activation codes."""

from dataclasses import dataclass
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from lantian.kernel.rules import check, require
from lantian.kernel.web.guards import acting, found_or_404, guarded_by_object
from lantian.kernel.web.once import once
from lantian.people.roster import queries, rules, services
from lantian.people.roster.engine.codes.masks import mask_student_number
from lantian.people.roster.enums import Gender, MemberRole, Subject
from lantian.people.roster.forms import ClassGroupForm
from lantian.people.roster.models import ClassGroup, Membership
from lantian.people.roster.queries.visible import meets_whole_class
from lantian.people.roster.views.parts import done
from lantian.people.roster.views.people import account_state, readable


def _find(request: HttpRequest, pk: UUID) -> ClassGroup:
    return found_or_404(queries.visible_class_group(acting(request), pk))


@require_safe
@guarded_by_object("roster.view_class_group")
def record(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The class: students whom one may see, with masked numbers, and teachers with their subjects."""
    actor, group = acting(request), _find(request, pk)
    members = queries.members_today(group)
    seen = {row.person_id for row in members}
    if not meets_whole_class(actor, group):
        seen = set(queries.people_visible_to(actor).filter(pk__in=seen).values_list("pk", flat=True))
    students = [row for row in members if row.role == MemberRole.STUDENT and row.person_id in seen]
    context = {
        "group": group,
        "crumbs": queries.breadcrumbs(actor, group.organization),
        "students": _rows(students),
        "hidden": sum(row.role == MemberRole.STUDENT for row in members) - len(students),
        "teachers": _teachers(members, seen),
        "panels": queries.panels_of_class(actor, group),
        "history": queries.history_lines(group) if actor.administers(group.organization.path) else None,
        "may_slips": bool(check(rules.may_issue_slips, actor, group)),
        "may_people": bool(check(rules.may_manage_people, actor, group.organization)),
    }
    return render(request, "roster/class_group.html", context)


@dataclass(frozen=True, slots=True)
class StudentRow:
    """A line of the class list, worked out: sixty of them must not cost sixty look-ups of the same words and addresses."""

    name: str
    url: str
    gender: str
    number: str
    account: str


def _rows(students: list[Membership]) -> list[StudentRow]:
    people = reverse("roster_people")
    genders = {value: str(words) for value, words in Gender.choices}
    yes, no = _("有"), _("未开通")
    return [
        StudentRow(
            name=row.person.name,
            url=f"{people}{row.person_id}/",
            gender=genders.get(row.person.gender, ""),
            number=readable(row.person, "student_number", mask_student_number),
            account=yes if row.person.account_id else no,
        )
        for row in students
    ]


def _teachers(members: list[Membership], seen: set[UUID]) -> list[dict[str, object]]:
    """Each teacher once: name, what they are in this class, and whether their page may be opened."""
    found: dict[UUID, dict[str, object]] = {}
    subjects = {value: str(words) for value, words in Subject.choices}
    for row in members:
        if row.role == MemberRole.STUDENT:
            continue
        one = found.setdefault(
            row.person_id, {"person": row.person, "words": [], "homeroom": False, "open": row.person_id in seen}
        )
        if row.role == MemberRole.HOMEROOM_TEACHER:
            one["homeroom"] = True
        elif row.subject:
            one["words"].append(subjects[row.subject])  # type: ignore[attr-defined]
    return sorted(found.values(), key=lambda one: not one["homeroom"])


@require_http_methods(["GET", "POST"])
@guarded_by_object("roster.manage_classes")
@once
def create(request: HttpRequest, pk: UUID) -> HttpResponse:
    """A new class of a school."""
    actor = acting(request)
    school = found_or_404(queries.visible_organization(actor, pk))
    require(rules.may_manage_classes, actor, school)
    form = ClassGroupForm(request.POST or None, organization=school)
    made = done(request, form, lambda cleaned: services.create_class_group(by=actor, organization=school, **cleaned))
    if made:
        messages.success(request, _("已编班：%(name)s。") % {"name": made.name})
        return redirect("roster_class_group", made.pk)
    title = _("在“%(name)s”编班") % {"name": school}
    return render(request, "roster/form.html", {"form": form, "title": title, "unit": school, "submit": _("编班")})


@never_cache
@require_POST
@guarded_by_object("roster.issue_slips")
def slips(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Slips to print and cut: shown this once."""
    group = _find(request, pk)
    made = services.issue_slips(group, by=acting(request))
    return render(request, "roster/slips.html", {"group": group, "slips": made})


@never_cache
@require_http_methods(["GET", "POST"])
@guarded_by_object("roster.issue_slips")
def sign_in(request: HttpRequest, pk: UUID) -> HttpResponse:
    """How far each pupil's account is, and a new code for one who has forgotten the password (POST): shown this once."""
    actor, group = acting(request), _find(request, pk)
    require(rules.may_issue_slips, actor, group)
    rows = list(queries.members_of_class(group, MemberRole.STUDENT).select_related("person__account"))
    may = rules.keeping_verdicts(actor, [row.person_id for row in rows])
    slip = None
    if request.method == "POST":
        person = next((row.person for row in rows if str(row.person_id) == request.POST.get("person")), None)
        slip = services.renew_code(found_or_404(person), by=actor)
    context = {
        "group": group,
        "slip": slip,
        "rows": [
            {
                "person": row.person,
                "state": account_state(row.person),
                "may": bool(may[row.person_id]) and (row.person.account is None or row.person.account.is_active),
                "why": may[row.person_id].reason,
            }
            for row in rows
        ],
    }
    return render(request, "roster/sign_in.html", context)
