"""OneRoster files of a made-up region, the same every time: for the bench `roster`, and for anybody who wants a large file.

    python -m bench.region_files FILE ROOT [SCHOOLS [STUDENTS [TEACHERS [GUARDIANS]]]]

writes a full one for the unit whose id is ROOT, and prints how many of each kind it has as JSON; GUARDIANS is 0 or 1.
Names are drawn from common family and given names; nobody in them is real.
"""
# i18n: data file

import csv
import io
import json
import random
import sys
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from uuid import UUID

from lantian.people.exchange.engine import oneroster
from lantian.people.roster.engine.codes.citizen import make_citizen_id

FAMILY = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许邓冯韩曹曾彭萧蔡潘田董袁于余叶蒋杜苏魏程吕丁"
    "沈任姚卢傅钟姜崔谭廖范汪陆金"
)
GIVEN = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华玉萍红文辉力建国梅鑫宇浩然子涵欣怡梓轩雨泽思琪嘉俊熙可馨一诺晨阳博雅诗"
COUNTIES = ("510703", "510704", "510705", "510722", "510723", "510725", "510726", "510727", "510781")


@dataclass
class Region:
    """How large, and from which seed. `root` is the unit below which all stands."""

    root: UUID
    schools: int = 1149
    students: int = 230_000
    teachers: int = 20_000
    guardians: bool = False
    seed: int = 510700
    moment: str = ""
    chance: random.Random = field(init=False)

    def __post_init__(self) -> None:
        self.chance = random.Random(self.seed)

    def uuid(self) -> str:
        return str(UUID(int=self.chance.getrandbits(128), version=4))

    def name(self) -> str:
        pick = self.chance.choice
        return pick(FAMILY) + "".join(pick(GIVEN) for _ in range(self.chance.choice((1, 2, 2, 2))))


class _Files:
    """All files of the archive, written row by row into memory as text (compressed only at the end)."""

    def __init__(self) -> None:
        self._texts = {entity: io.StringIO() for entity in oneroster.FILES}
        self._writers = {}
        for entity, text in self._texts.items():
            self._writers[entity] = csv.DictWriter(text, oneroster.FILES[entity].all_columns, restval="")
            self._writers[entity].writeheader()

    def add(self, entity: str, **row: str) -> None:
        self._writers[entity].writerow({key.replace("cn__", "metadata.cn."): value for key, value in row.items()})

    def save(self, path: Path, binding: str, only: "set[str] | None" = None) -> None:
        kept = {entity for entity in self._texts if only is None or entity in only}
        said = {entity: oneroster.Binding(binding) for entity in kept}
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
            rows = oneroster.manifest_rows(said, system="bench")
            archive.writestr("manifest.csv", "\r\n".join(",".join(row) for row in rows))
            for entity in kept:
                archive.writestr(f"{entity}.csv", self._texts[entity].getvalue())


