"""Published resources: taken down, rated, reported, kept, marked; and what is left of somebody who was erased."""

import pytest

from lantian.content.resources import queries, rules, services
from lantian.content.resources.errors import NotComplete
from lantian.content.resources.models import Favourite, Rating, Resource, Upload
from lantian.kernel.holdings import HOLDINGS, Subject
from lantian.kernel.rules import ANONYMOUS, Denied
from lantian.kernel.tests.verdicts import assert_allowed, assert_refused

pytestmark = pytest.mark.django_db


def test_withdrawn_it_is_gone_for_others_and_comes_back_by_a_new_version(shelf):
    made = shelf.publish()
    assert_refused(rules.may_withdraw, shelf.acting("far"), made)
    assert_allowed(rules.may_withdraw, shelf.acting("officer"), made)
    with pytest.raises(NotComplete):
        services.withdraw_resource(made, words=" ", by=shelf.acting("officer"))
    made = services.withdraw_resource(made, words="图有版权", by=shelf.acting("officer"))
    assert_refused(rules.may_withdraw, shelf.acting("officer"), made)
    assert not queries.resources_visible_to(shelf.acting("far")).exists()
    assert not queries.resources_visible_to(ANONYMOUS).exists()
    assert queries.resources_visible_to(shelf.acting("teacher")).get().withdrawn_why == "图有版权"
    version = services.new_version(made, by=shelf.acting("teacher"))
    services.submit_version(version, by=shelf.acting("teacher"))
    for who in ("head", "officer"):
        shelf.decide(version, who)
    made.refresh_from_db()
    assert (made.state, made.withdrawn_why) == ("published", "")


def test_rating_has_reasons_and_is_not_for_the_author(shelf):
    made = shelf.publish()
    assert_refused(rules.may_rate, shelf.acting("teacher"), made)
    assert_allowed(rules.may_rate, shelf.acting("far"), made)
    assert_refused(rules.may_speak, ANONYMOUS, made)
    assert_allowed(rules.may_speak, shelf.acting("pupil"), made)
    far, colleague = shelf.acting("far"), shelf.acting("colleague")
    for stars, words, field in ((0, "", "stars"), (6, "", "stars"), (2, " ", "words")):
        with pytest.raises(NotComplete) as fault:
            services.rate_resource(made, stars=stars, words=words, by=far)
        assert fault.value.field == field
    services.rate_resource(made, stars=2, words="太快", by=far)
    services.rate_resource(made, stars=5, by=colleague)
    services.rate_resource(made, stars=4, words="改了好多了", by=far)
    found = queries.with_names(Resource.objects.all()).get()
    assert (found.rated, found.stars, found.score) == (2, 9, 4.5)
    assert [one.words for one in queries.ratings_with_words(found)] == ["改了好多了"]
    assert queries.rating_of(far, found).stars == 4
    assert queries.rating_of(ANONYMOUS, found) is None


def test_a_fault_is_reported_once_and_settled_by_those_who_manage_it(shelf):
    made = shelf.publish()
    far = shelf.acting("far")
    for kind, words in (("nonsense", "x"), ("wrong", " ")):
        with pytest.raises(NotComplete):
            services.report_fault(made, kind=kind, words=words, by=far)
    fault = services.report_fault(made, kind="wrong", words="第二页算错了", by=far)
    assert services.report_fault(made, kind="wrong", words="真的", by=far) == fault
    assert queries.faults_open(made) == [fault]
    assert_refused(rules.may_settle_fault, far, fault)
    assert_allowed(rules.may_settle_fault, shelf.acting("teacher"), fault)
    with pytest.raises(NotComplete):
        services.settle_fault(fault, state="open", by=shelf.acting("teacher"))
    services.settle_fault(fault, state="mended", answer="改好了", by=shelf.acting("teacher"))
    assert queries.faults_open(made) == []


def test_kept_at_hand_downloaded_and_marked(shelf):
    made = shelf.publish()
    far = shelf.acting("far")
    services.keep_resource(made, keep=True, by=far)
    services.keep_resource(made, keep=True, by=far)
    assert queries.is_favourite(far, made)
    services.keep_resource(made, keep=False, by=far)
    assert not queries.is_favourite(far, made)
    services.note_download(made.current, by=ANONYMOUS)
    made.refresh_from_db()
    assert made.downloads == 1
    assert_refused(rules.may_mark, shelf.acting("head"), made)
    assert_allowed(rules.may_mark, shelf.acting("officer"), made)
    assert services.mark_resource(made, mark="县优质课", by=shelf.acting("officer")).mark == "县优质课"
    own = shelf.make(data=b"just some words to read", name="a.txt")
    with pytest.raises(Denied):
        services.note_download(shelf.version(own), by=far)
    with pytest.raises(Denied):
        services.keep_resource(own, keep=True, by=far)


def test_erased_a_person_leaves_the_resource_and_no_name(shelf):
    made = shelf.publish(rights_holder="李敏", words="李敏老师的课件")
    shelf.make(data=b"a draft of mine, nothing more", name="草稿.txt")
    shelf.send(b"not used at all by anybody", "a.txt")
    services.rate_resource(made, stars=5, by=shelf.acting("far"))
    other = shelf.publish("colleague", data=b"somebody else has written this", name="b.txt")
    services.rate_resource(other, stars=1, words="不好", by=shelf.acting("teacher"))
    services.keep_resource(other, keep=True, by=shelf.acting("teacher"))
    services.report_fault(other, kind="wrong", words="李敏说错了", by=shelf.acting("teacher"))
    subject = Subject(person_ids=(shelf.teacher.pk,), names=("李敏",), pseudonym="某人")
    for key, count in (("resources.made", 2), ("resources.said", 4)):
        held = HOLDINGS[key]
        assert held.count(subject) == count
        assert len(held.export(subject).rows) == count
        held.erase(subject)
    made.refresh_from_db()
    other.refresh_from_db()
    assert (made.author, made.rights_holder, made.words) == (None, "某人", "某人老师的课件")
    assert made.current.rights_holder == "某人"
    assert (other.rated, other.stars) == (0, 0)
    assert Resource.objects.count() == 2
    assert not Upload.objects.exists()
    assert not Rating.objects.filter(person=shelf.teacher).exists()
    assert not Favourite.objects.exists()
    assert other.faults.get().words == "某人说错了"
    assert other.faults.get().person is None
