"""Two counties that know nothing of each other, each with one of everything that an address can name.

The roles that try the addresses live in the first county; what the second has does not exist for them.
"""

from dataclasses import dataclass, field
from datetime import date, timedelta
from uuid import uuid4

from django.db.backends.postgresql.psycopg_any import DateRange
from django.utils import timezone

from lantian.commons.workflow import services as workflow
from lantian.commons.workflow.engine.schema import Field as FormField
from lantian.commons.workflow.engine.schema import Kind, to_schema
from lantian.content.follows.models import Follow
from lantian.content.interactive import demo as interactive_demo
from lantian.content.interactive import services as interactive
from lantian.content.media import services as media
from lantian.content.media.models import MediaKey, Stream
from lantian.content.packs.models import Attachment, Pack, PackItem
from lantian.content.resources.models import Fault, Resource, ResourceVersion, Upload
from lantian.content.resources.services import storing
from lantian.content.sharing.models import BulkRun, Cartridge, Neighbour
from lantian.content.taxonomy import services as taxonomy
from lantian.content.taxonomy.models import Upload as SheetOfNodes
from lantian.content.wanted.models import Answer, Call, CallNode
from lantian.kernel import files
from lantian.kernel.rules import SYSTEM
from lantian.kernel.web.models import SavedView
from lantian.people.connect.models import SignOn
from lantian.people.connect.tests.factories import sign_on_client
from lantian.people.exchange.models import (
    Export,
    Finding,
    ImportRun,
    SentErrors,
    SheetFile,
    SheetRow,
    Source,
    StagedRow,
    WeekImport,
)
from lantian.people.exchange.queries.sealing import seal_row
from lantian.people.identity.models import Account
from lantian.people.messaging.models import Notice, PushDevice, Receipt
from lantian.people.privacy.models import Erasure
from lantian.people.roster import services as roster
from lantian.people.roster.models import Batch, Organization, Person, PromotionRun, RoleGrant
from lantian.people.roster.tests.factories import (
    ClassGroupFactory,
    GuardianshipFactory,
    MembershipFactory,
    OrganizationFactory,
    PersonFactory,
    RoleGrantFactory,
    acting_as,
    with_account,
)
from lantian.people.schedule.models import (
    Alliance,
    AllianceMember,
    Invitation,
    Lesson,
    LessonReceiver,
    Pairing,
    Room,
    Timetable,
    TimetableEntry,
)
from lantian.teach.desk.models import Outcome, Ticket
from lantian.teach.live.models import ChatWord, LessonPage, LiveSession, PageUpload, PreparedPoll
from lantian.teach.recorders.models import Recorder
from lantian.teach.recordings.models import Recording
from lantian.teach.series.models import Series, SeriesLesson

ROLES = (
    "nobody",
    "screen",
    "student",
    "guardian",
    "teacher",
    "homeroom",
    "head",
    "school_it",
    "officer",
    "province",
    "researcher",
    "expert",
    "operator",
)
# The people of each county, and what they are.
OFFICES = {
    "student": "student",
    "guardian": "guardian",
    "teacher": "teacher",
    "homeroom": "homeroom_teacher",
    "head": "school_head",
    "school_it": "school_it",
    "officer": "officer",
    "researcher": "researcher",
    "expert": "expert",
    "operator": "operator",
}


@dataclass
class Half:
    """One county. `things` are what stands in an address, by the names of the table; `people` have accounts."""

    things: dict[str, str] = field(default_factory=dict)
    people: dict[str, Person] = field(default_factory=dict)
    accounts: dict[str, Account] = field(default_factory=dict)


@dataclass
class Halves:
    own: Half
    foreign: Half
    accounts: dict[str, Account]


def make_halves() -> Halves:
    province = OrganizationFactory(kind="province", name="四川省", parent=None)
    city = OrganizationFactory(kind="city", name="绵阳市", parent=province)
    above = PersonFactory(name="省厅工作人员")
    RoleGrantFactory(person=above, role="officer", organization=province)
    halves = [make_half(city, name, f"170{number}") for number, name in enumerate(("涪城区", "平武县"))]
    accounts = halves[0].accounts | {"province": with_account(above)}
    screen = Account.objects.create(username="screen.own", kind="class_screen", must_set_password=False)
    Room.objects.filter(pk=halves[0].things["room"]).update(screen_account=screen)
    accounts["screen"] = screen
    return Halves(halves[0], halves[1], accounts)


