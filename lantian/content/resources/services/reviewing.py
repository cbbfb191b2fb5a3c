"""Handing in, and what becomes of it. The review is a workflow (docs/workflow.md), of which these are checks and effects."""

from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from lantian.commons.workflow import queries as workflow
from lantian.commons.workflow import services as applications
from lantian.commons.workflow.engine.schema import Field, Kind, to_schema
from lantian.commons.workflow.enums import ApplicationState
from lantian.commons.workflow.errors import CheckFailed, KeyTaken
from lantian.content.resources import queries, rules
from lantian.content.resources.engine import kinds
from lantian.content.resources.enums import (
    CLOSED_LICENCES,
    Reach,
    ResourceKind,
    ResourceState,
    Scan,
    VersionState,
)
from lantian.content.resources.errors import AlreadyThere, NotComplete, NotInReview
from lantian.content.resources.events import ResourcePublished, ResourceSubmitted
from lantian.content.resources.models import Resource, ResourceVersion
from lantian.content.resources.services.making import locked_version, show
from lantian.kernel.events import acted_by, publish
from lantian.kernel.journal.services import record
from lantian.kernel.rules import SYSTEM, Actor, require
from lantian.people.roster import queries as roster
from lantian.people.roster.enums import SCHOOL_KINDS, Role

if TYPE_CHECKING:
    from uuid import UUID

    from lantian.commons.workflow.models import Application, Workflow
    from lantian.people.roster.models import Organization, Person

# Answers of the form, one of which decides on a step. They are data, read by people who decide, in the house's language.
HERE, WIDER = "本单位", "本单位以外"  # i18n: data
SCOPE = Field("scope", "给谁用", Kind.CHOICE, choices=(HERE, WIDER))  # i18n: data
CHANGES = Field("changes", "这一版的改动", Kind.TEXT, required=False)  # i18n: data
COUNTY = {"key": "county", "title": "县区审核", "role": Role.OFFICER, "level": "county", "days": 5}  # i18n: data
SCHOOL = {"key": "school", "title": "学校审核", "role": Role.SCHOOL_HEAD, "level": "school", "days": 5}  # i18n: data
RULED = {
    "checks": ["resources.complete", "resources.sound", "resources.licensed", "resources.not_twice"],
    "effects": [
        {"on": "approved", "do": "resources.publish"},
        {"on": "rejected", "do": "resources.refuse"},
        {"on": "withdrawn", "do": "resources.take_back"},
    ],
}
# By the school, and for use outside of it by the county; or by an office at once, where no school has anybody for it.
MATTERS: dict[str, dict[str, Any]] = {
    queries.BY_SCHOOL: {
        "title": "资源审核",  # i18n: data
        "words": "资源先由学校审核，给本单位以外用的再由县区审核，通过以后发布。",  # i18n: data
        "form": (SCOPE, CHANGES),
        "plan": {"steps": [SCHOOL, {**COUNTY, "when": {"field": "scope", "is": WIDER}}], **RULED},
    },
    queries.BY_OFFICE: {
        "title": "资源审核（教育局）",  # i18n: data
        "words": "教育局、教研室和校长自己的资源，由县区审核，通过以后发布。",  # i18n: data
        "form": (SCOPE, CHANGES),
        "plan": {"steps": [COUNTY], **RULED},
    },
}


def ensure_review(organization: "Organization", key: str = queries.BY_SCHOOL) -> "Workflow":
    """The matter by which a unit's resources are reviewed: one that is set up at or above it, else ours, for the whole region."""
    found = workflow.workflow_called(key, organization.path)
    if found is not None:
        return found
    top, matter = next(iter(roster.ancestors_of(organization)), organization), MATTERS[key]
    try:
        with transaction.atomic():
            made = applications.define_workflow(
                organization=top,
                title=matter["title"],
                words=matter["words"],
                key=key,
                about=queries.ABOUT,
                audience=queries.MAKING_ROLES,
                by=SYSTEM,
            )
            applications.save_draft(made, schema=to_schema(matter["form"]), plan=matter["plan"], by=SYSTEM)
            applications.publish_version(made, by=SYSTEM)
            return applications.open_workflow(made, by=SYSTEM)
    except KeyTaken:  # somebody else was quicker
        found = workflow.workflow_called(key, organization.path)
        assert found is not None
        return found


