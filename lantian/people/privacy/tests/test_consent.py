"""Consent of guardians of children under fourteen."""

from datetime import date, timedelta

import pytest
from django.utils import timezone, translation

from lantian.kernel.journal.queries import history_of
from lantian.kernel.rules import SYSTEM, Denied
from lantian.kernel.tests.verdicts import assert_allowed, assert_refused
from lantian.people.messaging.queries import KINDS, words_of
from lantian.people.messaging.services.telling import tell
from lantian.people.privacy import queries, rules, services
from lantian.people.privacy.engine import consent_texts
from lantian.people.privacy.enums import ConsentState
from lantian.people.privacy.errors import (
    AlreadyGiven,
    DayAhead,
    DayLongAgo,
    NotAGuardian,
    NothingToWithdraw,
    NotTheCurrentText,
    WhyNeeded,
)
from lantian.people.privacy.models import Consent
from lantian.people.privacy.tests.conftest import text
from lantian.people.roster.engine import ages
from lantian.people.roster.events import GuardianBound
from lantian.people.roster.services import merge_people
from lantian.people.roster.tests.factories import GuardianshipFactory, PersonFactory


def now() -> str:
    return consent_texts.current_version(timezone.localdate())


def state(world, name: str) -> ConsentState:
    return queries.state_of(list(queries.consents_of(world.people[name])))


def test_fourteen_is_completed_on_the_birthday():
    day = date(2026, 9, 1)
    assert ages.is_under(14, date(2012, 9, 2), day) is True
    assert ages.is_under(14, date(2012, 9, 1), day) is False
    assert ages.is_under(14, None, day) is None
    assert ages.is_under(14, date(2012, 2, 29), date(2026, 2, 28)) is True
    assert ages.is_under(14, date(2012, 2, 29), date(2026, 3, 1)) is False


def test_every_version_is_there_in_both_languages():
    for version in consent_texts.versions():
        chinese, english = (consent_texts.consent_text(version, language) for language in ("zh-hans", "en"))
        assert len(chinese.paragraphs) == len(english.paragraphs) > 3
        assert chinese.title != english.title
    assert consent_texts.consent_text(now(), "fr").title == consent_texts.consent_text(now(), "zh-hans").title
    with pytest.raises(KeyError):
        consent_texts.consent_text("1999", "en")


def test_who_may_do_what(world):
    mother, homeroom, teacher = world.act("mother"), world.act("homeroom"), world.act("teacher")
    assert_allowed(rules.may_give_consent, mother, world.jia)
    assert_refused(rules.may_give_consent, mother, world.yi)
    assert_refused(rules.may_give_consent, homeroom, world.jia)
    assert_allowed(rules.may_record_paper_consent, homeroom, world.jia)
    assert_allowed(rules.may_record_paper_consent, world.act("head"), world.jia)
    assert_allowed(rules.may_record_paper_consent, world.act("school_it"), world.bing)
    for name in ("teacher", "other_head", "mother", "researcher", "other_officer"):
        assert_refused(rules.may_record_paper_consent, world.act(name), world.jia)
    assert_refused(rules.may_record_paper_consent, homeroom, world.bing)
    assert_allowed(rules.may_withdraw_consent, mother, world.jia)
    assert_allowed(rules.may_withdraw_consent, homeroom, world.jia)
    assert_refused(rules.may_withdraw_consent, teacher, world.jia)
    for name in ("mother", "jia", "homeroom", "head", "officer", "city_officer"):
        assert_allowed(rules.may_read_consent, world.act(name), world.jia)
    for name in ("teacher", "yi", "other_head", "other_officer", "stranger", "operator"):
        assert_refused(rules.may_read_consent, world.act(name), world.jia)
    assert_allowed(rules.may_list_consents, homeroom)
    assert_allowed(rules.may_list_consents, world.act("officer"))
    assert_refused(rules.may_list_consents, teacher)
    assert_refused(rules.may_list_consents, mother)


def test_nobody_enters_a_paper_for_the_own_child(world):
    GuardianshipFactory(guardian=world.homeroom, student=world.jia)
    assert_refused(rules.may_record_paper_consent, world.act("homeroom", "homeroom_teacher"), world.jia, because="在线")


