"""Making packs: who sees them, what stands in them, two who change one, copies, what was deleted."""

import threading
from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from lantian.commons.search.queries import KINDS
from lantian.content.packs import queries, rules, services
from lantian.content.packs.errors import ChangedMeanwhile, ItemThere, NotComplete, TooMany
from lantian.content.packs.models import Pack, PackItem
from lantian.content.packs.tests.desk import Desk, make_desk
from lantian.content.resources import services as resources
from lantian.kernel.holdings import HOLDINGS, Subject
from lantian.kernel.journal.models import JournalEntry, OutboxEvent
from lantian.kernel.rules import ANONYMOUS, SYSTEM, Denied
from lantian.kernel.tests.verdicts import assert_allowed, assert_refused

pytestmark = pytest.mark.django_db


def titles(pack: Pack, actor) -> list[str]:
    return [line.title for line in queries.lines_of([pack], actor)[pack.pk]]


def test_who_makes_packs_and_who_sees_them(desk: Desk) -> None:
    assert_allowed(rules.may_make_pack, desk.acting("teacher"))
    assert_refused(rules.may_make_pack, desk.acting("pupil"))
    for reach, region, seen in (
        ("private", None, set()),
        ("school", None, {"colleague", "head", "officer", "above"}),
        ("region", desk.shelf.city, {"colleague", "head", "officer", "above", "far"}),
        ("public", None, {"colleague", "head", "officer", "above", "far", "pupil", "guest", "mother", "stranger"}),
    ):
        made = desk.pack(reach=reach, region=region)
        assert_allowed(rules.may_view_pack, desk.acting("teacher"), made)
        everybody = {"colleague", "head", "officer", "above", "far", "pupil", "guest", "mother", "stranger"}
        for who in everybody:
            expected = assert_allowed if who in seen else assert_refused
            expected(rules.may_view_pack, desk.acting(who), made)
        assert queries.packs_visible_to(ANONYMOUS).filter(pk=made.pk).exists() == (reach == "public")
    with pytest.raises(NotComplete):
        desk.pack(reach="region")
    with pytest.raises(NotComplete):
        desk.pack(title=" ")
    assert OutboxEvent.objects.filter(name="packs.shared").count() == 3


def test_what_is_put_in_stands_once_and_in_order(desk: Desk) -> None:
    one, two, three = (desk.resource(title) for title in ("甲", "乙", "丙"))
    made, teacher = desk.pack(one, two, three), desk.acting("teacher")
    with pytest.raises(ItemThere):
        services.put_item(made, two, by=teacher)
    assert_refused(rules.may_put_item, desk.acting("far"), made, one)
    assert_allowed(rules.may_put_item, teacher, made, one)
    closed = desk.resource("只给自己", who="colleague", reach="private")
    assert_refused(rules.may_put_item, teacher, made, closed)
    assert_refused(rules.may_manage_pack, desk.acting("head"), made)
    assert_allowed(rules.may_manage_pack, teacher, made)
    places = {row.title: row.pk for row in made.items.all()}
    made = services.arrange_items(
        made, edition=made.edition, notes={places["甲"]: " 先看 "}, item=places["丙"], act="up", by=teacher
    )
    assert titles(made, teacher) == ["甲", "丙", "乙"]
    made = services.arrange_items(made, edition=made.edition, notes={}, item=places["甲"], act="up", by=teacher)
    made = services.arrange_items(made, edition=made.edition, notes={}, item=places["乙"], act="down", by=teacher)
    assert titles(made, teacher) == ["甲", "丙", "乙"], "the ends stay where they are"
    made = services.arrange_items(made, edition=made.edition, notes={}, item=places["丙"], act="out", by=teacher)
    assert list(made.items.order_by("position").values_list("position", "title", "note")) == [
        (1, "甲", "先看"),
        (2, "乙", ""),
    ]
    with pytest.raises(IntegrityError), transaction.atomic():
        PackItem.objects.create(pack=made, resource=one, position=9, title="甲")
    with connection.cursor() as cursor:  # deferred until the end of a transaction, unless one does not want to wait
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    with pytest.raises(IntegrityError), transaction.atomic():
        PackItem.objects.create(pack=made, resource=three, position=1, title="丙")


def test_of_two_who_change_a_pack_the_second_is_told(desk: Desk) -> None:
    made, teacher = desk.pack(desk.resource()), desk.acting("teacher")
    services.change_pack(made, edition=made.edition, facts={"title": "新的名字"}, by=teacher)
    for late in (
        lambda: services.change_pack(made, edition=made.edition, facts={"title": "旧的"}, by=teacher),
        lambda: services.arrange_items(made, edition=made.edition, notes={}, by=teacher),
    ):
        with pytest.raises(ChangedMeanwhile):
            late()
    assert Pack.objects.get().title == "新的名字"


@pytest.mark.django_db(transaction=True)
def test_two_who_put_at_once_put_at_two_places() -> None:
    desk = make_desk()
    made, found = desk.pack(), [desk.resource(f"第 {n} 个") for n in range(2)]
    teacher, ready = desk.acting("teacher"), threading.Barrier(2)

    def put(resource) -> None:
        try:
            ready.wait()
            services.put_item(made, resource, by=teacher)
        finally:
            connection.close()

    threads = [threading.Thread(target=put, args=[one]) for one in found]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert sorted(made.items.values_list("position", flat=True)) == [1, 2]


def test_a_pack_is_no_warehouse(desk: Desk, monkeypatch) -> None:
    monkeypatch.setattr(services.making, "MOST_ITEMS", 1)
    made = desk.pack(desk.resource())
    with pytest.raises(TooMany):
        services.put_item(made, desk.resource("第二个"), by=desk.acting("teacher"))