def _way(version: ResourceVersion) -> str:
    """Whoever heads the school does not review their own: it goes to the county then."""
    unit = version.resource.organization
    heads = workflow.holders(Role.SCHOOL_HEAD, unit.pk) - queries.involved_in(version.pk)
    return queries.BY_SCHOOL if unit.kind in SCHOOL_KINDS and heads else queries.BY_OFFICE


def _answers(version: ResourceVersion) -> dict[str, str]:
    said = {"scope": HERE if version.reach == Reach.SCHOOL else WIDER}
    return said | ({"changes": version.changes} if version.changes else {})


@transaction.atomic
def submit_version(version: ResourceVersion, *, by: Actor, applicant: "Person | None" = None) -> ResourceVersion:
    """Hand a version in, for the first time or again; from now on it does not change. What is for oneself alone needs no review.

    Raises Denied, NotComplete, AlreadyThere, CheckFailed. `applicant`: for whom, when the system does it.
    """
    version = locked_version(version)
    require(rules.may_change_version, by, version)
    missing = lacks(version)
    if missing:
        raise NotComplete(missing[1], field=missing[0])
    if version.reach == Reach.PRIVATE:
        publish_version(version, by=by)
        return version
    resource, now = version.resource, timezone.now()
    version.state, version.submitted_at = VersionState.REVIEW, now
    version.save(update_fields=["state", "submitted_at"])
    resource.submitted_at = resource.submitted_at or now
    resource.save(update_fields=["submitted_at"])
    record("resources.submitted", resource, by=by, version=version.number, reach=version.reach)
    facts = {"version": version.number, "reach": version.reach, "kind": resource.kind}
    publish(
        ResourceSubmitted(
            object_id=resource.pk, organization_id=resource.organization_id, context=facts, **acted_by(by)
        )
    )
    _apply(version, by, applicant)
    return version


def _apply(version: ResourceVersion, by: Actor, applicant: "Person | None") -> None:
    found = queries.application_of(version)
    if found is None or found.state != ApplicationState.RETURNED:
        unit = version.resource.organization
        found = applications.begin_application(
            ensure_review(unit, _way(version)),
            title=version.title,
            subject=version.pk,
            applicant=applicant,
            organization=unit,
            by=by,
        )
    try:
        applications.submit_application(found, answers=_answers(version), by=SYSTEM if applicant else by)
    except CheckFailed as error:
        raise (AlreadyThere if _twice(version) else NotComplete)(str(error.message)) from error


@transaction.atomic
def take_back(version: ResourceVersion, *, by: Actor) -> ResourceVersion:
    """It is a draft again, and nobody has to decide on it. Raises Denied."""
    version = locked_version(version)
    require(rules.may_take_back, by, version)
    found = queries.application_of(version)
    if found is None or found.state not in (ApplicationState.REVIEW, ApplicationState.RETURNED):
        raise NotInReview
    applications.withdraw_application(found, by=by)
    version.refresh_from_db()
    return version


# Checks ---------------------------------------------------------------------------------------------------------------------


def lacks(version: ResourceVersion) -> tuple[str, str] | None:
    """The first thing that is asked for and not there: its field, and the sentence."""
    if version.blob is None and not version.url:
        return "", _("还没有文件")
    if version.reach == Reach.PRIVATE:
        return None
    wanted = (
        ("purpose", _("请选择它是什么，如教案、课件")),
        ("subject", _("请选择学科")),
        ("stage", _("请选择学段")),
        ("words", _("请写一两句简介，别人好知道有没有用")),
        ("licence", _("请选择使用许可")),
        ("rights_holder", _("请填写权利人，自己做的就填自己或学校")),
    )
    return next(((name, words) for name, words in wanted if not getattr(version, name)), None)


def _subject(application: "Application") -> ResourceVersion:
    found = queries.version_of_id(application.subject) if application.subject else None
    if found is None:
        raise NotInReview
    return found


def check_complete(application: "Application") -> str:
    """What has to be said about it is said."""
    missing = lacks(_subject(application))
    return missing[1] if missing else ""