def make_half(city: Organization, name: str, number: str) -> Half:
    half = Half()
    county = OrganizationFactory(kind="county", name=name, parent=city)
    school = OrganizationFactory(name=f"{name}东小学", parent=county)
    other = OrganizationFactory(name=f"{name}西小学", parent=county)
    group, second = ClassGroupFactory(organization=school, number=1), ClassGroupFactory(organization=other, number=1)
    people = half.people = {
        role: PersonFactory(name=f"{name[0]}{role}", phone=f"{number}{place:07}") for place, role in enumerate(OFFICES)
    }
    half.accounts = {role: with_account(person) for role, person in people.items()}
    for role, where in (("head", school), ("school_it", school), ("officer", county), ("researcher", county)):
        RoleGrantFactory(person=people[role], role=OFFICES[role], organization=where)
    for role in ("expert", "operator"):
        RoleGrantFactory(person=people[role], role=role, organization=county)
    for role in ("student", "teacher", "homeroom"):
        MembershipFactory(
            person=people[role],
            organization=school,
            class_group=group,
            role=OFFICES[role],
            subject="maths" if role == "teacher" else "",
        )
    GuardianshipFactory(guardian=people["guardian"], student=people["student"], relation="mother")
    twin = PersonFactory(name=people["student"].name)
    MembershipFactory(person=twin, organization=other, class_group=second, role="student")
    half.things = {
        "county": key(county),
        "school": key(school),
        "class": key(group),
        "receiving": key(second),
        "pupil": key(people["student"]),
        "twin": key(twin),
        "colleague": key(people["homeroom"]),
        "membership": key(people["student"].memberships.get()),
        "grant": key(RoleGrant.objects.get(person=people["school_it"])),
    }
    keep_records(half, county, school, other)
    keep_exchange(half, county, school)
    keep_schedule(half, school, other, group, second)
    keep_lessons(half, school, other, group, second)
    keep_taxonomy(half, county)
    keep_calls(half, county)
    return half


def key(row: object) -> str:
    return str(row.pk)  # type: ignore[attr-defined]  # of any model


def keep_records(half: Half, county: Organization, school: Organization, other: Organization) -> None:
    """What the roster, connected software, privacy and messages keep."""
    people, things = half.people, half.things
    kept, dropped = PersonFactory(name="合并甲"), PersonFactory(name="合并甲")
    for person in (kept, dropped):
        MembershipFactory(person=person, organization=school, role="staff")
    merge = roster.merge_people(kept, dropped, reason="同一个人", by=SYSTEM)
    today = timezone.localdate()
    officer = people["officer"]
    grant = RoleGrant.objects.get(person=officer)
    client, _secret = sign_on_client(county, organization=county)
    notice = Notice.objects.create(category="announcement", title="通知", sender=people["head"], organization=school)
    Receipt.objects.create(notice=notice, person=people["student"])
    device = PushDevice.objects.create(person=people["teacher"], digest=uuid4().hex, keys="{}")
    things |= {
        "kept": key(kept),
        "merge": key(merge),
        "batch": key(Batch.objects.create(organization=school, action="slips", created_by=officer, grant_id=grant.pk)),
        "promotion": key(
            PromotionRun.objects.create(organization=school, school_year=2020, last_day=today, state="done")
        ),
        "client": key(client),
        "sign_on": key(
            SignOn.objects.create(client=client, account=half.accounts["student"], agreed=["openid"], times=1)
        ),
        "notice": key(notice),
        "device": key(device),
        "erasure": key(
            Erasure.objects.create(
                person=people["student"],
                organization=school,
                cause="request",
                decide_by=today + timedelta(days=9),
                finish_by=today + timedelta(days=19),
            )
        ),
        "view": key(SavedView.objects.create(account_id=half.accounts["head"].pk, list_key="people", name="我的")),
    }


