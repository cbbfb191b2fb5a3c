"""After erasure nothing of a person is left: not a name, not a number, not the index of one, in any table."""

from collections.abc import Iterator
from datetime import timedelta
from uuid import UUID

import pytest
from django.db import connection
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lantian.kernel.journal import services as journal
from lantian.kernel.rules import SYSTEM
from lantian.kernel.web.models import SavedView
from lantian.people.exchange.enums import RunState
from lantian.people.exchange.models import Finding, ImportRun, SheetFile, SheetRow, Source, SourceKey, StagedRow
from lantian.people.exchange.queries.sealing import seal_row
from lantian.people.identity.queries import login_index
from lantian.people.identity.services.accounts import add_login_name
from lantian.people.messaging.services import Audience, send_notice
from lantian.people.privacy import queries, services
from lantian.people.privacy.engine.consent_texts import current_version
from lantian.people.privacy.models import Erasure
from lantian.people.roster.models import Membership, Person
from lantian.people.roster.queries.finding import citizen_id_index, phone_index, student_number_index
from lantian.people.roster.services import (
    issue_binding_code,
    mark_not_duplicates,
    merge_people,
    release_guardian,
    reveal_private,
    update_person,
)
from lantian.people.roster.tests.factories import GuardianshipFactory, PersonFactory, with_account
from lantian.people.roster.tests.world import make_world

NAMES = ("欧阳甲乙", "司徒丙丁", "上官戊己")  # a name, an earlier one, and a duplicate's
SPELT = ("ouyangjiayi", "ou yang jia yi", "阳甲乙", "oyjy")  # how the name is found and sorted
PHONE, CITIZEN_ID, NUMBER = "13877776666", "510703201703150012", "G510703201703150012"
# Tables in which nothing stands for long, each with what empties it.
SHORT_LIVED = {
    "django_session": "sessions end with the account; their content is signed text of ids",
    "lantian_cache": "limits of attempts, minutes",
}