def check_sound(application: "Application") -> str:
    """Its file has no virus, as far as that is known."""
    blob = _subject(application).blob
    return _("文件里查到病毒，不能提交") if blob is not None and blob.scan == Scan.INFECTED else ""


def check_licensed(application: "Application") -> str:
    """What others may not use is not given to others."""
    version = _subject(application)
    if version.reach != Reach.SCHOOL and version.licence in CLOSED_LICENCES:
        return _("“保留所有权利”的资源只能在本单位用。要给别人用，请换一种许可")
    return ""


def _twice(version: ResourceVersion) -> Resource | None:
    """A published resource of the same file that those for whom this one is would see beside it."""
    if version.blob is None:
        return None
    rows = Resource.objects.filter(state=ResourceState.PUBLISHED, current__blob=version.blob).exclude(
        pk=version.resource_id
    )
    unit = version.resource.organization
    open_ones = rows.filter(reach=Reach.PUBLIC)
    here = rows.filter(reach=Reach.SCHOOL, organization=unit)
    near = rows.filter(reach=Reach.REGION, region__path__above=unit.path)
    return (open_ones | here | near).order_by("published_at").first()


def check_twice(application: "Application") -> str:
    """The same file is not there already."""
    other = _twice(_subject(application))
    return _("同样的文件已经发布了：《%(title)s》。可以直接用它，或给它报错") % {"title": other.title} if other else ""


# Effects --------------------------------------------------------------------------------------------------------------------


def publish_version(version: ResourceVersion, *, by: Actor) -> Resource:
    """Let those whom it is for have it; the version before steps back. Asked by the review's end, in its transaction."""
    version = locked_version(version)
    resource, now = version.resource, timezone.now()
    if version.state == VersionState.PUBLISHED:
        return resource
    resource.versions.filter(state=VersionState.PUBLISHED).update(state=VersionState.REPLACED)
    version.state, version.published_at = VersionState.PUBLISHED, now
    version.save(update_fields=["state", "published_at"])
    show(resource, version)
    resource.kind = ResourceKind(kinds.FORMATS[version.blob.kind].kind) if version.blob else ResourceKind.LINK
    resource.state, resource.current, resource.published_at = ResourceState.PUBLISHED, version, now
    resource.withdrawn_why = ""
    if resource.reach != Reach.PRIVATE:  # what others have, the unit's administration sees in any state
        resource.submitted_at = resource.submitted_at or now
    resource.save()
    record("resources.published", resource, by=by, version=version.number, reach=resource.reach)
    facts = {"version": version.number, "reach": resource.reach, "kind": resource.kind, "title": resource.title}
    publish(
        ResourcePublished(
            object_id=resource.pk, organization_id=resource.organization_id, context=facts, **acted_by(by)
        )
    )
    return resource


def publish_reviewed(application: "Application", actor: Actor) -> None:
    """The review said yes."""
    publish_version(_subject(application), by=actor)


def refuse_reviewed(application: "Application", actor: Actor) -> None:
    """The review said no: this version is over."""
    _close(application, VersionState.REFUSED, actor)


def reopen_reviewed(application: "Application", actor: Actor) -> None:
    """It was taken back: it is a draft again."""
    _close(application, VersionState.DRAFT, actor)


def _close(application: "Application", state: VersionState, by: Actor) -> None:
    version = locked_version(_subject(application))
    if version.state in (VersionState.REVIEW, VersionState.RETURNED):
        version.state = state
        version.save(update_fields=["state"])
        record("resources.review_ended", version.resource, by=by, version=version.number, state=str(state))


@transaction.atomic
def note_returned(version_id: "UUID | str") -> None:
    """The review sent it back: the list says so, too. Until then `queries.is_changeable` asks the application."""
    found = ResourceVersion.objects.filter(pk=version_id, state=VersionState.REVIEW).first()
    if found is None:
        return
    version = locked_version(found)
    application = queries.application_of(version)
    if version.state == VersionState.REVIEW and application and application.state == ApplicationState.RETURNED:
        version.state = VersionState.RETURNED
        version.save(update_fields=["state"])
