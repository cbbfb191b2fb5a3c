"""The roster's part of the demonstration: the region's tree, its classes, people, families and roles."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import islice

from lantian.kernel.demo import PASSWORD, DemoAccount, DemoContext
from lantian.kernel.rules import SYSTEM
from lantian.people.identity.services.passwords import share
from lantian.people.roster import queries, services
from lantian.people.roster.engine import region
from lantian.people.roster.engine.codes.citizen import make_citizen_id
from lantian.people.roster.engine.codes.school import make_school_code
from lantian.people.roster.enums import Gender, MemberRole, OrganizationKind, Relation, Role, Subject
from lantian.people.roster.models import ClassGroup, Organization, Person
from lantian.people.roster.services import NewClassGroup, NewMembership, NewOrganization, NewPerson

BATCH = 5000
SUBJECTS = (
    Subject.MATHS,
    Subject.CHINESE,
    Subject.ENGLISH,
    Subject.PHYSICS,
    Subject.SCIENCE,
    Subject.MUSIC,
    Subject.PE,
)
FAR_COUNTY = "510726"


@dataclass
class School:
    """A school of the plan with what was made of it."""

    plan: region.SchoolPlan
    organization: Organization
    classes: list[ClassGroup] = field(default_factory=list)
    sizes: list[int] = field(default_factory=list)
    teachers: list[Person] = field(default_factory=list)


@dataclass
class Region:
    """What later parts of the demonstration need to find."""

    province: Organization
    city: Organization
    counties: dict[str, Organization]
    schools: list[School]

    @property
    def strong(self) -> list[School]:
        return [school for school in self.schools if school.plan.strong]

    def far_school(self) -> School:
        """The school of the story's receiving class: a far one with a ninth grade."""
        return next(
            school
            for school in self.schools
            if school.plan.county.code == FAR_COUNTY
            and school.plan.setting != "urban"
            and any(group.grade == 9 for group in school.classes)
        )


def seed(context: DemoContext) -> None:
    """Make the region. Leaves `context.things["region"]`."""
    made = _tree(context)
    context.things["region"] = made
    _class_groups(context, made)
    _teachers(context, made)
    _students(context, made)
    _story(context, made)
    _officers(context, made)
    _registered_twice(context, made)


# --- the tree ---------------------------------------------------------------------------------------------------


def _tree(context: DemoContext) -> Region:
    code, name, short = region.PROVINCE
    province = _unit(context, name, OrganizationKind.PROVINCE, None, short, code)
    code, name, short = region.CITY
    city = _unit(context, name, OrganizationKind.CITY, province, short, code)
    counties = {
        plan.code: _unit(context, plan.name, OrganizationKind.COUNTY, city, plan.short, plan.code)
        for plan in region.COUNTIES
    }
    plans = region.plan_region(context.scale, context.random)
    rows = [
        NewOrganization(
            name=plan.name,
            short_name=plan.short,
            kind=OrganizationKind.SCHOOL,
            parent=counties[plan.county.code],
            code=make_school_code(plan.stages, region.PROVINCE[0], number),
            stages=plan.stages,
            setting=plan.setting,
            id=context.uuid(),
        )
        for number, plan in enumerate(plans, start=1)
    ]
    units = services.bulk_create_organizations(rows, by=SYSTEM)
    return Region(province, city, counties, [School(p, unit) for p, unit in zip(plans, units, strict=True)])


def _unit(
    context: DemoContext, name: str, kind: str, parent: Organization | None, short: str, code: str
) -> Organization:
    row = NewOrganization(name=name, kind=kind, parent=parent, short_name=short, code=code, id=context.uuid())
    return services.bulk_create_organizations([row], by=SYSTEM)[0]