def keep_exchange(half: Half, county: Organization, school: Organization) -> None:
    """A list that is being corrected, sent to its school; an export; a timetable that was read."""
    things, officer = half.things, half.people["officer"]
    source = Source.objects.create(organization=county, name="名单")
    run = ImportRun.objects.create(
        organization=county,
        source=source,
        kind="sheet",
        state="checked",
        title="名单.csv",
        created_by=officer,
        errors=2,
    )
    sheet = SheetFile.objects.create(
        run=run, label="名单.csv", heads=["姓名"], columns={"name": 0}, organization=school, rows=1, settled=True
    )
    row = SheetRow.objects.create(sheet=sheet, row_no=2, cells=seal_row(["李小兰"]), org_id=school.pk)
    StagedRow.objects.create(run=run, entity="users", file=sheet.label, row_no=2, key="1", faulty=True)
    wrong = {"run": run, "file": sheet.label, "severity": "error", "org_id": school.pk}
    Finding.objects.create(row_no=2, entity="users", column="班级", code="class_unknown", **wrong)
    SentErrors.objects.create(run=run, organization=school)
    week = WeekImport.objects.create(
        organization=school, title="课表.xlsx", name="课表", first=date(2026, 9, 1), last=date(2027, 1, 20)
    )
    things |= {
        "run": key(run),
        "row": key(row),
        "file": key(Finding.objects.create(code="file_unreadable", **wrong)),
        "export": key(Export.objects.create(organization=county, mode="bulk", state="waiting", created_by=officer)),
        "week": key(week),
    }


def keep_schedule(half: Half, school: Organization, other: Organization, group: object, second: object) -> None:
    """An alliance of the county's own, and weeks of its school: a draft, and what is published."""
    things, today = half.things, timezone.localdate()
    first, last = today - timedelta(days=30), today + timedelta(days=200)
    alliance = Alliance.objects.create(
        name=f"{school.name}联盟", stage="primary", lead=school, starts_on=first, ends_on=last
    )
    member = AllianceMember.objects.create(alliance=alliance, organization=school, part="sending")
    AllianceMember.objects.create(alliance=alliance, organization=other, part="receiving")
    invited = OrganizationFactory(name=f"{school.name}分校", parent=school.parent)
    term = DateRange(first, last)
    draft = Timetable.objects.create(organization=school, name="草稿", during=term)
    published = Timetable.objects.create(organization=school, name="本学期", during=term, state="published")
    entry = TimetableEntry.objects.create(
        timetable=published, weekday=0, period_no=1, class_group=group, subject="maths", teacher=half.people["teacher"]
    )
    things |= {
        "alliance": key(alliance),
        "member": key(member),
        "invitation": key(
            Invitation.objects.create(
                alliance=alliance, organization=invited, part="receiving", joins_on=today, deadline=last
            )
        ),
        "pairing": key(
            Pairing.objects.create(alliance=alliance, subject="maths", sender=group, receiver=second, during=term)
        ),
        "timetable": key(draft),
        "entry": key(entry),
        "room": key(Room.objects.create(organization=school, name="录播教室", class_group=group)),
        "monday": str(today + timedelta(days=7 - today.weekday())),
    }


def keep_taxonomy(half: Half, county: Organization) -> None:
    """A draft of a textbook, which only its makers see, and knowledge points that everybody does."""
    facts = {"organization": county, "subject": "maths", "valid_from": 2026, "by": SYSTEM}
    points = taxonomy.create_framework(kind="points", name="知识点", **facts)
    taxonomy.add_node(points, kind="area", title="数与代数", by=SYSTEM)
    taxonomy.publish_framework(points, by=SYSTEM)
    book = taxonomy.create_framework(kind="textbook", stage="primary", name="甲版", **facts)
    volume = taxonomy.add_node(book, kind="volume", title="一年级上册", grade=1, term=1, by=SYSTEM)
    upload = SheetOfNodes.objects.create(framework=book, form="csv", title="甲版.csv", revision=0)
    half.things |= {"framework": key(book), "node": key(volume), "file_read": key(upload)}


def keep_calls(half: Half, county: Organization) -> None:
    """The county's officer asks for resources, and the teacher has offered one; the teacher follows a subject."""
    last = timezone.localdate() + timedelta(days=9)
    made = Call.objects.create(
        organization=county, title="缺微课", subject="maths", number=2, due_on=last, made_by=half.people["officer"]
    )
    CallNode.objects.create(call=made, node_id=half.things["node"])
    offer = Answer.objects.create(
        call=made, resource_id=half.things["resource"], person=half.people["teacher"], words="上课用过"
    )
    followed = Follow.objects.create(person=half.people["teacher"], subject="maths")
    half.things |= {"call": key(made), "offer": key(offer), "followed": key(followed)}