def test_a_guardian_agrees_withdraws_and_agrees_again(world):
    mother = world.act("mother")
    assert state(world, "jia") == ConsentState.MISSING
    services.give_consent(world.jia, version=now(), by=mother)
    assert state(world, "jia") == ConsentState.GIVEN
    with pytest.raises(AlreadyGiven):
        services.give_consent(world.jia, version=now(), by=mother)
    assert services.withdraw_consent(world.jia, by=mother) == 1
    assert state(world, "jia") == ConsentState.WITHDRAWN
    with pytest.raises(NothingToWithdraw):
        services.withdraw_consent(world.jia, by=mother)
    services.give_consent(world.jia, version=now(), by=mother)
    assert Consent.objects.filter(student=world.jia).count() == 2
    actions = {row.action for row in history_of(world.jia)}
    assert {"privacy.consent_given", "privacy.consent_withdrawn"} <= actions


def test_a_yes_to_an_old_text_is_refused_and_an_old_yes_is_asked_for_anew(world):
    with pytest.raises(NotTheCurrentText):
        services.give_consent(world.jia, version="2020-1", by=world.act("mother"))
    services.record_paper_consent(
        world.jia, guardian=world.mother, signed_on=date(2025, 9, 1), version="2025-0", by=world.act("homeroom")
    )
    assert state(world, "jia") == ConsentState.OLDER
    assert queries.wards_without_consent(world.act("mother")) == [world.jia]


def test_a_paper_needs_a_registered_guardian_and_a_day_that_has_been(world):
    homeroom, today = world.act("homeroom"), timezone.localdate()
    with pytest.raises(NotAGuardian):
        services.record_paper_consent(world.jia, guardian=world.stranger, signed_on=today, by=homeroom)
    with pytest.raises(DayAhead):
        services.record_paper_consent(
            world.jia, guardian=world.mother, signed_on=today + timedelta(days=1), by=homeroom
        )
    with pytest.raises(Denied):
        services.record_paper_consent(world.jia, guardian=world.mother, signed_on=today, by=world.act("teacher"))
    made = services.record_paper_consent(world.jia, guardian=world.mother, signed_on=today, by=homeroom)
    assert (made.way, made.recorded_by_id) == ("paper", world.homeroom.pk)


def test_one_guardians_no_ends_both_guardians_yes(world):
    father = PersonFactory(name="甲父")
    GuardianshipFactory(guardian=father, student=world.jia, relation="father")
    world.people["father"] = father
    services.give_consent(world.jia, version=now(), by=world.act("mother"))
    services.give_consent(world.jia, version=now(), by=world.act("father"))
    assert services.withdraw_consent(world.jia, by=world.act("father")) == 2
    assert state(world, "jia") == ConsentState.WITHDRAWN


def test_who_withdraws_on_a_guardians_word_says_whence(world):
    services.give_consent(world.jia, version=now(), by=world.act("mother"))
    with pytest.raises(WhyNeeded):
        services.withdraw_consent(world.jia, by=world.act("homeroom"), reason="电话")
    assert services.withdraw_consent(world.jia, by=world.act("homeroom"), reason="母亲来校书面提出") == 1


def test_the_list_holds_the_children_one_answers_for_and_agrees_with_each_page(world):
    def names(who: str) -> set[str]:
        return {row.person.name for row in queries.children_answered_for(world.act(who))}

    jia, bing, ding = world.jia.name, world.bing.name, world.ding.name
    assert names("homeroom") == {jia}  # 乙 is fourteen
    assert names("head") == {jia, bing}
    assert names("officer") == {jia, bing, ding}
    assert names("teacher") == names("mother") == names("operator") == set()
    services.give_consent(world.jia, version=now(), by=world.act("mother"))
    rows = queries.with_consent_state(queries.children_answered_for(world.act("officer")))
    assert {row.person.name: row.consent for row in rows} == {jia: "given", bing: "missing", ding: "missing"}
    for row in rows:
        assert row.consent == queries.state_of(list(queries.consents_of(row.person)))
        assert queries.needs_consent(row.person)
    assert not queries.needs_consent(world.yi)