def _class_groups(context: DemoContext, made: Region) -> None:
    year = school_year(context.today)
    points = [
        (school, NewOrganization(
            name=f"{school.plan.name}{name}", short_name=name, kind=OrganizationKind.TEACHING_POINT,
            parent=school.organization, stages=("primary",), setting="rural", id=context.uuid(),
        ), classes)
        for school in made.schools
        for name, classes in school.plan.points
    ]  # fmt: skip
    units = services.bulk_create_organizations([row for _, row, _ in points], by=SYSTEM)
    places = [(school, school.organization, school.plan.classes) for school in made.schools]
    places += [(school, unit, classes) for (school, _, classes), unit in zip(points, units, strict=True)]
    rows = [
        NewClassGroup(
            organization=unit,
            stage=plan.stage,
            grade=plan.grade,
            number=plan.number,
            entry_year=region.entry_year(plan.grade, year),
            id=context.uuid(),
        )
        for _, unit, classes in places
        for plan in classes
    ]
    groups = iter(services.bulk_create_class_groups(rows, by=SYSTEM))
    for school, _, classes in places:
        for plan in classes:
            school.classes.append(next(groups))
            school.sizes.append(plan.size)


def school_year(day: date) -> int:
    """The year in which the running school year began (1 September)."""
    return day.year if day.month >= 9 else day.year - 1


# --- people -----------------------------------------------------------------------------------------------------


def _create(context: DemoContext, rows: Iterable[NewPerson]) -> Iterator[list[tuple[NewPerson, Person]]]:
    """Register people in batches, each drawn when the one before is written: a city's would not fit into memory at once."""
    waiting, password = iter(rows), context.once("password", lambda: share(PASSWORD))
    while batch := list(islice(waiting, BATCH)):
        created = services.bulk_create_people(batch, by=SYSTEM, shared_password=password)
        yield [(row, one.person) for row, one in zip(batch, created, strict=True)]


def _name(context: DemoContext, gender: str) -> str:
    fake = context.fake
    return fake.name_male() if gender == Gender.MALE else fake.name_female()


class Numbers:
    """Citizen IDs that are well-formed, unique and nobody's: serials from 900 up, one after another for each day."""

    def __init__(self) -> None:
        self._used: dict[str, int] = {}

    def next(self, county: str, born: date, gender: str) -> str:
        first = f"{county}{born:%Y%m%d}"
        start = 901 if gender == Gender.MALE else 900  # odd serials are male (GB 11643)
        serial = self._used.get(first + gender, start - 2) + 2
        if serial > 999:
            raise OverflowError(f"too many children on {born} in {county}")
        self._used[first + gender] = serial
        return make_citizen_id(county, born, serial)


def _phone(context: DemoContext, number: int) -> str:
    """Numbers of a prefix that is not assigned to the public."""
    return f"1700{number:07d}"


def _teachers(context: DemoContext, made: Region) -> None:
    owners: list[School] = []
    people = (person for batch in _create(context, _teacher_rows(context, made, owners)) for _, person in batch)
    for place, person in enumerate(people):
        owners[place].teachers.append(person)


def _teacher_rows(context: DemoContext, made: Region, owners: list[School]) -> Iterator[NewPerson]:
    """Teachers of all schools; `owners` gets the school of each."""
    chance = context.random
    since, far = date(school_year(context.today), 9, 1), made.far_school()
    for school in made.schools:
        duties = _duties(school, since)
        count = max(school.plan.teachers, len(duties) + 2)
        for index in range(count):
            gender = Gender.FEMALE if chance.random() < 0.62 else Gender.MALE
            memberships = duties[index] if index < len(duties) else [_staff(school)]
            owners.append(school)
            yield NewPerson(
                name=_name(context, gender),
                gender=gender,
                birth_date=date(chance.randint(1967, 2002), chance.randint(1, 12), chance.randint(1, 28)),
                phone=_phone(context, len(owners)),
                memberships=memberships,
                account=True,
                username=_story_username(made, school, index, count, far),
                id=context.uuid(),
            )


def _duties(school: School, since: date) -> list[list[NewMembership]]:
    """Who teaches what: of each class a homeroom teacher with a main subject, and two colleagues shared by two classes.

    Where the plan has fewer teachers, a colleague has more classes.
    """
    duties: list[list[NewMembership]] = []
    for index, group in enumerate(school.classes):
        main = SUBJECTS[index % 3]
        duties.append([
            _member(group, MemberRole.HOMEROOM_TEACHER, "", since),
            _member(group, MemberRole.TEACHER, main, since),
        ])  # fmt: skip
    shared = []
    for index in range(0, len(school.classes), 2):
        pair = school.classes[index : index + 2]
        for shift in (1, 2):
            subject = SUBJECTS[(index + shift) % 3]
            shared.append([_member(group, MemberRole.TEACHER, subject, since) for group in pair])
    most = school.plan.staff - len(duties) - 2 if school.plan.staff else len(shared)
    return duties + [[duty for pair in shared[place::most] for duty in pair] for place in range(min(most, len(shared)))]