def test_withdrawn_it_is_a_name_and_a_reason_for_the_owner_and_nothing_for_others(desk: Desk) -> None:
    gone, kept = desk.resource("下架的", "colleague"), desk.resource("还在的", "colleague")
    made, teacher = desk.pack(gone, kept, reach="school"), desk.acting("teacher")
    resources.withdraw_resource(gone, words="图有版权", by=desk.acting("colleague"))
    first, second = queries.lines_of([made], teacher)[made.pk]
    assert (first.title, first.gone, second.gone) == ("下架的", "已经下架：图有版权", "")
    assert titles(made, desk.acting("head")) == ["还在的"]
    newer = resources.new_version(kept, by=desk.acting("colleague"))
    resources.publish_version(newer, by=SYSTEM)
    line = queries.lines_of([made], teacher)[made.pk][1]
    assert line.newer == 2
    copied = services.copy_pack(made, by=desk.acting("head"))
    assert list(copied.items.values_list("title", "version")) == [("还在的", 2)]


def test_a_copy_is_one_s_own_and_holds_what_one_sees(desk: Desk) -> None:
    open_one, closed = desk.resource("公开的"), desk.resource("本校的", reach="school")
    made = desk.pack(open_one, closed, reach="public")
    assert_refused(rules.may_copy_pack, desk.acting("pupil"), made)
    assert_allowed(rules.may_copy_pack, desk.acting("far"), made)
    copied = services.copy_pack(made, by=desk.acting("far"))
    assert (copied.owner, copied.organization, copied.reach) == (desk.shelf.far, desk.shelf.other, "private")
    assert list(copied.items.values_list("title", flat=True)) == ["公开的"]
    assert Pack.objects.get(pk=copied.pk).copied_from == made
    assert_refused(rules.may_view_pack, desk.acting("teacher"), copied)
    figures = queries.with_figures(queries.packs_meant_for(desk.acting("far")), desk.acting("far"))
    assert {row.title: row.size for row in figures if row.pk == made.pk} == {"函数一课": 1}, "unseen is not counted"


def test_the_administration_takes_a_pack_back_and_says_why(desk: Desk) -> None:
    made = desk.pack(reach="public")
    assert_refused(rules.may_unshare_pack, desk.acting("far"), made)
    assert_refused(rules.may_unshare_pack, desk.acting("teacher"), made)
    assert_allowed(rules.may_unshare_pack, desk.acting("officer"), made)
    with pytest.raises(NotComplete):
        services.unshare_pack(made, words=" ", by=desk.acting("officer"))
    services.unshare_pack(made, words="有广告", by=desk.acting("officer"))
    assert_refused(rules.may_view_pack, desk.acting("officer"), made)
    assert JournalEntry.objects.get(action="packs.unshared").data["words"] == "有广告"


def test_deleted_it_can_be_brought_back_for_a_month(desk: Desk) -> None:
    made, teacher = desk.pack(desk.resource(), reach="public"), desk.acting("teacher")
    with pytest.raises(Denied):
        services.delete_pack(made, by=desk.acting("colleague"))
    services.delete_pack(made, by=teacher)
    assert not queries.packs_visible_to(teacher).exists()
    assert queries.deleted_packs(teacher).get() == made
    services.restore_pack(made, by=teacher)
    assert titles(queries.packs_visible_to(ANONYMOUS).get(), ANONYMOUS) == ["一次函数"]
    services.delete_pack(made, by=teacher)
    assert services.sweep_deleted() == 0
    Pack.objects.update(deleted_at=timezone.now() - timedelta(days=31))
    assert not queries.deleted_packs(teacher).exists()
    assert services.sweep_deleted() == 1


def test_the_search_says_of_packs_what_the_rules_say(desk: Desk) -> None:
    kind = KINDS["pack"]
    made = [
        desk.pack(desk.resource("人人可见"), desk.resource("只给老师", audience="staff"), title=reach, reach=reach)
        for reach in ("private", "school", "public")
    ]
    made.append(desk.pack(title="region", reach="region", region=desk.shelf.county))
    documents = {one.id: one for one in kind.documents([one.pk for one in made])}
    everybody = [
        desk.acting(who) for who in ("teacher", "colleague", "pupil", "head", "officer", "far", "above", "mother")
    ]
    for actor in (*everybody, ANONYMOUS):
        mine = kind.tokens(actor)
        by_tokens = {pk for pk, one in documents.items() if one.see & mine}
        assert by_tokens == set(kind.hits(actor, list(documents))), actor.role
    body = documents[made[2].pk].body
    assert "人人可见" in body
    assert "只给老师" not in body, "nobody finds a pack by what they do not see in it"
    assert set(kind.ids(None, 9)) == set(documents)
    assert set(kind.follows["resource"]([made[0].items.first().resource_id])) == {made[0].pk}


def test_erased_a_person_s_packs_go_and_copies_stay(desk: Desk) -> None:
    made = desk.pack(desk.resource(), reach="public")
    copied = services.copy_pack(made, by=desk.acting("far"))
    subject = Subject(person_ids=(desk.shelf.teacher.pk,), names=("李敏",), pseudonym="某人")
    held = HOLDINGS["packs.made"]
    assert held.count(subject) == 1
    assert held.export(subject).rows[0]["items"] == "一次函数"
    assert held.erase(subject) == 1
    assert list(Pack.objects.values_list("pk", "copied_from")) == [(copied.pk, None)]
