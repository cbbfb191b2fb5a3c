"""Rules, actors and registries."""

from uuid import uuid4

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db.models import Q
from django.http import Http404, HttpResponse
from django.test import RequestFactory
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from lantian.kernel import rules
from lantian.kernel.registry import DuplicateEntry, Registry
from lantian.kernel.rules import ANONYMOUS, SYSTEM, Actor, ActorKind, Denied, Grant, within
from lantian.kernel.tests.verdicts import assert_allowed, assert_refused
from lantian.kernel.web import guards
from lantian.kernel.web.guards import may_enter, may_open


def holder(role: str, path: str) -> Actor:
    grant = Grant(uuid4(), role, uuid4(), "某校", "school", path)
    return Actor(kind=ActorKind.PERSON, name="某人", account_id=uuid4(), grant=grant, grants=(grant,))


labels = st.lists(st.sampled_from(["a", "b", "ab", "a_b"]), min_size=1, max_size=4).map(".".join)


@given(labels, labels)
def test_within_is_what_ltree_means_by_it(path, root):
    expected = path.split(".")[: root.count(".") + 1] == root.split(".")
    assert within(path, root) == expected
    assert not within(path, "")


def test_only_administering_roles_govern_a_subtree():
    assert holder("officer", "a.b").paths == ("a.b",)
    assert holder("teacher", "a.b").paths == ()
    officer = holder("officer", "a.b")
    assert officer.administers("a.b")
    assert officer.administers("a.b.c")
    assert not officer.administers("a.bc")
    assert officer.administers_below("a.b.c")
    assert not officer.administers_below("a.b")


def test_one_acts_in_one_role_at_a_time():
    actor = holder("teacher", "a")
    assert actor.has_role("teacher", "officer")
    assert not actor.has_role("officer")
    assert not ANONYMOUS.has_role("teacher")


def test_a_rule_that_says_no_is_raised_with_its_reason(monkeypatch):
    monkeypatch.setattr(rules, "RULES", Registry("rules of this test"))

    @rules.rule("web.try_it")
    def may_try_it(actor):
        return rules.deny("今天不行") if actor.is_anonymous else rules.ALLOW

    rules.require(may_try_it, SYSTEM)
    rules.require(may_try_it, holder("teacher", "a"))
    with pytest.raises(Denied, match="今天不行") as caught:
        rules.require(may_try_it, ANONYMOUS)
    assert caught.value.rule == "web.try_it"
    with pytest.raises(DuplicateEntry):
        rules.rule("web.try_it")(lambda actor: rules.ALLOW)


def test_a_reason_that_stands_alone_is_a_sentence_in_either_language():
    assert rules.deny("今天不行").words == Denied("今天不行", rule="x").words == "今天不行。"
    assert rules.deny("今天不行，明天呢？").words == "今天不行，明天呢？"
    assert rules.ALLOW.words == ""
    with translation.override("en"):
        assert rules.deny("Not today").words == "Not today."


def test_the_two_rules_of_pages():
    assert_allowed(may_open, ANONYMOUS)
    assert_allowed(may_enter, holder("student", "a"))
    assert_refused(may_enter, ANONYMOUS, because="登录")


def test_share_edges_add_up_and_none_matches_nothing(monkeypatch):
    monkeypatch.setattr(rules, "SHARE_EDGES", {})
    assert rules.shared("x.y", ANONYMOUS) == Q(pk__in=[])
    rules.share_edge("x.y")(lambda actor: Q(pk=1))
    rules.share_edge("x.y")(lambda actor: Q(pk=2))
    assert rules.shared("x.y", ANONYMOUS) == Q(pk__in=[]) | Q(pk=1) | Q(pk=2)


def test_registries_keep_order_and_refuse_a_second_entry_of_one_name():
    registry: Registry[str] = Registry("fruits")
    registry.register("b", "birne")
    registry.register("a", "apfel")
    registry.register("a", registry["a"])
    assert list(registry) == ["birne", "apfel"]
    assert "a" in registry
    assert registry.get("z") is None
    assert len(registry) == 2
    with pytest.raises(DuplicateEntry, match="fruits"):
        registry.register("a", "ananas")


def request_of(actor: Actor):
    request = RequestFactory().get("/somewhere/?a=1")
    request.actor = actor
    request.user = AnonymousUser()
    return request


def test_guarded_views_send_strangers_to_sign_in_and_refuse_others_with_the_reason(monkeypatch):
    monkeypatch.setattr(guards, "RULES", {"web.no": lambda actor: rules.deny("您不行")})

    @guards.guarded("web.no")
    def view(request):
        return HttpResponse("in")

    assert view.rule_name == "web.no"
    assert "next=/somewhere/%3Fa%3D1" in view(request_of(ANONYMOUS))["Location"]
    with pytest.raises(Denied, match="您不行"):
        view(request_of(holder("teacher", "a")))


@pytest.mark.django_db
@pytest.mark.parametrize("wanted", ["junk", "e3f6dc35-544b-4284-ae22-065a8f2a27e2", "", "0" * 40])
def test_what_is_not_visible_is_not_found_whatever_was_asked(wanted):
    from lantian.kernel.journal.models import JournalEntry

    with pytest.raises(Http404):
        guards.get_visible_or_404(JournalEntry.objects.all(), pk=wanted)


@pytest.mark.django_db
def test_gates_are_asked_of_the_signed_in_only(client, monkeypatch):
    from lantian.people.identity.tests.factories import AccountFactory

    asked = []
    monkeypatch.setattr("lantian.kernel.web.middleware.GATES", [lambda request: asked.append(request.path)])
    client.get("/healthz")
    assert asked == []
    client.force_login(AccountFactory())
    client.get("/healthz")
    assert asked == ["/healthz"]
