"""Who may see and who may change; rules and querysets say the same."""

import pytest

from lantian.content.taxonomy import queries, rules, services
from lantian.content.taxonomy.models import Framework, Node, Upload
from lantian.content.taxonomy.tests.shelf import Shelf
from lantian.kernel.rules import ANONYMOUS, SYSTEM, check
from lantian.kernel.tests.verdicts import assert_allowed, assert_refused

pytestmark = pytest.mark.django_db

EDITORS = ("officer", "researcher", "above")
OTHERS = ("foreign", "head")


@pytest.fixture
def draft(shelf: Shelf) -> Framework:
    return services.begin_revision(shelf.book, valid_from=2024, by=SYSTEM)


def test_officers_and_researchers_of_a_region_make_frameworks_for_it_and_below(shelf: Shelf) -> None:
    for who in EDITORS:
        assert_allowed(rules.may_create_framework, shelf.acting(who))
        assert_allowed(rules.may_create_framework, shelf.acting(who), shelf.county)
    assert_refused(rules.may_create_framework, shelf.acting("foreign"), shelf.county, because="管理范围")
    assert_refused(rules.may_create_framework, shelf.acting("officer"), shelf.city)
    assert_refused(rules.may_create_framework, shelf.acting("head"), because="教研室")


def test_what_a_region_keeps_is_changed_by_its_own_editors_and_those_above(shelf: Shelf) -> None:
    for who in EDITORS:
        assert_allowed(rules.may_edit_framework, shelf.acting(who), shelf.book)
    for who in OTHERS:
        assert_refused(rules.may_edit_framework, shelf.acting(who), shelf.book)


def test_what_was_published_is_seen_by_everybody_and_a_draft_by_its_makers(shelf: Shelf, draft: Framework) -> None:
    assert_allowed(rules.may_view_framework, ANONYMOUS, shelf.book)
    assert_allowed(rules.may_view_framework, shelf.acting("researcher"), draft)
    assert_refused(rules.may_view_framework, shelf.acting("foreign"), draft, because="没有发布")
    node = Node.objects.select_related("framework__organization").filter(framework=draft)[0]
    assert_allowed(rules.may_view_node, ANONYMOUS, shelf.node("V1-1"))
    assert_allowed(rules.may_view_node, shelf.acting("officer"), node)
    assert_refused(rules.may_view_node, shelf.acting("head"), node)


def test_a_file_that_waits_is_seen_by_those_who_may_apply_it(shelf: Shelf) -> None:
    upload = Upload.objects.create(framework=shelf.book, form="csv", title="甲版.csv", revision=0)
    assert_allowed(rules.may_view_upload, shelf.acting("officer"), upload)
    assert_refused(rules.may_view_upload, shelf.acting("foreign"), upload)


def test_rules_and_querysets_answer_alike(shelf: Shelf, draft: Framework) -> None:
    Upload.objects.create(framework=draft, form="csv", title="甲版.csv", revision=0)
    for who in (*EDITORS, *OTHERS):
        actor = shelf.acting(who)
        for rule, rows, everything in (
            (rules.may_view_framework, queries.frameworks_visible_to(actor), Framework.objects.all()),
            (rules.may_view_node, queries.nodes_visible_to(actor), Node.objects.all()),
            (rules.may_view_upload, queries.uploads_visible_to(actor), Upload.objects.all()),
        ):
            assert set(rows) == {one for one in everything if check(rule, actor, one)}, (who, rule.__name__)
