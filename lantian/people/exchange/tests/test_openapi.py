"""1EdTech's own OpenAPI of OneRoster 1.2 rostering against ours: every address, with real things and with anything at all.

The description is not ours to hand on; it is looked for beside the repository (or in LANTIAN_STANDARDS).
"""

import json
import os
from datetime import date
from pathlib import Path

import pytest
import schemathesis
from django.conf import settings as django_settings
from django.core.wsgi import get_wsgi_application
from django.db import connection
from hypothesis import HealthCheck, Phase, given, settings, strategies
from schemathesis import GenerationMode
from schemathesis.specs.openapi import checks as openapi_checks

from lantian.kernel.rules import SYSTEM
from lantian.kernel.time.services import set_term
from lantian.people.connect.tests.factories import registered, token_of
from lantian.people.exchange.engine.oneroster import derived_course_id
from lantian.people.roster.models import Membership
from lantian.people.roster.tests.world import World

pytestmark = pytest.mark.django_db
FILE = "onerosterv1p2rostersservice_openapi3_v1p0.json"
PLACE = Path(os.environ.get("LANTIAN_STANDARDS", django_settings.BASE_DIR.parent / "shared" / "standards")) / FILE
ROOT = "/ims/oneroster/rostering/v1p2"
if not PLACE.exists() and not os.environ.get("CI"):
    pytest.skip(f"{FILE} is not beside the repository", allow_module_level=True)


def description() -> dict:
    said = json.loads(PLACE.read_text())
    said["servers"] = [{"url": ROOT}]
    return said


ADDRESSES = sorted(description()["paths"])
# A filter, an order or a choice of fields is more than the "any text" that the description says: a wrong one is refused.
NOT_ASKED = [openapi_checks.positive_data_acceptance]


@pytest.fixture(scope="module")
def schema():
    loaded = schemathesis.openapi.from_dict(description())
    loaded.app = get_wsgi_application()
    return loaded


@pytest.fixture(autouse=True)
def one_connection(monkeypatch) -> None:
    """The application answers within the test's transaction: the end of a request does not end it."""
    monkeypatch.setattr(connection, "close_if_unusable_or_obsolete", lambda: None)


@pytest.fixture
def headers(world: World, monkeypatch) -> dict[str, str]:
    monkeypatch.setattr("lantian.people.connect.services.access.REQUESTS_PER_MINUTE", 10**9)
    client, secret = registered(world.fucheng, may_have_sensitive=True, purpose="x")
    return {"Authorization": f"Bearer {token_of(client, secret)}"}


@pytest.fixture
def things(world: World) -> dict[str, str]:
    """Something real for every name in an address."""
    term = set_term(
        2026, "autumn", starts_on=date(2026, 9, 1), ends_on=date(2027, 1, 20), organization_id=None, by=SYSTEM
    )
    own = {
        "academicSessions": term.pk, "terms": term.pk, "classes": world.east1.pk, "users": world.jia.pk,
        "courses": derived_course_id(world.east.pk, "primary", 3), "demographics": world.jia.pk, "orgs": world.east.pk,
        "enrollments": Membership.objects.get(person=world.jia).pk, "schools": world.east.pk, "students": world.jia.pk,
        "teachers": world.teacher.pk, "gradingPeriods": term.pk,
        "schoolSourcedId": world.east.pk, "classSourcedId": world.east1.pk, "termSourcedId": term.pk,
        "courseSourcedId": derived_course_id(world.east.pk, "primary", 3), "studentSourcedId": world.jia.pk,
        "teacherSourcedId": world.teacher.pk, "userSourcedId": world.mother.pk,
    }  # fmt: skip
    return {name: str(pk) for name, pk in own.items()}


def test_what_is_there_is_answered_as_described(schema, headers, things) -> None:
    for address in ADDRESSES:
        words = [part[1:-1] for part in address.split("/") if part.startswith("{")]
        named = {word: things[address.split("/")[1] if word == "sourcedId" else word] for word in words}
        case = schema[address]["GET"].Case(path_parameters=named)
        answer = case.call(headers=headers)
        assert answer.status_code == (404 if address.startswith("/gradingPeriods/") else 200), address
        case.validate_response(answer, excluded_checks=NOT_ASKED)


@pytest.mark.parametrize("mode", list(GenerationMode), ids=lambda mode: mode.value)
def test_anything_is_answered_as_described(schema, headers, mode: GenerationMode) -> None:
    @settings(
        max_examples=6, deadline=None, database=None, derandomize=True, phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(data=strategies.data())
    def tried(address: str, data) -> None:
        case = data.draw(schema[address]["GET"].as_strategy(generation_mode=mode))
        case.call_and_validate(headers=headers, excluded_checks=NOT_ASKED)

    for address in ADDRESSES:
        tried(address)
