"""Runs that cannot go on end with a word and nothing half written; what a file may change is written as it says."""

from collections.abc import Callable
from datetime import date

import pytest
from django.db import OperationalError, connection
from django.utils import timezone

from lantian.kernel import files
from lantian.kernel.rules import SYSTEM, Denied
from lantian.kernel.time.models import AcademicSession
from lantian.people.exchange import services
from lantian.people.exchange.errors import NotReady
from lantian.people.exchange.models import ImportRun
from lantian.people.exchange.services import applying, checking, runs
from lantian.people.exchange.services.archive import BadArchive
from lantian.people.exchange.services.checking.work import Work
from lantian.people.exchange.services.outside import Outside, Stopped
from lantian.people.exchange.tests.files import (
    bring,
    carry_out,
    codes,
    enrolled,
    klass,
    oneroster_zip,
    role_at,
    school,
    small_region,
    user,
)
from lantian.people.roster.errors import ChangedMeanwhile, CodeTaken
from lantian.people.roster.models import ClassGroup, Guardianship, Membership, Organization, Person, RoleGrant
from lantian.people.roster.services import revoke_role, search
from lantian.people.roster.tests.world import World
from lantian.people.schedule.models import Course

pytestmark = pytest.mark.django_db
LATER = {"dateLastModified": "2026-10-01T00:00:00Z"}


def sent(world: World) -> ImportRun:
    """A run that nobody has worked at yet."""
    upload = oneroster_zip(small_region(str(world.fucheng.pk)))
    return services.start_import(
        [("roster.zip", upload)], organization=world.fucheng, source="教务", by=world.act("officer")
    )


def worked_at(run: ImportRun) -> ImportRun:
    services.proceed(run.pk)
    return ImportRun.objects.get(pk=run.pk)


def raising(error: Exception) -> Callable[..., None]:
    def fail(*_: object, **__: object) -> None:
        raise error

    return fail


# Runs that stop ------------------------------------------------------------------------------------------------------------
def test_whoever_lost_the_office_since_brings_nothing_in(world: World) -> None:
    officer = world.act("officer")
    run = bring(small_region(str(world.fucheng.pk)), world.fucheng, officer)
    services.confirm_import(run, by=officer)
    grant = RoleGrant.objects.get(person=world.officer)
    revoke_role(grant, by=world.act("city_officer"), reason="调离教育局")
    run = worked_at(run)
    assert (run.state, run.fault, run.rows.count()) == ("failed", "no_right", 0)
    assert not Organization.objects.filter(name="第s1小学").exists()


def test_a_run_whose_file_is_gone_says_so(world: World) -> None:
    run = sent(world)
    files.path_of(run.stored_name).unlink()
    run = worked_at(run)
    assert (run.state, run.fault, run.stored_name) == ("failed", "file_gone", "")