def text_columns() -> Iterator[tuple[str, str, str]]:
    """(table, column, kind) of everything in which words or bytes stand."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.table_name, c.column_name, c.udt_name FROM information_schema.columns c"
            " JOIN information_schema.tables t USING (table_schema, table_name)"
            " WHERE c.table_schema = 'public' AND t.table_type = 'BASE TABLE'"
            " AND c.udt_name IN ('text', 'varchar', 'bpchar', 'jsonb', 'json', '_text', '_varchar', 'bytea')"
        )
        yield from cursor.fetchall()


def where_stands(words: list[str], bytes_: list[bytes]) -> list[str]:
    """Columns in which one of the words or one of the byte strings is found."""
    found = []
    with connection.cursor() as cursor:
        for table, column, kind in text_columns():
            if table in SHORT_LIVED:
                continue
            if kind == "bytea":
                sql = f'SELECT count(*) FROM "{table}" WHERE "{column}" = ANY(%s)'
                values: list = [bytes_]
            else:
                sql = f'SELECT count(*) FROM "{table}" WHERE "{column}"::text LIKE ANY(%s)'
                values = [[f"%{word}%" for word in words]]
            cursor.execute(sql, values)
            if cursor.fetchone()[0]:
                found.append(f"{table}.{column}")
    return sorted(found)


def traces(username: str) -> tuple[list[str], list[bytes]]:
    words = [*NAMES, *SPELT, PHONE, CITIZEN_ID, NUMBER, username]
    bytes_ = [phone_index(PHONE), citizen_id_index(CITIZEN_ID), student_number_index(NUMBER)]
    return words, bytes_ + [login_index(word) for word in (PHONE, NUMBER, username)]


def acts(world, person: Person, twin: Person):
    """What may happen to a pupil, each under a name; most of it writes the name down somewhere."""
    mother = world.act("mother")

    def renamed() -> None:
        update_person(person, by=SYSTEM, name=NAMES[1])
        update_person(person, by=SYSTEM, name=NAMES[0])

    def saved() -> None:
        account = Person.objects.get(pk=person.pk).account
        SavedView.objects.get_or_create(account_id=account.pk, list_key="people", name=NAMES[0], query=f"q={NAMES[0]}")

    def merged() -> None:
        if not Person.objects.filter(pk=twin.pk, merged_into=None).exists():
            return
        merge_people(Person.objects.get(pk=person.pk), twin, reason=f"{NAMES[2]}就是{NAMES[0]}", by=SYSTEM)

    def agreed() -> None:
        if not queries.consents_of(person).exists():
            services.give_consent(person, version=current_version(timezone.localdate()), by=mother)

    def guarded() -> None:
        bond = GuardianshipFactory(guardian=person, student=world.yi)
        release_guardian(bond, by=SYSTEM, reason="登记错了")

    def imported() -> None:
        source, _ = Source.objects.get_or_create(organization=world.east, name="学籍系统")
        run = ImportRun.objects.create(
            organization=world.east,
            source=source,
            title="名单",
            state=RunState.APPLIED,
            digest="x",
            finished_at=timezone.now(),
        )
        sheet = SheetFile.objects.create(run=run, label="一班.xlsx", heads=["姓名"])
        SheetRow.objects.create(sheet=sheet, row_no=2, cells=seal_row([NAMES[0], CITIZEN_ID]))
        StagedRow.objects.create(
            run=run, entity="users", file="一班.xlsx", row_no=2, key="k", data={"name": NAMES[0]}, person_id=person.pk,
            citizen_id=b"sealed", citizen_id_index=citizen_id_index(CITIZEN_ID),
        )  # fmt: skip
        Finding.objects.create(
            run=run, file="一班.xlsx", row_no=2, code="bad_phone", severity="error", params={"value": NAMES[0]}
        )
        SourceKey.objects.get_or_create(
            source=source, entity="users", sourced_id=f"u-{CITIZEN_ID}", defaults={"object_id": person.pk}
        )

    def told() -> None:
        audience = Audience.of(classes=[world.east1.pk], to=["student", "guardian"])
        title, body = f"{NAMES[0]}获奖了", f"祝贺{NAMES[0]}！"
        send_notice(title=title, body=body, audience=audience, by=world.act("homeroom"))

    return {
        "told": told,
        "renamed": renamed,
        "looked": lambda: reveal_private(person, what="phone", reason=f"联系{NAMES[0]}的家长", by=world.act("head")),
        "saved": saved,
        "merged": merged,
        "agreed": agreed,
        "guarded": guarded,
        "imported": imported,
        "coded": lambda: issue_binding_code(person, by=world.act("homeroom")),
        "doubted": lambda: mark_not_duplicates(person, world.bing, by=SYSTEM),
        "asked": lambda: (
            queries.open_erasure_of(person)
            or services.request_erasure(person, by=mother, reason=f"请删除{NAMES[0]}，电话{PHONE}")
        ),
        "acted": lambda: journal.record("web.tried", world.east, by=world.act("jia")),
    }


ACTS = (
    "told",
    "renamed",
    "looked",
    "saved",
    "merged",
    "agreed",
    "guarded",
    "imported",
    "coded",
    "doubted",
    "asked",
    "acted",
)


@pytest.fixture(scope="session")
def kept_roster(keep):
    return keep(make_world)


def scene(world):
    world.people["jia"] = person = update_person(
        world.jia, by=SYSTEM, name=NAMES[0], phone=PHONE, citizen_id=CITIZEN_ID, student_number=NUMBER
    )
    account = with_account(person)
    add_login_name(account, kind="phone", name=PHONE, by=SYSTEM)
    return world, Person.objects.get(pk=person.pk), PersonFactory(name=NAMES[2]), account.username


def erase(pk: UUID) -> None:
    """The pupil left long ago; a request, decided and due."""
    person = Person.objects.get(pk=pk)
    day = timezone.localdate() - timedelta(days=366 * 11)
    Membership.objects.filter(person=person).update(valid_from=day, valid_to=day)
    row = queries.open_erasure_of(person) or services.record_erasure(person, reason=f"{NAMES[0]}书面提出", by=SYSTEM)
    services.approve_erasure(row, by=SYSTEM)
    Erasure.objects.filter(pk=row.pk).update(erase_on=timezone.localdate())
    assert services.run_erasure(row.pk)


def test_what_is_looked_for_is_there_before(db, kept_roster):
    world, person, twin, username = scene(kept_roster.back())
    for act in acts(world, person, twin).values():
        act()
    found = where_stands(*traces(username))
    for column in (
        "roster_person.name",
        "roster_person.search_text",
        "roster_person.sort_key",
        "roster_person.initials",
        "roster_person.citizen_id_index",
        "roster_personsearch.keys",
        "roster_personmerge.reason",
        "identity_account.username",
        "identity_loginname.index",
        "journal_journalentry.actor_name",
        "journal_journalentry.data",
        "exchange_stagedrow.data",
        "exchange_finding.params",
        "exchange_sourcekey.sourced_id",
        "web_savedview.name",
        "privacy_erasure.reason",
        "messaging_notice.title",
        "messaging_notice.body",
    ):
        assert column in found


@pytest.mark.slow
@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(st.lists(st.sampled_from(ACTS), max_size=12))
def test_whatever_happened_nothing_of_it_is_left(transactional, kept_roster, happened):
    with transactional():
        world, person, twin, username = scene(kept_roster.back())
        possible = acts(world, person, twin)
        for act in happened:
            possible[act]()
        if "merged" not in happened:  # then the twin is somebody else, who goes too
            possible["merged"]()
        erase(person.pk)
        assert where_stands(*traces(username)) == []
        assert not SheetRow.objects.exists()


@pytest.fixture
def transactional(db):
    """A block whose writes are taken back at its end: a world of its own for every example."""
    from contextlib import contextmanager

    from django.db import transaction

    @contextmanager
    def block() -> Iterator[None]:
        with transaction.atomic():
            yield
            transaction.set_rollback(True)

    return block


def test_others_of_the_same_name_keep_theirs(db, kept_roster):
    world, person, _twin, _username = scene(kept_roster.back())
    other = PersonFactory(name=NAMES[0])
    reveal_private(world.bing, what="phone", reason=f"{NAMES[0]}的同学", by=world.act("head"))
    erase(person.pk)
    assert Person.objects.get(pk=other.pk).name == NAMES[0]
    # words about somebody who has nothing to do with the erased one are theirs
    assert where_stands([NAMES[0]], []) != []
