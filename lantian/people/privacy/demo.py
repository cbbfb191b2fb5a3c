"""The demonstration of the privacy pages: consents given, missing and withdrawn, a request for erasure, looks with a reason."""

# i18n: data file

from typing import TYPE_CHECKING
from uuid import UUID

from lantian.kernel.demo import DemoContext
from lantian.kernel.rules import Actor
from lantian.people.privacy import services
from lantian.people.privacy.engine.consent_texts import current_version
from lantian.people.roster import queries as roster
from lantian.people.roster.engine.ages import CONSENT_AGE, is_under
from lantian.people.roster.enums import MemberRole, Role
from lantian.people.roster.services import reveal_private

if TYPE_CHECKING:
    from lantian.people.roster.models import ClassGroup, Person

MOST = 40  # consents a school: enough to see, quick to make


def seed(context: DemoContext) -> None:
    """In the story's county and at its first school most guardians have agreed, some have not, a few took it back; the story's
    parent asks that the child's data be erased, and sees who looked."""
    region, student = context.things.get("region"), context.things.get("student")
    if region is None or student is None:
        return
    far = region.far_school()
    county = [school for school in region.schools if school.plan.county.code == far.plan.county.code]
    asked: set[UUID] = set()  # a pupil may be in two classes
    for school in (region.strong[0], *county):
        _consents(context, school.classes, asked)
    story = next(group for group in far.classes if group.grade == 9)
    guardian = roster.guardians_of(student).get().guardian
    homeroom = _homeroom_of(story)
    reveal_private(guardian, what="phone", reason="家访以前联系", by=homeroom)
    reveal_private(student, what="student_number", reason="核对转学材料", by=homeroom)
    reason = "准备转到外省就读，请删除不再需要的信息。"
    services.request_erasure(student, reason=reason, by=_acting(guardian, Role.GUARDIAN))


def _acting(person: "Person", role: str) -> Actor:
    """A person in one of their roles."""
    actor = roster.actor_of_person(person)
    grant = next(grant for grant in actor.grants if grant.role == role)
    return roster.actor_of_person(person, grant.id)


def _homeroom_of(group: "ClassGroup") -> Actor:
    row = roster.members_of_class(group, MemberRole.HOMEROOM_TEACHER)[0]
    return _acting(row.person, Role.HOMEROOM_TEACHER)


def _consents(context: DemoContext, classes: "list[ClassGroup]", asked: set[UUID]) -> None:
    """Of the children under fourteen who have a guardian: the first withdrew, of the rest every fourth is still to be asked."""
    version, count = current_version(context.today), 0
    for group in sorted(classes, key=lambda group: (group.grade, group.number)):
        if count >= MOST:
            return
        for row in roster.members_of_class(group, MemberRole.STUDENT):
            bond = roster.guardians_of(row.person).first() if _is_young(context, row.person) else None
            if bond is None or count >= MOST or row.person_id in asked:
                continue
            asked.add(row.person_id)
            guardian = _acting(bond.guardian, Role.GUARDIAN)
            if count % 4 == 2:
                by = _homeroom_of(group)
                services.record_paper_consent(row.person, guardian=bond.guardian, signed_on=context.today, by=by)
            elif count % 4 < 2:
                services.give_consent(row.person, version=version, by=guardian)
            if count == 0:
                services.withdraw_consent(row.person, by=guardian)
            count += 1


def _is_young(context: DemoContext, person: "Person") -> bool:
    return bool(is_under(CONSENT_AGE, person.birth_date, context.today))
