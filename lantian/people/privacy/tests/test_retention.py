"""How long things are kept."""

from datetime import timedelta

import pytest
from django.utils import timezone

from lantian.kernel.journal import services as journal
from lantian.kernel.journal.models import JournalEntry
from lantian.kernel.retention import RETENTION
from lantian.kernel.rules import SYSTEM, Denied
from lantian.kernel.tests.verdicts import assert_allowed, assert_refused
from lantian.people.privacy import queries, rules, services
from lantian.people.privacy.errors import OutsideLimits, WhyNeeded
from lantian.people.privacy.models import Erasure, RetentionRun
from lantian.people.privacy.tests.conftest import text
from lantian.people.roster.models import Membership, Person
from lantian.people.roster.tests.factories import PersonFactory, RoleGrantFactory


@pytest.fixture
def province(world):
    """The officer of the unit that stands above all."""
    world.people["province_officer"] = PersonFactory(name="省厅工作人员")
    RoleGrantFactory(person=world.people["province_officer"], role="officer", organization=world.province)
    return world.act("province_officer")


def gone(person: Person, years: int) -> None:
    """They came and went so many years ago."""
    day = timezone.localdate() - timedelta(days=366 * years)
    Membership.objects.filter(person=person).update(valid_from=day, valid_to=day)
    Person.objects.filter(pk=person.pk).update(created_at=timezone.now() - timedelta(days=366 * years))


def old_entry(action: str, days: int) -> JournalEntry:
    row = journal.record(action, PersonFactory(), by=SYSTEM)
    JournalEntry.objects.filter(pk=row.pk).update(at=timezone.now() - timedelta(days=days))
    return row


def test_the_law_sets_the_shortest_and_every_rule_has_a_source():
    assert len(RETENTION) >= 8
    for key, rule in RETENTION.items():
        assert str(rule.basis).strip(), key
        assert rule.least <= rule.usual <= rule.most, key
    assert RETENTION["privacy.looks"].least >= 3
    assert RETENTION["identity.sign_ins"].least >= 180


def test_only_the_officer_above_all_sets_it_within_limits_and_with_a_reason(world, province):
    assert_allowed(rules.may_set_retention, province)
    for name in ("city_officer", "officer", "head", "operator"):
        assert_refused(rules.may_set_retention, world.act(name))
    with pytest.raises(Denied):
        services.set_retention("identity.sign_ins", amount=200, reason="少留一点", by=world.act("officer"))
    for amount in (10, 100_000):
        with pytest.raises(OutsideLimits):
            services.set_retention("identity.sign_ins", amount=amount, reason="少留一点", by=province)
    with pytest.raises(WhyNeeded):
        services.set_retention("identity.sign_ins", amount=200, reason="", by=province)
    with pytest.raises(ValueError, match="recordings"):
        services.set_retention("media.recordings", amount=200, reason="少留一点", by=province)
    services.set_retention("identity.sign_ins", amount=200, reason="少留一点", by=province)
    assert queries.period_of("identity.sign_ins") == 200
    assert JournalEntry.objects.filter(action="privacy.retention_set").count() == 1


def test_the_night_lets_go_of_what_is_old_and_of_nothing_else(world):
    old, young = old_entry("identity.signed_in", 400), old_entry("identity.signed_in", 300)
    look, old_look = (
        old_entry("roster.private_fact_revealed", 4 * 366),
        old_entry("roster.private_fact_revealed", 6 * 366),
    )
    act = old_entry("roster.person_updated", 4000)
    due = {kind.key: kind.due for kind in queries.kept_kinds()}
    assert (due["identity.sign_ins"], due["privacy.looks"]) == (1, 1)
    assert services.apply_retention() == {"identity.sign_ins": 1, "privacy.looks": 1}
    left = set(JournalEntry.objects.values_list("pk", flat=True))
    assert {young.pk, look.pk, act.pk} <= left
    assert not {old.pk, old_look.pk} & left
    assert RetentionRun.objects.count() == 2
    assert services.apply_retention() == {}


def test_people_who_left_go_after_their_time_whoever_came_back_stays(world, monkeypatch):
    for name, years in (("jia", 11), ("yi", 9), ("bing", 11), ("west_teacher", 6), ("teacher", 4), ("mother", 3)):
        gone(world.people[name], years)
    RoleGrantFactory(person=world.bing, role="expert", organization=world.fucheng)  # a pupil then, an expert now
    due = {kind.key: kind.due for kind in queries.kept_kinds() if kind.key.startswith("privacy.left")}
    assert due == {"privacy.left_students": 1, "privacy.left_staff": 1, "privacy.left_others": 1}
    assert services.apply_retention()["privacy.left_students"] == 1
    erased = set(Person.objects.filter(erased_at__isnull=False).values_list("pk", flat=True))
    assert erased == {world.jia.pk, world.west_teacher.pk, world.mother.pk}
    row = Erasure.objects.get(person=world.jia)
    assert (row.cause, row.state, row.organization_id) == ("retention", "done", world.east.pk)
    assert services.apply_retention() == {}


def test_one_rule_that_fails_keeps_no_other_from_its_work(world, monkeypatch):
    old_entry("identity.signed_in", 400)
    old_entry("roster.private_fact_revealed", 6 * 366)

    def broken(before):
        raise OSError("disk")

    monkeypatch.setitem(
        RETENTION._entries,
        "identity.sign_ins",
        __import__("dataclasses").replace(RETENTION["identity.sign_ins"], let_go=broken),
    )
    with pytest.raises(OSError, match="disk"):
        services.apply_retention()
    assert [run.key for run in RetentionRun.objects.all()] == ["privacy.looks"]


def test_recordings_are_kept_for_good_unless_the_machine_says_otherwise(world, settings):
    settings.LANTIAN_KEEP_RECORDINGS_DAYS = 0
    kind = queries.kept_kinds(only="media.recordings")[0]
    assert (kind.before, kind.due, kind.limits) == (None, 0, "")
    assert kind.span == "一直保存"
    settings.LANTIAN_KEEP_RECORDINGS_DAYS = 3
    assert queries.kept_kinds(only="media.recordings")[0].span == "3 天"


def test_the_page_shows_before_what_would_go(as_, world, province, django_assert_max_num_queries):
    old_entry("identity.signed_in", 400)
    gone(world.jia, 11)
    head = as_("head")
    with django_assert_max_num_queries(24):
        shown = text(head.get("/retention/"))
    assert "《网络安全法》" in shown
    assert "今晚有" in shown
    assert world.jia.name not in text(head.get("/retention/privacy.left_students/"))
    page = "/retention/identity.sign_ins/"
    assert "调整期限" not in text(head.get(page))
    assert head.post(page, {"amount": "200", "reason": "少留一点"}).status_code == 403
    officer = as_("province_officer")
    assert "最短 183 天" in text(officer.post(page, {"amount": "20", "reason": "少留一点"}))
    assert "已保存" in text(officer.post(page, {"amount": "200", "reason": "少留一点"}, follow=True))
    assert head.get("/retention/no.such/").status_code == 404
    assert officer.post("/retention/media.recordings/", {"amount": "2", "reason": "少留一点"}).status_code == 404
    assert as_("homeroom").get("/retention/").status_code == 403
