"""Who moderates, assists and keeps words; what a lesson's chat record and the words' page show to whom."""

import pytest
from django.urls import reverse

from lantian.kernel.holdings import Subject
from lantian.kernel.rules import ANONYMOUS, Denied
from lantian.kernel.tests.verdicts import assert_allowed, assert_refused
from lantian.teach.live import queries, rules, services
from lantian.teach.live.engine.words import default_words
from lantian.teach.live.errors import TooManyWords
from lantian.teach.live.models import ChatWord
from lantian.teach.live.services import chat
from lantian.teach.live.services.erasing import forget_events
from lantian.teach.live.tests.support import config, open_for, sign_in
from lantian.teach.live.tests.test_polls import happened, people
from lantian.teach.live.tests.world import actor, person

pytestmark = pytest.mark.django_db


def teaches(school, group, name="李老师"):
    return actor(person(name, school, "teacher", group), "teacher", school, class_group_ids=frozenset({group.pk}))


def head(school, name="校长"):
    return actor(person(name), "school_head", school)


def test_the_sending_side_moderates(world):
    lesson = world.plan()
    assert_allowed(rules.may_moderate_chat, world.teacher_actor, lesson)
    assert_allowed(rules.may_moderate_chat, teaches(world.sending, world.group), lesson)
    assert_allowed(rules.may_moderate_chat, head(world.sending), lesson)
    for other in (teaches(world.receiving[0], world.groups[0]), head(world.receiving[0]), ANONYMOUS):
        assert not rules.may_moderate_chat(other, lesson)
    assert_refused(rules.may_moderate_chat, actor(person("同事", world.sending), "teacher", world.sending), lesson)


def test_the_record_is_for_the_sending_side_and_those_above_it(world):
    lesson = world.plan()
    assert_allowed(rules.may_read_chat, world.teacher_actor, lesson)
    assert_allowed(rules.may_read_chat, actor(person("李主任"), "officer", world.county.parent), lesson)
    assert_refused(rules.may_read_chat, head(world.receiving[0]), lesson, because="主讲")


def test_an_assistant_is_a_teacher_of_the_receiving_class(world):
    receiver = world.plan().receivers.get(class_group=world.groups[0])
    assert_allowed(rules.may_assist_room, teaches(world.receiving[0], world.groups[0]), receiver)
    assert_refused(rules.may_assist_room, teaches(world.receiving[1], world.groups[1]), receiver)
    assert not rules.may_assist_room(world.screen_actor(), receiver)


def test_words_are_kept_by_the_administration_for_its_own_subtree(world):
    county = actor(person("李主任"), "officer", world.county)
    assert_allowed(rules.may_keep_words, county, world.receiving[0])
    assert_refused(rules.may_keep_words, county, world.sending)
    assert_refused(rules.may_keep_words, world.teacher_actor)


def test_a_ticket_says_who_is_on_duty_and_for_which_class(world):
    _lesson, session, _ticket = open_for(world)

    def read(by):
        ticket = services.verify_ticket(services.ticket_for_viewer(session, by=by))
        return ticket.r, ticket.d, ticket.c, ticket.on

    group = world.groups[0]
    assert read(teaches(world.receiving[0], group)) == ("observe", "room", str(group.pk), "梓潼一中")
    assert read(teaches(world.sending, world.group)) == ("observe", "host", None, "涪城中学")
    assert read(actor(person("李主任"), "officer", world.county)) == ("observe", "", None, "")
    assert read(world.screen_actor())[:2] == ("class", "")


def test_the_room_tells_an_assistant_of_the_duty_and_of_the_head_count(client, world):
    lesson, _session, _ticket = open_for(world)
    group = world.groups[0]
    sign_in(client, person("李老师", world.receiving[0], "teacher", group))
    given = config(client.get(reverse("live_watch", args=[lesson.pk])), "watch-config")
    assert (given["role"], given["duty"]) == ("observe", "room")
    assert given["urls"]["heads"] == reverse("desk_heads", args=[lesson.pk, group.pk])