@pytest.mark.parametrize(
    ("error", "fault", "said"),
    [
        (BadArchive("archive_many", count=70, most=64), "archive_many", {"count": 70, "most": 64}),
        (Denied("不归您管理", rule="roster.manage_people"), "refused", {"reason": "不归您管理"}),
        (CodeTaken(), "refused", {"reason": str(CodeTaken.message)}),
        (RuntimeError("what nobody thought of"), "internal", {}),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else None,
)
def test_whatever_goes_wrong_the_run_ends_in_words_with_nothing_staged(
    world: World, monkeypatch: pytest.MonkeyPatch, error: Exception, fault: str, said: dict
) -> None:
    run = sent(world)
    monkeypatch.setattr(runs, "check_run", raising(error))
    run = worked_at(run)
    assert (run.state, run.fault, run.fault_params, run.rows.count()) == ("failed", fault, said, 0)
    assert run.finished_at is not None
    for verb in (services.check_again, services.cancel_import, services.confirm_import):
        with pytest.raises(NotReady):
            verb(run, by=world.act("officer"))


@pytest.mark.parametrize("error", [None, Stopped()], ids=["judged", "stopped"])
def test_what_a_check_had_in_hand_is_gone_with_it(
    world: World, monkeypatch: pytest.MonkeyPatch, error: Exception | None
) -> None:
    def named(sql: str) -> list[str]:
        with connection.cursor() as cursor:
            cursor.execute(sql)
            return [row[0] for row in cursor.fetchall()]

    seen: list[str] = []
    sum_up = checking._sum_up

    def look(work: Work) -> None:
        seen.extend(named("SELECT nspname FROM pg_namespace WHERE nspname LIKE 'check_%'"))
        if error is not None:
            raise error
        sum_up(work)

    monkeypatch.setattr(checking, "_sum_up", look)
    path = named("SELECT current_setting('search_path')")
    run = worked_at(sent(world))
    assert run.state == ("cancelled" if error else "checked")
    assert seen == [f"check_{run.pk.hex}"]
    assert named("SELECT nspname FROM pg_namespace WHERE nspname LIKE 'check_%'") == []
    assert named("SELECT current_setting('search_path')") == path


def test_a_database_that_went_away_leaves_the_run_where_it_stood(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    run = sent(world)
    with monkeypatch.context() as patch:
        patch.setattr(runs, "check_run", raising(OperationalError("gone")))
        with pytest.raises(OperationalError):
            services.proceed(run.pk)
    assert ImportRun.objects.get(pk=run.pk).state == "checking"
    assert worked_at(run).state == "checked"


def test_a_run_that_another_worker_is_at_is_left_alone(world: World) -> None:
    run = sent(world)
    with Outside(run.pk) as other:
        assert other.hold()
        assert worked_at(run).state == "uploaded"
    assert worked_at(run).state == "checked"
    assert worked_at(run).state == "checked"  # now it waits for a person


def test_what_the_roster_refuses_at_the_last_moment_is_compared_anew(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    officer = world.act("officer")
    run = bring(small_region(str(world.fucheng.pk)), world.fucheng, officer)
    with monkeypatch.context() as patch:
        patch.setattr(runs, "apply_run", raising(ChangedMeanwhile()))
        run = carry_out(run, officer)
    assert (run.state, run.fault, run.counts["users"]) == ("checked", "changed_meanwhile", {"create": 4})
    assert carry_out(run, officer).state == "applied"


def test_a_unit_that_is_gone_from_above_a_new_one_ends_nothing_half_done(world: World) -> None:
    officer = world.act("officer")
    rows = small_region(str(world.fucheng.pk))
    run = bring(rows, world.fucheng, officer)
    services.confirm_import(run, by=officer)
    run = ImportRun.objects.get(pk=run.pk)
    people = Person.objects.count()
    run.rows.filter(entity="orgs").update(org_key="nothing")
    with Outside(run.pk) as outside, pytest.raises(ChangedMeanwhile):
        applying.apply_run(run, by=officer, outside=outside)
    run.rows.filter(entity="orgs").update(org_key="s1")  # a circle: a unit below itself
    with Outside(run.pk) as outside, pytest.raises(ChangedMeanwhile):
        applying.apply_run(run, by=officer, outside=outside)
    assert Person.objects.count() == people


def test_what_ended_long_ago_keeps_its_counts_and_nothing_of_people(world: World) -> None:
    officer = world.act("officer")
    run = carry_out(bring(small_region(str(world.fucheng.pk)), world.fucheng, officer), officer)
    staged = run.rows.count()
    assert staged > 0
    assert services.forget_old(run.finished_at) == 0
    assert services.forget_old(timezone.now()) >= staged
    run.refresh_from_db()
    assert (run.rows.count(), run.counts["users"]) == (0, {"create": 4})


# What is written -----------------------------------------------------------------------------------------------------------
def test_units_move_and_are_renamed_and_come_back_into_use(world: World) -> None:
    city = world.act("city_officer")
    campus = school("s2", "s1", name="第s2校区")  # a school below a school
    carry_out(bring({"orgs": [school("s1", str(world.fucheng.pk)), campus]}, world.city, city), city)
    first, below = Organization.objects.get(name="第s1小学"), Organization.objects.get(name="第s2校区")
    assert (below.kind, below.parent_id) == ("campus", first.pk)
    Organization.objects.filter(pk=below.pk).update(is_active=False)
    moved = school("s1", str(world.beichuan.pk), name="永昌小学")
    run = bring({"orgs": [moved, campus]}, world.city, city)
    assert run.counts["orgs"] == {"change": 2}
    carry_out(run, city)
    first, below = Organization.objects.get(pk=first.pk), Organization.objects.get(pk=below.pk)
    assert (first.name, first.parent_id, below.is_active) == ("永昌小学", world.beichuan.pk, True)
    assert below.path.startswith(f"{first.path}.")


def test_terms_and_courses_come_and_classes_take_them(world: World) -> None:
    officer = world.act("officer")
    parent = str(world.fucheng.pk)
    rows = {
        "orgs": [school("s1", parent)],
        "academicSessions": [
            {
                "sourcedId": "term", "title": "秋季学期", "type": "semester", "startDate": "2031-09-01", "endDate": "2032-01-20",
                "schoolYear": "2032", "metadata.cn.termKind": "autumn",
            }
        ],
        "courses": [{"sourcedId": "course", "title": "书法", "orgSourcedId": "s1", "courseCode": "SF"}],
        "classes": [klass(classType="scheduled", title="书法班", **{"metadata.cn.stage": "primary"})],
        "users": [], "demographics": [], "roles": [], "enrollments": [],
    }  # fmt: skip
    run = bring(rows, world.fucheng, officer)
    assert codes(run) == []
    run = carry_out(run, officer)
    assert (run.state, run.fault) == ("applied", "")
    term = AcademicSession.objects.get(school_year=2031, kind="autumn")
    assert (term.starts_on, term.organization_id) == (date(2031, 9, 1), world.fucheng.pk)
    course = Course.objects.get(title="书法")
    offering = course.offerings.get()
    assert (offering.class_group.name, offering.class_group.number, offering.session_id) == ("书法班", 1, term.pk)


def test_a_school_that_the_file_no_longer_names_is_closed_with_all_that_was_in_it(world: World) -> None:
    officer = world.act("officer")
    rows = small_region(str(world.fucheng.pk))
    rows["courses"].append({"sourcedId": "art", "title": "美术", "orgSourcedId": "s1"})
    carry_out(bring(rows, world.fucheng, officer), officer)
    assert Course.objects.filter(title="美术", is_active=True).exists()
    people = Person.objects.count()
    run = bring({name: [] for name in rows}, world.fucheng, officer)
    assert codes(run) == []
    run = carry_out(run, officer)
    assert (run.state, run.fault) == ("applied", "")
    assert not Organization.objects.get(name="第s1小学").is_active
    group = ClassGroup.objects.get(organization__name="第s1小学")
    assert (group.is_active, group.ended_on) == (False, timezone.localdate())
    assert not Course.objects.get(title="美术").is_active
    assert not Membership.objects.filter(organization__name="第s1小学", valid_to__isnull=True).exists()
    assert Person.objects.count() == people  # erasing people is not an import's


def test_somebody_taken_out_by_a_delta_leaves_and_a_guardian_is_untied(world: World) -> None:
    officer = world.act("officer")
    carry_out(bring(small_region(str(world.fucheng.pk)), world.fucheng, officer), officer)
    pupil = Person.objects.get(name="王小明")
    rows = {
        "users": [
            user("g1", "欧阳兰", status="tobedeleted", **LATER),
            user("u2", "李思雨", status="tobedeleted", **LATER),
        ]
    }
    run = bring(rows, world.fucheng, officer, binding="delta")
    assert run.counts["users"] == {"remove": 2}
    carry_out(run, officer)
    assert not Guardianship.objects.filter(student=pupil).exists()
    assert Membership.objects.get(person__name="李思雨").valid_to == timezone.localdate()
    assert Person.objects.filter(name="欧阳兰").exists()


def test_another_guardian_takes_the_place_of_the_one_before(world: World) -> None:
    officer = world.act("officer")
    rows = small_region(str(world.fucheng.pk))
    carry_out(bring(rows, world.fucheng, officer), officer)
    rows["users"][0] |= {"agentSourcedIds": "g2", "metadata.cn.relations": "g2=father"}
    rows["users"].append(user("g2", "王建国", phone="13900000009"))
    rows["roles"].append(role_at("r5", "g2", role="guardian"))
    run = carry_out(bring(rows, world.fucheng, officer), officer)
    assert (run.state, run.fault) == ("applied", "")
    ties = Guardianship.objects.filter(student__name="王小明").values_list("guardian__name", "relation")
    assert list(ties) == [("王建国", "father")]


def test_a_birthday_alone_may_change(world: World) -> None:
    officer = world.act("officer")
    rows = small_region(str(world.fucheng.pk))
    carry_out(bring(rows, world.fucheng, officer), officer)
    rows["demographics"][0] |= {"birthDate": "2016-03-05"}
    run = bring(rows, world.fucheng, officer)
    assert run.counts["demographics"] == {"change": 1}
    carry_out(run, officer)
    assert Person.objects.get(name="王小明").birth_date == date(2016, 3, 5)


def test_a_pupil_goes_over_into_another_class_of_the_school(world: World) -> None:
    officer = world.act("officer")
    rows = small_region(str(world.fucheng.pk))
    carry_out(bring(rows, world.fucheng, officer), officer)
    rows["classes"].append(klass("c2", number=2))
    rows["enrollments"][0] = enrolled("e9", "u1", where="c2")
    run = carry_out(bring(rows, world.fucheng, officer), officer)
    assert (run.state, run.fault) == ("applied", "")
    old, new = Membership.objects.filter(person__name="王小明").order_by("class_group__number")
    assert (old.end_reason, old.valid_to, new.valid_to) == ("moved", timezone.localdate(), None)


def test_the_search_is_settled_after_very_many_and_finds_everybody(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    settled: list[bool] = []

    def settle() -> None:
        search.settle_people_search()
        settled.append(True)

    monkeypatch.setattr(applying, "settle_people_search", settle)
    officer = world.act("officer")
    run = bring(small_region(str(world.fucheng.pk)), world.fucheng, officer)
    monkeypatch.setattr(applying, "MANY", 4)
    assert (carry_out(run, officer).state, settled) == ("applied", [True])


def test_the_system_may_bring_records_in_itself(world: World) -> None:
    run = carry_out(bring(small_region(str(world.fucheng.pk)), world.fucheng, SYSTEM), SYSTEM)
    assert (run.state, run.acting_id) == ("applied", None)
