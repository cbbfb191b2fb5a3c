"""The demonstration's invitations: an alliance of the city asks schools; some joined, one declined, one is to answer."""

from datetime import date, timedelta
from typing import TYPE_CHECKING

from lantian.kernel.demo import DemoContext
from lantian.kernel.rules import SYSTEM
from lantian.kernel.time.queries import term_on
from lantian.people.roster.enums import Stage
from lantian.people.schedule import services
from lantian.people.schedule.enums import AllianceKind, AlliancePart

if TYPE_CHECKING:
    from lantian.people.roster.demo import Region

NAME = "全市初中名师课堂"
MESSAGE = "请贵校每周送一节专题课，全市初中都可以接收。"
DECLINED = "本学期大屏正在更换，下学期再参加"
ANSWERED_BY = timedelta(days=10)


def seed(context: DemoContext, region: "Region") -> None:
    """Led by the city: the story's school is asked to send, two have joined, one has said no."""
    today = context.today
    term = term_on(today, path=str(region.city.path))
    alliance = services.create_alliance(
        name=NAME,
        kind=AllianceKind.MASTER,
        stage=Stage.JUNIOR,
        lead=region.city,
        starts_on=today - timedelta(days=30),
        ends_on=max(term.ends_on if term else date.min, today + timedelta(days=60)),
        by=SYSTEM,
    )
    junior = region.strong[0].organization
    others = [
        school.organization
        for school in region.schools
        if not school.plan.strong and any(group.stage == Stage.JUNIOR for group in school.classes)
    ][:3]
    asked = [
        services.invite_school(
            alliance,
            organization=school,
            part=AlliancePart.SENDING if school == junior else AlliancePart.RECEIVING,
            joins_on=today,
            deadline=today + ANSWERED_BY,
            message=MESSAGE if school == junior else "",
            by=SYSTEM,
        )
        for school in (junior, *others)
    ]
    for invitation in asked[1:3]:
        services.accept_invitation(invitation, by=SYSTEM)
    for invitation in asked[3:]:
        services.decline_invitation(invitation, reason=DECLINED, by=SYSTEM)
