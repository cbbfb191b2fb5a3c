"""The demonstration's notices, written by those who would write them: a county's officer to its schools, a head to the staff, the
story's homeroom teacher to the families. Some have been read and confirmed."""

# i18n: data file

from typing import TYPE_CHECKING

from lantian.kernel.demo import DemoContext
from lantian.kernel.rules import SYSTEM, Actor
from lantian.people.messaging import queries, services
from lantian.people.messaging.engine.audience import Audience
from lantian.people.messaging.enums import Category, Group, Urgency
from lantian.people.messaging.models import Notice
from lantian.people.roster import queries as roster
from lantian.people.roster.enums import MemberRole, Role

if TYPE_CHECKING:
    from lantian.people.roster.demo import Region, School
    from lantian.people.roster.models import ClassGroup, Organization, Person


def seed(context: DemoContext) -> None:
    """Notices to every role of the tour, over `context.things["region"]`."""
    region: Region | None = context.things.get("region")
    if region is None:
        return
    _from_offices(region)
    _from_school(region.strong[0])
    far = region.far_school()
    story = next(group for group in far.classes if group.grade == 9)
    _from_homeroom(story, context.things["student"])


def _acting(person: "Person", role: str) -> Actor:
    actor = roster.actor_of_person(person)
    return roster.actor_of_person(person, next(grant.id for grant in actor.grants if grant.role == role))


def _holder(role: str, unit: "Organization | None") -> "Person":
    """Who holds an office at a unit."""
    rows = roster.grants_visible_to(SYSTEM).filter(role=role, organization=unit)
    return rows.select_related("person").order_by("granted_at").first().person  # type: ignore[union-attr]  # seeded before


def _send(by: Actor, audience: Audience, title: str, body: str, **more: object) -> Notice:
    # `more` are the service's own keywords, which mypy cannot tell apart
    notice = services.send_notice(title=title, body=body, audience=audience, by=by, **more)  # type: ignore[arg-type]
    services.run_spreading(notice.pk)  # a region's is told by the worker; here it has to be there at once
    return notice


def _from_offices(region: "Region") -> None:
    city = _acting(_holder(Role.OFFICER, region.city), Role.OFFICER)
    _send(
        city,
        Audience.of(units=[region.city.pk], to=[Group.HEAD, Group.IT, Group.OFFICER]),
        "关于做好本学期同步课堂课表报送的通知",
        "各县（市、区）教育局、各学校：\n\n请在本周五以前核对本校课表和作息时间，与输送学校不一致的，在“学校课表”里逐节处理。"
        "没有处理的，系统按照常接收安排。\n\n联系电话：0816-2200000",
        needs_confirmation=True,
    )
    province = _acting(_holder(Role.OFFICER, region.province), Role.OFFICER)
    _send(
        province,
        Audience.of(units=[region.city.pk], to=[Group.OFFICER]),
        "请报送今年的同步课堂应用情况",
        "请各市、县教育局在月底前把本地区开课、到课情况看一遍，有长期不到课的学校，请说明原因。",
    )
    far = region.far_school().organization
    county = _acting(_holder(Role.OFFICER, far.parent), Role.OFFICER)
    _send(
        county,
        Audience.of(units=[far.pk], to=[Group.STAFF, Group.GUARDIAN]),
        "明天有大到暴雨，上学放学请注意安全",
        "气象台发布暴雨黄色预警。请家长接送孩子避开河道和滑坡路段，班主任早上清点人数，没有到校的马上联系家长。",
        category=Category.SAFETY,
        urgency=Urgency.URGENT,
        needs_confirmation=True,
    )


def _from_school(strong: "School") -> None:
    head = _acting(strong.teachers[-1], Role.SCHOOL_HEAD)
    _send(
        head,
        Audience.of(units=[strong.organization.pk], to=[Group.STAFF]),
        "周三下午教研活动安排",
        "周三下午第六节起全体教师教研，主题是“怎样让屏幕那头的孩子开口”。主讲教师请带上一节课的回放。",
    )


def _from_homeroom(story: "ClassGroup", student: "Person") -> None:
    row = roster.members_of_class(story, MemberRole.HOMEROOM_TEACHER)[0]
    teacher = _acting(row.person, Role.HOMEROOM_TEACHER)
    meeting = _send(
        teacher,
        Audience.of(classes=[story.pk], to=[Group.GUARDIAN]),
        "家长会：周五下午三点，在教室",
        "各位家长：\n\n周五下午三点在教室开家长会，谈谈九年级复习和体检安排。来不了的请在电话里告诉我。",
        needs_confirmation=True,
    )
    _send(
        teacher,
        Audience.of(classes=[story.pk], to=[Group.STUDENT]),
        "明天的直播课请带作图工具",
        "明天富乐实验中学的数学课讲二次函数的图像，请带直尺、圆规和方格纸。",
        category=Category.LESSON,
    )
    guardians = [bond.guardian for bond in roster.guardians_of(student)]
    told = queries.recipients_of(meeting, SYSTEM).exclude(person__in=guardians).order_by("person__sort_key")
    for place, receipt in enumerate(told):
        reader = roster.actor_of_person(receipt.person)
        if place % 3 == 0:
            services.confirm_receipt(receipt, by=reader)
        elif place % 3 == 1:
            services.open_receipt(receipt, by=reader)
