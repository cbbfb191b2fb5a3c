"""Every address as every role: what opens and what does not, as the table beside this file says."""

from collections.abc import Iterator
from http.cookies import SimpleCookie

import pytest
from django.core.cache import caches
from django.db import transaction
from django.template.backends.django import Template
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, resolve

from tests.addresses import table
from tests.addresses.halves import ROLES, Halves, make_halves
from tests.addresses.table import Line, read_table, write_line
from tests.kept import Keep, Kept

TABLE = read_table()
REFUSED = (403, 404, 405)
# Who tries also what is everybody's, and methods that an address has not; others try what depends on who they are.
ASKED_ALL = ("nobody", "officer")
# Says the same whether there is such a thing or not: taken away twice, it is away.
SAYS_NOTHING = ("/inbox/settings/device/{device}/drop/",)
# Who stands above both counties: nothing is foreign to them.
SEES_BOTH = ("province",)


@pytest.fixture(scope="session")
def kept_halves(keep: Keep) -> Kept[Halves]:
    return keep(make_halves)


@pytest.fixture
def halves(db: None, kept_halves: Kept[Halves], settings, monkeypatch) -> Iterator[Halves]:
    settings.LANTIAN_DEMO = True  # the second factor has tests of its own
    # what a page says is looked at elsewhere (tests/e2e/pages); who gets it is known before it is written
    monkeypatch.setattr(Template, "render", lambda *_args, **_kwargs: "")
    caches["local"].clear()
    yield kept_halves.back()
    caches["local"].clear()


class Visitor:
    """Somebody of one role. Whatever an address does is undone before the next is tried."""

    def __init__(self, halves: Halves, role: str) -> None:
        self.client = Client(raise_request_exception=False, headers={"X-Forwarded-For": "10.0.0.1"})
        if role != "nobody":
            self.client.force_login(halves.accounts[role])
            self.client.get("/today/")  # notes "last seen", which would be undone and noted again with every address
        self.cookies = self.client.cookies.output(header="", sep=";")

    def ask(self, method: str, address: str) -> int:
        self.client.cookies = SimpleCookie(self.cookies)
        with transaction.atomic():
            answer = self.client.get(address) if method == "GET" else self.client.post(address)
            transaction.set_rollback(True)
        return int(answer.status_code)


@pytest.mark.parametrize("role", ROLES)
def test_every_address_answers_a_role_as_the_table_says(role: str, halves: Halves) -> None:
    visitor, other = Visitor(halves, role), []
    for line in TABLE:
        if line.is_for_everybody and role not in ASKED_ALL:
            continue
        got = visitor.ask(line.method, line.filled(halves.own))
        if got != line.answers[role]:
            other.append(f"{line.method} {line.address}: {got}; the table says {line.answers[role]}")
    assert not other, f"as {role}:\n" + "\n".join(other)


@pytest.mark.parametrize("role", [role for role in ROLES if role not in SEES_BOTH])
def test_what_another_county_has_does_not_exist(role: str, halves: Halves) -> None:
    """Wherever one's own opens, the other county's is not there."""
    visitor, shown = Visitor(halves, role), []
    for line in TABLE:
        own = line.answers[role]
        if own in REFUSED or (own == 302 and role == "nobody") or line.address in SAYS_NOTHING:
            continue
        for name in line.ids:
            got = visitor.ask(line.method, line.filled(halves.own, halves.foreign, name))
            if got != 404:
                shown.append(f"{line.method} {line.address} with a foreign {name}: {got}")
    assert not shown, f"as {role}:\n" + "\n".join(shown)


def addresses(resolver: URLResolver, prefix: str = "") -> Iterator[str]:
    for entry in resolver.url_patterns:
        route = prefix + str(entry.pattern)
        if isinstance(entry, URLPattern):
            yield route
        else:
            yield from addresses(entry, route)


def test_every_address_is_in_the_table(halves: Halves) -> None:
    known = {
        method: {resolve(line.filled(halves.own).split("?")[0]).route for line in TABLE if line.method == method}
        for method in ("GET", "POST")
    }
    missing = [
        f"{method} /{route}" for route in addresses(get_resolver()) for method in known if route not in known[method]
    ]
    assert not missing, "addresses without a line:\n" + "\n".join(missing)


def is_shut(line: Line, role: str) -> bool:
    return line.answers[role] in (403, 404)


def test_nobody_may_send_what_they_may_not_open() -> None:
    """Whose form is refused, is refused sending it too; and nothing falls over."""
    opened = {line.address: line for line in TABLE if line.method == "GET"}
    wrong = []
    for line in TABLE:
        wrong += [f"{line.method} {line.address} as {role}: 500" for role in ROLES if line.answers[role] >= 500]
        if line.method == "POST":
            page = opened[line.address]
            wrong += [
                f"POST {line.address} as {role}"
                for role in ROLES
                if is_shut(page, role) and line.answers[role] not in REFUSED
            ]
    assert not wrong, "\n".join(wrong)


def test_the_table_is_written_one_way() -> None:
    said = [text for text in table.TABLE.read_text().splitlines() if text.strip() and not text.startswith("#")]
    assert said == [write_line(line.method, line.address, line.answers) for line in TABLE]
