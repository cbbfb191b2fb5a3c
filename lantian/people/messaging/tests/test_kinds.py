"""Events become notices: one about one thing, told anew when it changes, in the reader's language."""

from datetime import timedelta

import pytest
from django.utils import timezone, translation

from lantian.kernel.rules import SYSTEM
from lantian.people.messaging import queries, services
from lantian.people.messaging.models import Notice, Receipt
from lantian.people.messaging.queries.kinds import KINDS
from lantian.people.messaging.tests.conftest import names
from lantian.people.roster.services import grant_role, revoke_role, watch_grants


@pytest.fixture
def told(world, run_jobs):
    """The world's own grants are told; the tests begin with empty inboxes."""
    run_jobs()
    Notice.objects.all().delete()
    return world


def test_a_role_given_ending_and_taken_is_one_notice_that_says_the_newest(told, run_jobs):
    last = timezone.localdate() + timedelta(days=10)
    grant = grant_role(person=told.teacher, role="school_it", organization=told.east, valid_to=last, by=SYSTEM)
    run_jobs()
    notice = Notice.objects.get()
    assert notice.title == "您有了新的职务：学校信息管理员"
    assert names(told, notice) == ["teacher"]
    assert notice.link == "/me/"
    services.mark_read(by=told.act("teacher"))
    watch_grants()
    run_jobs()
    notice = Notice.objects.get()
    assert "快到期" in notice.title
    assert Receipt.objects.get().read_at is None, "what is new is unread again"
    revoke_role(grant, by=SYSTEM, reason="工作调整")
    run_jobs()
    assert Notice.objects.get().title == "您的职务已结束：学校信息管理员"
    assert Receipt.objects.count() == 1


def test_a_kind_speaks_the_readers_language(told, run_jobs):
    grant_role(person=told.teacher, role="school_it", organization=told.east, by=SYSTEM)
    run_jobs()
    with translation.override("en"):
        words = queries.words_of(Notice.objects.get())
    assert words.title == "You hold a new office: School IT administrator"
    assert "东小学" in words.body


def test_a_notice_of_a_kind_that_is_no_more_keeps_its_words(told, run_jobs):
    grant_role(person=told.teacher, role="school_it", organization=told.east, by=SYSTEM)
    run_jobs()
    Notice.objects.update(kind="gone.away")
    assert queries.words_of(Notice.objects.get()).title.startswith("您有了新的职务")


def test_an_event_delivered_twice_tells_once(told, run_jobs):
    from lantian.kernel.journal import services as journal
    from lantian.kernel.journal.models import OutboxEvent

    grant_role(person=told.teacher, role="school_it", organization=told.east, by=SYSTEM)
    run_jobs()
    services.mark_read(by=told.act("teacher"))
    journal.deliver(OutboxEvent.objects.filter(name="roster.grant_given").latest("sequence").sequence)
    assert Receipt.objects.get().read_at is not None


def test_every_kind_is_said_in_both_languages():
    assert len(KINDS) > 10
    for kind in KINDS:
        for text in (kind.title, kind.body):
            with translation.override("zh-hans"):
                chinese = str(text)
            with translation.override("en"):
                english = str(text)
            assert chinese != english, kind.key
            places = {part.split(")")[0] for part in chinese.split("%(")[1:]}
            assert places == {part.split(")")[0] for part in english.split("%(")[1:]}, kind.key