def test_consents_go_over_when_two_records_become_one(world):
    twin = PersonFactory(name="甲母", phone="13900000001")
    GuardianshipFactory(guardian=twin, student=world.jia)
    world.people["twin"] = twin
    services.give_consent(world.jia, version=now(), by=world.act("twin"))
    merge_people(world.mother, twin, reason="同一个人登记了两次", by=world.act("city_officer"))
    assert Consent.objects.get(student=world.jia).guardian_id == world.mother.pk


def test_the_pages_from_missing_to_given_to_withdrawn(as_, world, django_assert_max_num_queries):
    page = f"/people/{world.jia.pk}/consent/"
    mother, homeroom = as_("mother"), as_("homeroom")
    assert page in text(mother.get("/today/"))
    assert page in text(mother.get(f"/people/{world.jia.pk}/"))
    assert "作为监护人同意" in text(mother.get(page))
    assert text(homeroom.get("/consents/", {"state": "open"})).count(world.jia.name) > 0
    assert "已记录您的同意" in text(mother.post(page, {"version": now()}, follow=True))
    assert "作为监护人同意" not in text(mother.get(page))
    with django_assert_max_num_queries(12):
        listed = text(homeroom.get("/consents/"))
    assert "已同意 1 人，还差 0 人" in listed
    assert world.yi.name not in listed
    assert "没有符合条件的内容" in text(homeroom.get("/consents/", {"state": "open"}))
    assert "同意已撤回" in text(mother.post(f"{page}withdraw/", {"reason": ""}, follow=True))
    paper = {"guardian": str(world.mother.pk), "signed_on": timezone.localdate().isoformat()}
    assert "已登记纸质同意书" in text(homeroom.post(f"{page}paper/", paper, follow=True))
    assert "Consent to the processing" in text(mother.get(page, headers={"Accept-Language": "en"}))
    assert as_("head").get("/consents/", {"export": "xlsx"}).content[:2] == b"PK"


def test_pages_are_closed_to_others(as_, world):
    page = f"/people/{world.jia.pk}/consent/"
    assert as_("other_head").get(page).status_code == 404
    assert as_("teacher").get(page).status_code == 403
    assert as_("head").post(page, {"version": now()}).status_code == 403
    assert as_("mother").get(f"{page}paper/").status_code == 403
    assert as_("teacher").get("/consents/").status_code == 403
    assert as_("head").get("/consents/", {"organization": str(world.west.pk)}).status_code == 404
    assert as_("mother").post(page, {"version": "2020-1"}).status_code == 302
    assert not Consent.objects.exists()


def test_a_child_of_fourteen_is_asked_for_nothing(as_, world):
    GuardianshipFactory(guardian=world.mother, student=world.yi)
    page = text(as_("mother").get(f"/people/{world.yi.pk}/consent/"))
    assert "不需要监护人同意" in page
    assert "作为监护人同意" not in page
    assert f"/people/{world.yi.pk}/consent/" not in text(as_("mother").get("/today/"))


def test_the_system_gives_no_consent(world):
    with pytest.raises(NotAGuardian):
        services.give_consent(world.jia, version=now(), by=SYSTEM)


def test_a_slip_of_the_pen_in_the_year_does_not_lock_the_childs_page(world):
    """A day of the year 1 could be stored and never be read again."""
    by = world.act("homeroom")
    with pytest.raises(DayLongAgo):
        services.record_paper_consent(world.jia, guardian=world.mother, signed_on=date(1, 1, 1), by=by)
    assert not Consent.objects.exists()


def test_a_childs_name_stands_in_what_a_guardian_is_told_and_not_in_the_title_that_a_mail_shows(world):
    fact = GuardianBound(object_id=world.jia.pk, guardian_id=world.mother.pk, student_id=world.jia.pk)
    kind = KINDS["privacy.consent_asked"]
    telling = kind.tell(fact)
    notice = tell(kind, telling)
    for language in ("zh-hans", "en"):
        with translation.override(language):
            words = words_of(notice)
        assert world.jia.name not in words.title
        assert world.jia.name in words.body
    assert world.jia.name not in notice.title
