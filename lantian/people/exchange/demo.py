"""The exchange's part of the demonstration: an import that is done, and one that waits for a word, with faults to see."""
# i18n: data file

import csv
import io
import zipfile
from typing import Any

from lantian.kernel.demo import DemoContext
from lantian.kernel.rules import SYSTEM, Actor
from lantian.people.exchange import services
from lantian.people.exchange.engine import oneroster
from lantian.people.exchange.models import ImportRun
from lantian.people.roster import queries as roster

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
