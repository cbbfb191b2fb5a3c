"""The exchange's part of the demonstration: an import that is done, and two that wait for a word, with faults to see.

The second one that waits is what schools send: spreadsheets in GBK, with the damage that spreadsheets do.
"""
# i18n: data file

import csv
import io
import zipfile
from datetime import date
from typing import Any

from lantian.kernel.demo import DemoContext
from lantian.kernel.rules import SYSTEM, Actor
from lantian.people.exchange import queries, services
from lantian.people.exchange.engine import oneroster
from lantian.people.exchange.models import ImportRun
from lantian.people.roster import queries as roster
from lantian.people.roster.engine.codes.citizen import make_citizen_id

SOURCE = "教务系统"
NEW = ("周雨桐", "何子墨", "彭欣然")
COMING = ("唐诗涵", "罗浩宇", "邓可馨", "邓可馨")

Rows = dict[str, list[dict[str, str]]]


def seed(context: DemoContext) -> None:
    """New pupils of one school in the officer's county: three came last week, four more are checked and wait."""
    region = context.things.get("region")
    if region is None:
        return
    school = region.far_school()
    county = roster.ancestors_of(school.organization)[-1]
    officer = _officer_of(county)
    if officer is None:
        return
    group = school.classes[0]
    first = _rows(context, str(school.organization.pk), str(group.pk), NEW)
    run = _bring(first, county, officer, "九月新生.zip")
    services.confirm_import(run, by=officer)
    services.proceed(run.pk)
    second = _rows(context, str(school.organization.pk), str(group.pk), COMING)
    second["users"][1]["phone"] = "138"
    second["users"][0]["metadata.cn.citizenId"] = "510726201703150011"
    second["enrollments"][2]["classSourcedId"] = "2026-3-9"
    second["roles"].append(_role(context, second["users"][3]["sourcedId"], str(school.organization.pk), "principal"))
    for row in second["demographics"][2:]:
        row["birthDate"] = "2017-05-20"
    _bring(second, county, officer, "十月转入.zip")
    _sheets(context, school, county, officer)


def _officer_of(county: Any) -> Actor | None:
    grant = (
        roster.grants_visible_to(SYSTEM).filter(organization=county, role="officer").select_related("person").first()
    )
    return roster.actor_of_person(grant.person, grant.pk) if grant else None


def _rows(context: DemoContext, school: str, group: str, names: tuple[str, ...]) -> Rows:
    rows: Rows = {"users": [], "demographics": [], "roles": [], "enrollments": []}
    for name in names:
        key = str(context.uuid())
        given, family = oneroster.split_name(name)
        rows["users"].append(
            {
                "sourcedId": key,
                "enabledUser": "true",
                "givenName": given,
                "familyName": family,
                "metadata.cn.name": name,
                "primaryOrgSourcedId": school,
            }
        )
        born = f"2017-{context.random.randint(1, 8):02}-{context.random.randint(1, 28):02}"
        rows["demographics"].append(
            {"sourcedId": key, "birthDate": born, "sex": context.random.choice(("male", "female"))}
        )
        rows["roles"].append(_role(context, key, school, "student"))
        rows["enrollments"].append(
            {
                "sourcedId": str(context.uuid()),
                "classSourcedId": group,
                "schoolSourcedId": school,
                "userSourcedId": key,
                "role": "student",
                "beginDate": context.today.isoformat(),
            }
        )
    return rows


def _role(context: DemoContext, key: str, school: str, role: str) -> dict[str, str]:
    return {
        "sourcedId": str(context.uuid()),
        "userSourcedId": key,
        "roleType": "primary",
        "role": role,
        "orgSourcedId": school,
    }


def _bring(rows: Rows, county: Any, officer: Actor, title: str) -> ImportRun:
    """The rows as changes (delta), sent by the officer, read and checked here and now."""
    moment = "2026-09-01T08:00:00Z"
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        said = dict.fromkeys(rows, oneroster.Binding.DELTA)
        manifest = oneroster.manifest_rows(said, system=SOURCE)
        archive.writestr("manifest.csv", "\r\n".join(",".join(row) for row in manifest))
        for entity, content in rows.items():
            out = io.StringIO()
            writer = csv.DictWriter(out, oneroster.FILES[entity].all_columns, restval="")
            writer.writeheader()
            writer.writerows({**row, "status": "active", "dateLastModified": moment} for row in content)
            archive.writestr(f"{entity}.csv", out.getvalue())
    packed.seek(0)
    run = services.start_import([(title, packed)], organization=county, source=SOURCE, by=officer)
    services.proceed(run.pk)
    return ImportRun.objects.get(pk=run.pk)


HEADS = ("学校名称", "班级", "姓名", "性别", "出生日期", "身份证号", "家长姓名", "联系电话", "与学生关系")


def _sheets(context: DemoContext, school: Any, county: Any, officer: Actor) -> None:
    """A batch of lists: one of pupils with real-looking errors, one of teachers, one in a format that cannot be read."""
    unit, group = school.organization, school.classes[0]
    lines: list[tuple[str, ...]] = [
        (unit.name, group.name, member.person.name) for member in roster.members_of_class(group, "student")[:6]
    ]
    for name, klass, born, number, phone in (
        ("田雨欣", group.name, "2017-04-02", "5.10726E+17", "13900002001"),
        ("高宇轩", group.name, "2017-06-11", "510726201706110000", "13900002002"),
        ("梁思琪", "2026-03-01", "2017-02-19", "", "13900002003"),
        ("宋嘉怡", "向日葵班", "2017年5月8日", "", "13900002004"),
        ("贺子涵", "向日葵班", "2017.7.30", "", "1.39E+10"),
        ("曹俊杰", group.name, "42878", make_citizen_id("510726", date(2017, 5, 23), 7), "１３９００００２００６"),
    ):
        lines.append((unit.name, klass, name, "", born, number, f"{name[0]}国强", phone, "父亲"))
    rows = [(f"{unit.name}2026年秋季学生名单",), HEADS, *lines]
    pupils = "\r\n".join(",".join(row) for row in rows).encode("gb18030")
    teachers = "姓名,性别,手机号,任教学科,任教班级\r\n" + f"覃老师,女,13900002011,音乐,{group.name}\r\n"
    teachers += f"文老师,男,13900002012,奥数,{group.name}\r\n"
    uploads = [
        (f"{unit.name}学生名单.csv", io.BytesIO(pupils)),
        (f"{unit.name}教师名单.csv", io.BytesIO(teachers.encode())),
        ("旧名单.xls", io.BytesIO(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504))),
    ]
    run = services.start_sheets(uploads, organization=county, by=officer)
    services.proceed(run.pk)
    answers = {
        sheet.pk: services.SheetAnswer(sheet.kind, sheet.columns, sheet.organization_id)
        for sheet in queries.sheets_of(run)
    }
    services.settle_sheets(run, answers, by=officer)
    services.proceed(run.pk)
    services.send_errors(run, unit, by=officer)