def said(world, session):
    pupil, teacher, student, _group = people(world)
    happened(
        session,
        ("chat.set", teacher, {"open": True, "slow": 0}),
        ("chat.say", student, {"text": "老师我没听懂"}),
        ("chat.say", teacher, {"text": "哪一步？"}),
        ("chat.hide", teacher, {"n": 2}),
    )
    return pupil


def test_the_record_has_what_was_hidden_and_a_replay_has_not(client, world, django_assert_num_queries):
    lesson, session, _ticket = open_for(world)
    said(world, session)
    address = reverse("live_chat", args=[lesson.pk])
    sign_in(client, world.teacher)
    client.get(address)
    with django_assert_num_queries(8):  # session, account, roles; lesson twice; count, page; views of the list
        page = client.get(address).content.decode()
    assert "老师我没听懂" in page
    assert "李小明" in page
    assert "被隐藏" in page
    assert "哪一步" not in client.get(address, {"state": "hidden"}).content.decode()
    assert "老师我没听懂" not in client.get(address, {"state": "reported"}).content.decode()
    assert "老师我没听懂" not in client.get(reverse("live_events", args=[lesson.pk])).content.decode()
    sign_in(client, person("李老师", world.receiving[0], "teacher", world.groups[0]))
    assert client.get(address).status_code == 403


def test_what_an_erased_person_wrote_is_gone_from_record_and_replay(client, world):
    lesson, session, _ticket = open_for(world)
    pupil, teacher, student, _group = people(world)
    happened(session, ("chat.set", teacher, {"open": True, "slow": 0}), ("chat.say", student, {"text": "我叫李小明"}))
    forget_events(Subject(person_ids=frozenset({pupil.pk}), names=frozenset({"李小明"})))
    assert "李小明" not in str(queries.replayed_events(session))
    sign_in(client, world.teacher)
    assert "李小明" not in client.get(reverse("live_chat", args=[lesson.pk])).content.decode()


def test_a_countys_words_hold_for_its_schools_lessons_given_and_received(world):
    _lesson, session, _ticket = open_for(world)
    officer = actor(person("李主任"), "officer", world.county)
    elsewhere = actor(person("别处"), "school_head", world.receiving[1])
    assert queries.session_facts(session.pk).words == default_words()
    services.add_chat_words(world.county, words=["土味词", " 土 味 词 ", "", "ＡＢＣ"], by=officer)
    assert queries.session_facts(session.pk).words == (*default_words(), "土味词", "ＡＢＣ")
    with pytest.raises(Denied):
        services.add_chat_words(world.county, words=["x"], by=elsewhere)
    word = ChatWord.objects.get(plain="abc")
    with pytest.raises(Denied):
        services.remove_chat_word(word, by=elsewhere)
    services.remove_chat_word(word, by=officer)
    assert queries.session_facts(session.pk).words == (*default_words(), "土味词")


def test_a_unit_adds_so_many_words_and_no_more(world, monkeypatch):
    monkeypatch.setattr(chat, "MOST_WORDS", 2)
    with pytest.raises(TooManyWords):
        services.add_chat_words(world.sending, words=["甲词", "乙词", "丙词"], by=head(world.sending))
    assert not ChatWord.objects.exists()


def test_words_are_added_and_taken_off_on_a_page(client, world, monkeypatch):
    who = head(world.receiving[0])
    sign_in(client, person("某人"))
    monkeypatch.setattr("lantian.kernel.web.middleware.actor_of", lambda request: who)
    services.add_chat_words(world.county, words=["县里的词"], by=actor(person("李主任"), "officer", world.county))
    address = reverse("live_words")
    assert client.post(address, {"words": "校里的词\n" + "长" * 21}).status_code == 422
    page = client.post(address, {"words": "校里的词\n另一个"}, follow=True).content.decode()
    assert "校里的词" in page
    assert "县里的词" in page
    mine, above = ChatWord.objects.get(word="另一个"), ChatWord.objects.get(word="县里的词")
    assert client.post(reverse("live_word_remove", args=[above.pk])).status_code == 404
    client.post(reverse("live_word_remove", args=[mine.pk]))
    assert set(ChatWord.objects.values_list("word", flat=True)) == {"校里的词", "县里的词"}
    who = world.teacher_actor
    assert client.get(address).status_code == 403