def keep_lessons(half: Half, school: Organization, other: Organization, group: object, second: object) -> None:
    """A lesson to come, one that runs, and one that is over; what was prepared for them, and what became of them."""
    things, now = half.things, timezone.now()
    alliance = Alliance.objects.get(pk=things["alliance"])

    def lesson(title: str, hours: float, state: str) -> Lesson:
        starts = now + timedelta(hours=hours)
        made = Lesson.objects.create(
            title=title,
            subject="maths",
            stage="primary",
            grade=3,
            teacher=half.people["teacher"],
            organization=school,
            class_group=group,
            alliance=alliance,
            starts_at=starts,
            ends_at=starts + timedelta(minutes=40),
            state=state,
        )
        LessonReceiver.objects.create(lesson=made, class_group=second)
        return made

    planned, running, taught = (
        lesson("要上的课", 0.2, "planned"),
        lesson("正在上的课", -0.1, "planned"),
        lesson("上过的课", -48, "ended"),
    )
    stream, replay = Stream.objects.create(), Stream.objects.create(state="closed", seconds=2400)
    session = LiveSession.objects.create(
        lesson=running, stream=stream, state="live", started_at=now, planned_end=running.ends_at
    )
    over = LiveSession.objects.create(
        lesson=taught, stream=replay, state="ended", planned_end=taught.ends_at, ended_at=taught.ends_at
    )
    recording = Recording.objects.create(
        session=over, organization=school, title="上过的课", taught_at=taught.starts_at, look={"poster": "gone.jpg"}
    )
    secret = MediaKey.objects.get(pk=media.make_key(stream.pk).id)
    upload = PageUpload.objects.create(lesson=planned, name="课件", file="gone.pdf", kind="application/pdf", size=9)
    picture = files.save_bytes(b"RIFF0000WEBP", folder="lesson", kind="image/webp").name
    outcome = Outcome.objects.create(
        lesson=taught,
        class_group=second,
        organization=other,
        sender=school,
        alliance=alliance,
        day=timezone.localdate(taught.starts_at),
        subject="maths",
        planned_seconds=2400,
        cause="screen_off",
    )
    series = Series.objects.create(
        kind="master",
        title="名师课堂",
        organization=school,
        teacher=half.people["teacher"],
        access="alliance",
        alliance=alliance,
        state="published",
        published_at=now,
    )
    ticket = Ticket.objects.create(
        number=f"{school.pk.hex[:12]}",
        organization=school,
        desk=school,
        kind="no_sound",
        raised_as="东小学",
        due_at=now + timedelta(hours=2),
    )
    things |= {
        "lesson": key(planned),
        "running": key(running),
        "taught": key(taught),
        "session": key(session),
        "secret": key(secret),
        "recorder": key(
            Recorder.objects.create(
                room=Room.objects.get(pk=things["room"]),
                organization=school,
                name="录播主机",
                way="rtmp",
                key_index=uuid4().bytes,
            )
        ),
        "recording": key(recording),
        "poll": key(PreparedPoll.objects.create(lesson=planned, type="one", question="几？", options=["一", "二"])),
        "upload": key(upload),
        "sheet": key(
            LessonPage.objects.create(lesson=planned, upload=upload, number=1, position=1, image=picture, thumb=picture)
        ),
        "word": key(ChatWord.objects.create(organization=school, word="不好", plain="不好")),
        "series": key(series),
        "place": key(SeriesLesson.objects.create(series=series, lesson=planned, position=1)),
        "outcome": key(outcome),
        "ticket": key(ticket),
    }
    _matters(half, school)
    _resources(half, school)


def _matters(half: Half, school: Organization) -> None:
    """A matter of the school, a teacher's request that waits for the head, and another one that waits for the teacher."""
    matter = workflow.define_workflow(organization=school, title="培训", audience=["teacher"], by=SYSTEM)
    step = {"key": "s1", "title": "审批", "role": "school_head", "level": "school"}
    schema = to_schema([FormField("f1", "说明", Kind.LINE)])
    workflow.save_draft(matter, schema=schema, plan={"steps": [step]}, by=SYSTEM)
    workflow.publish_version(matter, by=SYSTEM)
    matter = workflow.open_workflow(matter, by=SYSTEM)
    teacher, head = half.people["teacher"], half.people["head"]
    by = acting_as(teacher, "teacher")
    waiting = workflow.begin_application(matter, by=by, answers={"f1": "去绵阳"})
    workflow.submit_application(waiting, by=by)
    today = timezone.localdate()
    deputy = MembershipFactory(organization=school, role="staff").person
    half.things |= {
        "matter": key(matter),
        "request": key(waiting),
        "begun": key(workflow.begin_application(matter, by=by)),
        "stand": key(workflow.delegate(taker=deputy, first=today, last=today, by=acting_as(head, "school_head"))),
    }