def _classes(region: Region) -> Iterator[tuple[str, int, int, int]]:
    """(school, grade, number, pupils): primary schools and junior middle schools of all sizes."""
    schools = [region.uuid() for _ in range(region.schools)]
    average = region.students / region.schools
    left = region.students
    for place, school in enumerate(schools):
        last = place == len(schools) - 1
        pupils = left if last else min(left, max(12, round(average * region.chance.choice((0.4, 0.7, 1.0, 1.3, 1.6)))))
        left -= pupils
        grades = range(7, 10) if place % 4 == 3 else range(1, 7)
        share, extra = divmod(pupils, len(grades))
        for n, grade in enumerate(grades):
            here = share + (n < extra)
            rooms = max(1, -(-here // 45))
            for number in range(1, rooms + 1):
                yield school, grade, number, here // rooms + (number <= here % rooms)


def write_region(region: Region, path: Path) -> dict[str, int]:
    """A full file. Returns how many of each kind."""
    files = _Files()
    counts = dict.fromkeys(("schools", "classes", "students", "teachers", "guardians"), 0)
    counties = []
    for code in COUNTIES:
        counties.append(region.uuid())
        files.add(
            "orgs",
            sourcedId=counties[-1],
            name=f"县{code}",
            type="district",
            identifier=code,
            parentSourcedId=str(region.root),
        )
    seen: dict[str, list[str]] = {}
    for school, grade, number, pupils in _classes(region):
        if school not in seen:
            seen[school] = []
            counts["schools"] += 1
            _school(files, region, school, counties[counts["schools"] % len(counties)], counts["schools"])
        group = region.uuid()
        seen[school].append(group)
        counts["classes"] += 1
        stage = "primary" if grade <= 6 else "junior"
        course = str(oneroster.derived_course_id(UUID(school), stage, grade))
        if number == 1:
            files.add("courses", sourcedId=course, title=f"{grade}", orgSourcedId=school, cn__derived="true")
        files.add(
            "classes", sourcedId=group, title=f"{grade}年级{number}班", grades=f"{grade:02}", courseSourcedId=course,
            classType="homeroom", schoolSourcedId=school, termSourcedIds="term", cn__stage=stage, cn__grade=str(grade),
            cn__number=str(number),
        )  # fmt: skip
        for _ in range(pupils):
            _student(files, region, school, group, grade, counts)
    _teachers(files, region, seen, counts)
    files.save(path, "bulk")
    return counts


def _school(files: _Files, region: Region, school: str, county: str, number: int) -> None:
    files.add(
        "orgs", sourcedId=school, name=f"第{number}学校", type="school", identifier=f"2151{number:06}", parentSourcedId=county,
        cn__kind="school", cn__stages="primary,junior", cn__setting="town",
    )  # fmt: skip


def _student(files: _Files, region: Region, school: str, group: str, grade: int, counts: dict[str, int]) -> None:
    counts["students"] += 1
    key, name = region.uuid(), region.name()
    given, family = oneroster.split_name(name)
    # no two of one county share a birthday and a serial: every 9 000 pupils have days of their own
    turn, place = divmod(counts["students"], 1000 * len(COUNTIES))
    born = date(2026 - 6 - grade, 1, 1) + timedelta(days=region.chance.randrange(14) * 26 + turn % 26)
    number = make_citizen_id(COUNTIES[place % len(COUNTIES)], born, place // len(COUNTIES))
    agents = ""
    if region.guardians:
        agents = region.uuid()
        counts["guardians"] += 1
        parent = family + region.chance.choice(GIVEN)
        files.add(
            "users", sourcedId=agents, enabledUser="true", givenName=parent[1:], familyName=family, cn__name=parent,
            phone=f"13{counts['guardians']:09}",
        )  # fmt: skip
    files.add(
        "users", sourcedId=key, enabledUser="true", givenName=given, familyName=family, cn__name=name,
        cn__citizenId=number, cn__studentNumber=f"G{number}", primaryOrgSourcedId=school, agentSourcedIds=agents,
    )  # fmt: skip
    sex = "male" if int(number[16]) % 2 else "female"
    files.add("demographics", sourcedId=key, birthDate=born.isoformat(), sex=sex)
    files.add(
        "roles", sourcedId=region.uuid(), userSourcedId=key, roleType="primary", role="student", orgSourcedId=school
    )
    files.add(
        "enrollments", sourcedId=region.uuid(), classSourcedId=group, schoolSourcedId=school, userSourcedId=key, role="student",
        beginDate="2026-09-01",
    )  # fmt: skip


def _teachers(files: _Files, region: Region, seen: dict[str, list[str]], counts: dict[str, int]) -> None:
    schools = list(seen)
    for n in range(region.teachers):
        counts["teachers"] += 1
        school = schools[n % len(schools)]
        key, name = region.uuid(), region.name()
        given, family = oneroster.split_name(name)
        files.add(
            "users", sourcedId=key, enabledUser="true", givenName=given, familyName=family, cn__name=name,
            phone=f"18{n:09}", primaryOrgSourcedId=school,
        )  # fmt: skip
        files.add(
            "roles", sourcedId=region.uuid(), userSourcedId=key, roleType="primary", role="teacher", orgSourcedId=school
        )
        group = seen[school][(n // len(schools)) % len(seen[school])]
        files.add(
            "enrollments", sourcedId=region.uuid(), classSourcedId=group, schoolSourcedId=school, userSourcedId=key,
            role="teacher", beginDate="2026-09-01", cn__role="teacher", cn__subject=region.chance.choice(("maths", "chinese")),
        )  # fmt: skip


def write_delta(path: Path, people: "list[tuple[str, str, str, str]]", moment: str) -> None:
    """Changes of some: every other one gets another name, the others leave their class.

    `people` are (user, name, enrollment, class) as they were imported.
    """
    files = _Files()
    for n, (user, name, enrollment, _group) in enumerate(people):
        if n % 2:
            given, family = oneroster.split_name(name)
            files.add(
                "users", sourcedId=user, status="active", dateLastModified=moment, enabledUser="true",
                givenName=f"{given}新", familyName=family, cn__name=f"{name}新",
            )  # fmt: skip
        else:
            files.add("enrollments", sourcedId=enrollment, status="tobedeleted", dateLastModified=moment)
    files.save(path, "delta", {"users", "enrollments"})


def main(path: str, root: str, *numbers: str) -> None:
    names = ("schools", "students", "teachers", "guardians")
    said = {name: int(number) for name, number in zip(names, numbers, strict=False)}
    region = Region(UUID(root), **said | {"guardians": bool(said.get("guardians"))})  # type: ignore[arg-type]  # by name
    print(json.dumps(write_region(region, Path(path))))


if __name__ == "__main__":
    main(*sys.argv[1:])
