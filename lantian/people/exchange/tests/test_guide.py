"""The commands of docs/roster.md for vendors, run as they are printed: against the platform, in a shell, with curl."""

import html
import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import httpx
import pytest
from django.conf import settings as django_settings

from lantian.kernel.rules import SYSTEM
from lantian.people.connect.enums import Kind, Scope, SignOnScope
from lantian.people.connect.tests.factories import BACK, answer_in, registered
from lantian.people.identity.tests.factories import PASSWORD, ready
from lantian.people.roster.models import Organization, Person
from lantian.people.roster.services.accounts import open_account_for
from lantian.people.roster.tests.factories import (
    ClassGroupFactory,
    MembershipFactory,
    OrganizationFactory,
    PersonFactory,
)

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed"),
]
GUIDE = Path(django_settings.BASE_DIR) / "docs" / "roster.md"
BLOCK = re.compile(r"```sh\n(.*?)```", re.DOTALL)
EXPECTED = re.compile(r"^\$STATUS .*# (\d{3})$", re.MULTILINE)


def blocks(heading: str) -> list[str]:
    """The commands under a heading, block by block."""
    section = GUIDE.read_text().split(f"## For a vendor: {heading}")[1].split("\n## ")[0]
    found = BLOCK.findall(section)
    assert found, heading
    return found


def run(*scripts: str) -> list[str]:
    """The lines that a shell prints which runs them one after the other, as if typed; it stops at the first that fails."""
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", "\n".join(scripts)], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout.splitlines()


def given(block: str, **values: str) -> str:
    """What a vendor fills in: the names of the block, with values of their own."""
    assert set(re.findall(r"\b([A-Z]+)=", block)) == set(values), block
    return "\n".join(f"{name}='{value}'" for name, value in values.items())


def statuses(lines: list[str]) -> list[str]:
    """What `$STATUS` printed; an answer that ends without a line's end stands before it."""
    return [found[1] for line in lines if (found := re.search(r"(?:^|[}\]])(\d{3})$", line))]


@pytest.fixture
def county() -> Organization:
    """A school with a class, a teacher who signs in, and a dozen pupils."""
    county = OrganizationFactory(kind="county", name="涪城区")
    school = OrganizationFactory(name="东小学", parent=county)
    group = ClassGroupFactory(organization=school)
    for number in range(12):
        MembershipFactory(
            person=PersonFactory(name=f"学生{number}"), organization=school, class_group=group, role="student"
        )
    teacher = PersonFactory(name="王老师")
    MembershipFactory(person=teacher, organization=school, class_group=group, role="teacher", subject="maths")
    opened = open_account_for(Person.objects.get(pk=teacher.pk), by=SYSTEM, username="guide.teacher")
    ready(opened.account)
    return county


def test_the_roster_is_pulled_as_the_guide_says(county: Organization, live_server: Any) -> None:
    first, calls, faults = blocks("OneRoster 1.2 over REST")
    client, secret = registered(county, scopes=Scope.values)
    lines = run(given(first, HOST=live_server.url, ID=client.oidc_id, SECRET=secret), calls, faults)
    told = "\n".join(lines)
    assert "x-total-count: 13" in told.lower()
    assert 'rel="next"' in told
    assert told.count('"users":[') == 2
    assert '"name":"东小学"' in told
    assert told.count('"enrollments":[{') == 1
    assert statuses(lines) == EXPECTED.findall(faults)


def test_a_person_signs_on_as_the_guide_says(county: Organization, live_server: Any, settings: Any) -> None:
    settings.LANTIAN_DEMO = True  # the second factor has tests of its own
    first, ask, code, rest = blocks("signing people on (OpenID Connect)")
    client, secret = registered(
        county,
        scopes=(),
        purpose="阅读",
        kinds=[Kind.SIGN_ON],
        hands_over=[SignOnScope.PROFILE, SignOnScope.ROLES],
        redirect_uris=[BACK],
        approved=True,
    )
    known = given(first, HOST=live_server.url, ID=client.oidc_id, SECRET=secret, BACK=BACK)
    address, verifier = run(known, ask, "echo $VERIFIER")
    back = came_back(live_server.url, address)
    assert back["state"] == "one"
    lines = run(known, f"VERIFIER={verifier}", given(code, CODE=back["code"]), rest)
    told = json.loads(lines[0][:-3])
    assert (told["name"], told["lantian.roles"][0]["role"]) == ("王老师", "teacher")
    assert statuses(lines) == EXPECTED.findall(rest)


def came_back(host: str, address: str) -> dict[str, str]:
    """What the address holds with which the browser of somebody came back who signed in on the way."""
    with httpx.Client(headers={"X-Forwarded-For": "10.0.0.1"}, follow_redirects=True) as browser:
        page = browser.get(address)
        hidden = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page.text)
        form = {name: html.unescape(value) for name, value in hidden}
        sent = browser.post(
            str(page.url),
            data=form | {"login": "guide.teacher", "password": PASSWORD},
            headers={"Referer": str(page.url)},
            follow_redirects=False,
        )
        assert sent.status_code == 302, sent.text
        last = browser.get(host + sent.headers["Location"], follow_redirects=False)
    return answer_in(last.headers["Location"])