def _resources(half: Half, school: Organization) -> None:
    """A resource of the school with a fault that was reported, a draft of a teacher's, and a file on its way."""
    teacher, now = half.people["teacher"], timezone.now()
    county = school.parent
    path = storing.root() / f"{school.pk.hex}.txt"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"{school.name}的校本资源")
    blob = storing.put(path, kind="text/plain", facts={})
    said = {"title": "校本资源", "reach": "school", "licence": "cc-by", "rights_holder": school.name}
    made = [
        Resource.objects.create(organization=school, author=teacher, kind="document", **said) for _number in range(2)
    ]
    shown, draft = (
        ResourceVersion.objects.create(resource=one, number=1, blob=blob, file_name="a.txt", state=state, **said)
        for one, state in zip(made, ("published", "draft"), strict=True)
    )
    Resource.objects.filter(pk=made[0].pk).update(state="published", current=shown, published_at=now, submitted_at=now)
    neighbour = Neighbour.objects.create(organization=county, name="邻市", url="https://other.example/oai")
    run = BulkRun.objects.create(organization=county, source="老平台", folder="a", sheet="a/b.csv", state="done")
    half.things |= {
        "neighbour": key(neighbour),
        "bulk": key(run),
        "course": key(_course(school, teacher)),
        "resource": key(made[0]),
        "version": key(shown),
        "drafted": key(draft),
        "playing": key(_package(school, teacher)),
        "flaw": key(Fault.objects.create(resource=made[0], kind="wrong", words="第二页")),
        "sending": key(
            Upload.objects.create(
                person=teacher, organization=school, name="a.txt", size=9, expires_at=now + timedelta(days=9)
            )
        ),
    }
    _packs(half, school, made[0])


def _packs(half: Half, school: Organization, resource: Resource) -> None:
    """A pack of a teacher's for the school, with that resource, put to the lesson that is to come."""
    pack = Pack.objects.create(owner=half.people["teacher"], organization=school, title="校本课", reach="school")
    PackItem.objects.create(pack=pack, resource=resource, position=1, title=resource.title)
    given = Attachment.objects.create(pack=pack, lesson=Lesson.objects.get(pk=half.things["lesson"]))
    half.things |= {"pack": key(pack), "given": key(given)}


def _course(school: Organization, teacher: Person) -> Cartridge:
    """A course from another platform that a teacher sent, and that was read."""
    path = storing.root() / f"{school.pk.hex}.imscc"
    path.write_text(f"{school.name}的课程")
    said = {"title": "别处的课程", "reach": "private"}
    made = Resource.objects.create(organization=school, author=teacher, kind="pack", **said)
    blob = storing.put(path, kind="application/x.imscc", facts={})
    version = ResourceVersion.objects.create(resource=made, number=1, blob=blob, file_name="a.imscc", **said)
    return Cartridge.objects.create(version=version, state="mapping", title="别处的课程", course="c1")


def _package(school: Organization, teacher: Person) -> ResourceVersion:
    """An interactive package of the school, which lies unpacked."""
    path = storing.root() / f"{school.pk.hex}.zip"
    path.write_bytes(interactive_demo.packed("scorm") + school.pk.bytes)
    blob = storing.put(path, kind="application/x.scorm", facts={})
    said = {"title": "互动", "reach": "school", "licence": "cc-by", "rights_holder": school.name}
    made = Resource.objects.create(organization=school, author=teacher, kind="interactive", **said)
    shown = ResourceVersion.objects.create(
        resource=made, number=1, blob=blob, file_name="a.zip", state="published", **said
    )
    now = timezone.now()
    Resource.objects.filter(pk=made.pk).update(state="published", current=shown, published_at=now, submitted_at=now)
    interactive.ask_package(blob.pk, blob.kind)
    interactive.unpack(blob.pk)
    return shown