def _member(group: ClassGroup, role: str, subject: str, since: date) -> NewMembership:
    return NewMembership(
        organization=group.organization, role=role, class_group=group, subject=subject, valid_from=since
    )


def _staff(school: School) -> NewMembership:
    return NewMembership(organization=school.organization, role=MemberRole.STAFF, valid_from=date(2020, 9, 1))


def _story_username(made: Region, school: School, index: int, count: int, far: School) -> str:
    """The accounts of the tour have short names; all others are called by their pinyin."""
    if school.plan.strong:
        first = school is made.strong[0]
        names = {0: "teacher" if first else "teacher2"} | ({count - 1: "head", count - 2: "school-it"} if first else {})
        return names.get(index, "")
    if school is far:
        ninth = next(i for i, group in enumerate(school.classes) if group.grade == 9)
        return "homeroom" if index == ninth else ""
    return ""


def _students(context: DemoContext, made: Region) -> None:
    seen = 0
    families = 0
    for batch in _create(context, _student_rows(context, made)):
        for row, person in batch:
            if row.username == "student":
                context.things["student"] = person
        pupils = [person for _, person in batch]
        families += _guardians(context, pupils, seen, families)
        seen += len(pupils)


def _student_rows(context: DemoContext, made: Region) -> Iterator[NewPerson]:
    chance, numbers = context.random, Numbers()
    year = school_year(context.today)
    story = next(group for group in made.far_school().classes if group.grade == 9)
    for school in made.schools:
        for group, size in zip(school.classes, school.sizes, strict=True):
            for place in range(size):
                gender = Gender.MALE if chance.random() < 0.52 else Gender.FEMALE
                born = date(year - group.grade - 6, 9, 1) + timedelta(days=chance.randrange(365))
                number = numbers.next(school.plan.county.code, born, gender)
                yield NewPerson(
                    name=_name(context, gender),
                    gender=gender,
                    birth_date=born,
                    citizen_id=number,
                    student_number=f"G{number}",
                    memberships=[_member(group, MemberRole.STUDENT, "", date(year, 9, 1))],
                    account=True,
                    username="student" if group is story and place == 0 else "",
                    id=context.uuid(),
                )


def _guardians(context: DemoContext, pupils: list[Person], seen: int, families: int) -> int:
    """A guardian for the story's student and, small, for every eighth pupil; in a city for every one. How many.

    `seen` pupils and `families` guardians came before these.
    """
    chance, story = context.random, context.things.get("student")
    chosen = [p for i, p in enumerate(pupils, start=seen) if context.is_city or i % 8 == 0 or p is story]
    rows = []
    for index, pupil in enumerate(chosen, start=families):
        mother = chance.random() < 0.6
        gender = Gender.FEMALE if mother else Gender.MALE
        rows.append(
            NewPerson(
                name=_name(context, gender) if mother else pupil.name[0] + _name(context, gender)[1:],
                gender=gender,
                phone=_phone(context, 2_000_000 + index),
                account=True,
                username="parent" if pupil is story else "",
                id=context.uuid(),
            )
        )
    guardians = [person for batch in _create(context, rows) for _, person in batch]
    relations = [Relation.MOTHER if person.gender == Gender.FEMALE else Relation.FATHER for person in guardians]
    services.bulk_bind_guardians(list(zip(guardians, chosen, relations, strict=True)), by=SYSTEM)
    return len(chosen)


# --- roles ------------------------------------------------------------------------------------------------------


