"""OneRoster files for tests: a small region as rows, written as a ZIP, and brought in."""

import csv
import io
import zipfile
from datetime import date
from typing import Any

from lantian.kernel.rules import Actor
from lantian.people.exchange import services
from lantian.people.exchange.engine import oneroster
from lantian.people.exchange.models import ImportRun
from lantian.people.roster.engine.codes.citizen import make_citizen_id
from lantian.people.roster.models import Organization

Rows = dict[str, list[dict[str, Any]]]


def csv_text(entity: str, rows: list[dict[str, Any]], columns: "tuple[str, ...] | None" = None) -> str:
    out = io.StringIO()
    writer = csv.DictWriter(out, columns or oneroster.FILES[entity].all_columns, restval="")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def zip_of(members: "dict[str, str | bytes]") -> io.BytesIO:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    out.seek(0)
    return out


def oneroster_zip(rows: Rows, binding: str = "bulk", **more: "str | bytes") -> io.BytesIO:
    """The rows as files with their manifest; `more` are members by name (dots as two underscores)."""
    said = {entity: oneroster.Binding(binding) for entity in rows}
    manifest = "\r\n".join(",".join(row) for row in oneroster.manifest_rows(said, system="test"))
    members: dict[str, str | bytes] = {"manifest.csv": manifest}
    members |= {f"{entity}.csv": csv_text(entity, content) for entity, content in rows.items()}
    members |= {name.replace("__", "."): content for name, content in more.items()}
    return zip_of(members)


def bring(
    content: "io.BytesIO | Rows", organization: Organization, by: Actor, *, binding: str = "bulk", source: str = "教务"
) -> ImportRun:
    """Upload and let the worker read and check; the run as it then stands."""
    upload = oneroster_zip(content, binding) if isinstance(content, dict) else content
    run = services.start_import([("roster.zip", upload)], organization=organization, source=source, by=by)
    services.proceed(run.pk)
    return ImportRun.objects.get(pk=run.pk)


def carry_out(run: ImportRun, by: Actor, **more: Any) -> ImportRun:
    """Confirm and let the worker apply."""
    services.confirm_import(run, by=by, **more)
    services.proceed(run.pk)
    return ImportRun.objects.get(pk=run.pk)


def codes(run: ImportRun, severity: str = "error") -> list[str]:
    return sorted(run.findings.filter(severity=severity).values_list("code", flat=True))


def school(key: str = "s1", parent: str = "510703", **more: Any) -> dict[str, Any]:
    return {
        "sourcedId": key, "name": f"第{key}小学", "type": "school", "identifier": f"28510000{key:>02}"[:10],
        "parentSourcedId": parent, "metadata.cn.stages": "primary", **more,
    }  # fmt: skip


def klass(key: str = "c1", org: str = "s1", number: int = 1, **more: Any) -> dict[str, Any]:
    return {
        "sourcedId": key, "title": f"三年级{number}班", "grades": "03", "courseSourcedId": "course", "classType": "homeroom",
        "schoolSourcedId": org, "termSourcedIds": "term", **more,
    }  # fmt: skip


def user(key: str, name: str = "王小明", **more: Any) -> dict[str, Any]:
    given, family = oneroster.split_name(name)
    return {"sourcedId": key, "enabledUser": "true", "givenName": given, "familyName": family, **more}


def enrolled(
    key: str, who: str, where: str = "c1", org: str = "s1", role: str = "student", **more: Any
) -> dict[str, Any]:
    return {
        "sourcedId": key, "classSourcedId": where, "schoolSourcedId": org, "userSourcedId": who, "role": role,
        "beginDate": "2025-09-01", **more,
    }  # fmt: skip


def role_at(key: str, who: str, org: str = "s1", role: str = "student", **more: Any) -> dict[str, Any]:
    return {
        "sourcedId": key, "userSourcedId": who, "roleType": "primary", "role": role, "orgSourcedId": org, **more,
    }  # fmt: skip


def small_region(parent: str) -> Rows:
    """One new school below `parent`: two pupils with a mother, a homeroom teacher who also teaches, one class."""
    return {
        "orgs": [school("s1", parent)],
        "academicSessions": [],
        "courses": [
            {"sourcedId": "course", "title": "三年级", "orgSourcedId": "s1", "metadata.cn.derived": "true"},
        ],
        "classes": [klass()],
        "users": [
            user("u1", "王小明", agentSourcedIds="g1", **{"metadata.cn.relations": "g1=mother"}, phone=""),
            user("u2", "李思雨", **{"metadata.cn.citizenId": make_citizen_id("510703", date(2016, 1, 1), 2)}),
            user("g1", "欧阳兰", phone="13900000002"),
            user("t1", "赵建国", phone="13900000003"),
        ],
        "demographics": [{"sourcedId": "u1", "birthDate": "2016-03-04", "sex": "male"}],
        "roles": [
            role_at("r1", "u1"),
            role_at("r2", "u2"),
            role_at("r3", "g1", role="guardian"),
            role_at("r4", "t1", role="teacher"),
        ],
        "enrollments": [
            enrolled("e1", "u1"),
            enrolled("e2", "u2"),
            enrolled("e3", "t1", role="teacher", primary="true"),
            enrolled("e4", "t1", role="teacher", **{"metadata.cn.subject": "maths", "metadata.cn.role": "teacher"}),
        ],
    }
