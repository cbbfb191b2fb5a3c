"""Who is told about consent and erasure."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from lantian.people.messaging.enums import Category, Group
from lantian.people.messaging.queries import Kind, Telling, day_words
from lantian.people.messaging.services import Audience, subscribe
from lantian.people.privacy import queries
from lantian.people.privacy.enums import ConsentState, ErasureState
from lantian.people.privacy.events import ErasureDecided, ErasureRequested
from lantian.people.roster import queries as roster
from lantian.people.roster.events import GuardianBound


def _consent_asked(fact: GuardianBound) -> Telling | None:
    """A new guardian of a child under fourteen for whom the text in force is not agreed to."""
    student = roster.person_of_id(fact.student_id) if fact.student_id else None
    if student is None or not queries.needs_consent(student):
        return None
    if queries.state_of(list(queries.consents_of(student))) == ConsentState.GIVEN:
        return None
    return Telling(
        audience=Audience.of(people=[fact.guardian_id]),
        facts={"name": student.name},
        subject=f"consent:{fact.guardian_id}:{student.pk}",
        link=reverse("privacy_consent", args=[student.pk]),
        people=[student.pk],
    )


subscribe(
    Kind(
        key="privacy.consent_asked",
        event=GuardianBound,
        category=Category.PRIVACY,
        # becomes the subject of a mail and stands on a locked telephone: whose child it is stands in the text alone
        title=_("请阅读孩子的个人信息同意书"),
        body=_("%(name)s未满十四周岁，平台处理孩子的信息需要监护人同意。请阅读同意书，再决定是否同意。"),
        tell=_consent_asked,
    )
)


def _erasure_requested(fact: ErasureRequested) -> Telling | None:
    """To the heads of the unit that answers; it has a day by which it must."""
    row = queries.erasure_known(fact.erasure_id)
    if row is None or row.state != ErasureState.WAITING:
        return None
    return Telling(
        audience=Audience.of(units=[row.organization_id], to=[Group.HEAD]),
        facts={"unit": str(row.organization), "day": row.decide_by},
        subject=f"erasure:{row.pk}",
        link=reverse("privacy_erasure", args=[row.pk]),
        organization_id=row.organization_id,
    )


subscribe(
    Kind(
        key="privacy.erasure_requested",
        event=ErasureRequested,
        category=Category.PRIVACY,
        title=_("有一份删除个人信息的申请要审核"),
        body=_("%(unit)s收到一份删除个人信息的申请，请在%(day)s以前答复。"),
        tell=_erasure_requested,
        words=lambda facts: {"unit": facts["unit"], "day": day_words(facts["day"])},
    )
)


def _erasure_decided(fact: ErasureDecided) -> Telling | None:
    """To whoever asked, unless it was entered from a letter."""
    row = queries.erasure_known(fact.erasure_id)
    if row is None or row.on_paper or row.requested_by_id is None or fact.state == ErasureState.WITHDRAWN:
        return None
    return Telling(
        audience=Audience.of(people=[row.requested_by_id]),
        facts={"state": fact.state, "unit": str(row.organization)},
        subject=f"erasure-answer:{row.pk}",
        link=reverse("privacy_erasure", args=[row.pk]),
        organization_id=row.organization_id,
    )


def _decided_words(facts: Any) -> dict[str, str]:
    return {"unit": facts["unit"], "state": str(dict(ErasureState.choices).get(facts["state"], facts["state"]))}


subscribe(
    Kind(
        key="privacy.erasure_decided",
        event=ErasureDecided,
        category=Category.PRIVACY,
        title=_("删除个人信息的申请有了答复：%(state)s"),
        body=_("%(unit)s答复了您提出的删除个人信息的申请。答复全文和以后的步骤请打开页面查看。"),
        tell=_erasure_decided,
        words=_decided_words,
    )
)