def _story(context: DemoContext, made: Region) -> None:
    """Heads and IT teachers of all schools; the accounts of the tour."""
    strong, far = made.strong[0], made.far_school()
    for school in made.schools:
        head, it = school.teachers[-1], school.teachers[-2]
        for person, role in ((head, Role.SCHOOL_HEAD), (it, Role.SCHOOL_IT)):
            services.grant_role(by=SYSTEM, person=person, role=role, organization=school.organization)
    tour = (
        ("teacher", "主讲教师", strong.teachers[0], strong),
        ("head", "校长", strong.teachers[-1], strong),
        ("school-it", "学校信息管理员", strong.teachers[-2], strong),
        ("teacher2", "主讲教师（小学）", made.strong[1].teachers[0], made.strong[1]),
    )
    for login, words, person, school in tour:
        context.announce(login, words, person.name, login, str(school.organization))
    homeroom = next(person for person in far.teachers if person.account and person.account.username == "homeroom")
    context.announce("homeroom", "接收班班主任", homeroom.name, "homeroom", str(far.organization))
    student = context.things["student"]
    context.announce("student", "学生", student.name, "student", str(far.organization))
    guardian = student.guardians.select_related("guardian").get().guardian
    context.announce("parent", "家长", guardian.name, "parent", str(far.organization), note=f"{student.name}的家长")
    _newcomer(context, strong)


def _newcomer(context: DemoContext, school: School) -> None:
    created = services.create_person(
        by=SYSTEM,
        name=_name(context, Gender.FEMALE),
        gender=Gender.FEMALE,
        phone=_phone(context, 9_000_001),
        memberships=[
            _member(school.classes[0], MemberRole.TEACHER, Subject.MUSIC, date(school_year(context.today), 9, 1))
        ],
        account=True,
        username="newcomer",
        id=context.uuid(),
    )
    context.accounts.append(
        DemoAccount(
            "newcomer",
            "新教师",
            created.person.name,
            "newcomer",
            created.code or "",
            str(school.organization),
            "首次登录要设置密码",
        )
    )


def _officers(context: DemoContext, made: Region) -> None:
    far = made.counties[FAR_COUNTY]
    posts = (
        ("province", "省级管理人员", Role.OFFICER, made.province),
        ("city", "市教育局工作人员", Role.OFFICER, made.city),
        ("county", "县教育局工作人员", Role.OFFICER, far),
        ("researcher", "教研员", Role.RESEARCHER, made.city),
        ("expert", "评审专家", Role.EXPERT, made.city),
        ("operator", "运维人员", Role.OPERATOR, made.city),
    )
    others = [
        (f"county{code[-2:]}", "县教育局工作人员", Role.OFFICER, unit)
        for code, unit in made.counties.items()
        if unit != far
    ]
    rows = [
        NewPerson(
            name=_name(context, gender),
            gender=gender,
            phone=_phone(context, 9_100_000 + index),
            organization=unit,
            account=True,
            username=login,
            id=context.uuid(),
        )
        for index, (login, _, _, unit) in enumerate((*posts, *others))
        for gender in (Gender.FEMALE if index % 2 else Gender.MALE,)
    ]
    people = (person for batch in _create(context, rows) for _, person in batch)
    for person, (login, title, role, unit) in zip(people, (*posts, *others), strict=True):
        services.grant_role(by=SYSTEM, person=person, role=role, organization=unit)
        if (login, title, role, unit) in posts:
            context.announce(login, title, person.name, login, str(unit))


def _registered_twice(context: DemoContext, made: Region) -> None:
    """What every real region has: a pupil on two records, and one who moved without the old school letting go."""
    near = [school for school in made.schools if school.plan.county.code == FAR_COUNTY and school.classes]
    first, second = near[0].classes[0], near[1].classes[0]
    twice, moved = (row.person for row in queries.members_of_class(first, MemberRole.STUDENT)[:2])
    since = date(school_year(context.today), 9, 1)
    services.create_person(
        by=SYSTEM,
        name=twice.name,
        gender=twice.gender,
        birth_date=twice.birth_date,
        phone=_phone(context, 9_200_001),
        memberships=[_member(second, MemberRole.STUDENT, "", since)],
        id=context.uuid(),
    )
    services.add_membership(
        by=SYSTEM,
        person=moved,
        organization=second.organization,
        class_group=second,
        role=MemberRole.STUDENT,
        valid_from=since,
    )
