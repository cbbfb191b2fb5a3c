"""What is suggested to whom and why; never what one may not see, has used, or does not want."""

import random
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from lantian.content.packs import services as packs
from lantian.content.packs.events import PackAttached
from lantian.content.resources import queries as resources
from lantian.content.resources import services as making
from lantian.content.resources.events import ResourceDownloaded, ResourceRated
from lantian.content.resources.models import Placement, Resource
from lantian.content.suggested import queries, receivers, rules, services
from lantian.content.suggested.enums import Way
from lantian.content.suggested.errors import TooManyHidden
from lantian.content.suggested.models import Build, Hidden, Neighbour, PeerUse, Use
from lantian.content.suggested.queries import suggesting
from lantian.content.suggested.services import building, choosing
from lantian.content.suggested.tests.conftest import NAMES, Staffroom
from lantian.content.taxonomy import services as taxonomy
from lantian.kernel.events import acted_by
from lantian.kernel.holdings import HOLDINGS, Subject
from lantian.kernel.rules import ANONYMOUS, SYSTEM, Denied
from lantian.kernel.tests.verdicts import assert_allowed, assert_refused

pytestmark = pytest.mark.django_db


def suggested(staff: Staffroom, who: str = "teacher", most: int = 40) -> dict[str, str]:
    """Titles, each with its reason."""
    return {one.resource.title: str(one.reason) for one in queries.suggestions_for(staff.acting(who), most)}


def ways(staff: Staffroom, who: str, resource: Resource) -> int:
    return Use.objects.filter(person=staff.person(who), resource=resource).values_list("ways", flat=True).first() or 0


def model() -> tuple[set[object], set[object], set[object]]:
    return (
        set(Neighbour.objects.values_list("resource", "other", "together")),
        set(PeerUse.objects.values_list("subject", "stage", "grade", "resource", "people")),
        set(Build.objects.values_list("pk", "made_at")),
    )


def used_alike(staff: Staffroom, least: int = 3) -> tuple[Resource, Resource]:
    """Two of another subject than the teacher's that some colleagues used both; the teacher used the first."""
    first, second = (staff.resource(title, subject="art") for title in ("剪纸", "年画"))
    for one in (first, second):
        staff.use(one, *NAMES[:least])
    staff.use(first, "teacher")
    return first, second


# Who ----------------------------------------------------------------------------------------------------------------------------


def test_who_teaches_is_shown_suggestions_and_staff_see_what_is_used_together(staff: Staffroom) -> None:
    for who in ("teacher", "colleague", "far"):
        assert_allowed(rules.may_see_suggestions, staff.acting(who))
        assert_allowed(rules.may_see_together, staff.acting(who))
    for who in ("pupil", "mother", "guest"):
        assert_refused(rules.may_see_suggestions, staff.acting(who), because="老师")
        assert_refused(rules.may_see_together, staff.acting(who))
        assert queries.suggestions_for(staff.acting(who)) == []
    assert_refused(rules.may_see_suggestions, staff.acting("head"))
    assert_allowed(rules.may_see_together, staff.acting("officer"))
    assert_refused(rules.may_see_suggestions, ANONYMOUS)


def test_one_hides_what_one_sees(staff: Staffroom) -> None:
    open_to_all = staff.resource("口算")
    closed = staff.resource("本校的", reach="school")
    assert_allowed(rules.may_hide, staff.acting("teacher"), open_to_all)
    assert_refused(rules.may_hide, staff.acting("teacher"), closed)
    assert_refused(rules.may_hide, staff.acting("pupil"), open_to_all)
    with pytest.raises(Denied):
        services.hide(closed, by=staff.acting("teacher"))


# What is noted ------------------------------------------------------------------------------------------------------------------


def test_what_teachers_take_is_noted_once_and_of_nobody_else(staff: Staffroom) -> None:
    taken = staff.resource("口算")

    def told(who: str) -> ResourceDownloaded:
        return ResourceDownloaded(object_id=taken.pk, context={"version": 1}, **acted_by(staff.acting(who)))

    fact = told("teacher")
    for _again in range(3):
        receivers.note_download(fact)
    assert Use.objects.get().ways == Way.TOOK
    assert Use.objects.get().first_at == fact.occurred_at
    for who in ("pupil", "mother", "officer", "far"):  # `far` made it
        receivers.note_download(told(who))
    receivers.note_download(ResourceDownloaded(object_id=taken.pk, **acted_by(ANONYMOUS)))
    receivers.note_download(ResourceDownloaded(object_id=taken.pk, **acted_by(SYSTEM)))
    assert Use.objects.count() == 1


def test_stars_take_the_place_of_those_before(staff: Staffroom) -> None:
    rated = staff.resource("口算")

    def told(stars: int) -> ResourceRated:
        score = {"score": {"scaled": stars / 5}}
        return ResourceRated(object_id=rated.pk, result=score, **acted_by(staff.acting("teacher")))

    for stars, kept in ((5, Way.LIKED), (1, Way.DISLIKED), (3, 0), (4, Way.LIKED)):
        for _again in range(2):
            receivers.note_rating(told(stars))
        assert ways(staff, "teacher", rated) == kept
    staff.use(rated, "teacher")
    receivers.note_rating(told(2))
    assert ways(staff, "teacher", rated) == Way.TOOK | Way.DISLIKED


def test_a_pack_put_to_a_lesson_is_use_of_what_is_in_it(staff: Staffroom) -> None:
    inside, mine = staff.resource("口算"), staff.resource("我的", "teacher")
    pack = staff.desk.pack(inside, mine)
    fact = PackAttached(object_id=pack.pk, context={}, **acted_by(staff.acting("teacher")))
    for _again in range(2):
        receivers.note_pack(fact)
    assert ways(staff, "teacher", inside) == Way.PACKED | Way.GIVEN
    assert Use.objects.count() == 1  # what one made oneself says nothing


def test_the_night_takes_over_what_is_written_elsewhere_and_takes_it_back(staff: Staffroom) -> None:
    kept, rated, packed = (staff.resource(title) for title in ("收藏的", "好的", "包里的"))
    teacher = staff.acting("teacher")
    making.keep_resource(kept, keep=True, by=teacher)
    making.keep_resource(kept, keep=True, by=staff.acting("pupil"))
    making.rate_resource(rated, stars=5, by=teacher)
    pack = staff.desk.pack(packed)
    staff.use(packed, "teacher")
    for _again in range(2):
        services.rebuild()
        found = [ways(staff, "teacher", one) for one in (kept, rated, packed)]
        assert found == [Way.KEPT, Way.LIKED, Way.PACKED | Way.TOOK]
    assert ways(staff, "pupil", kept) == 0
    making.keep_resource(kept, keep=False, by=teacher)
    making.rate_resource(rated, stars=3, by=teacher)
    packs.delete_pack(pack, by=teacher)
    services.rebuild()
    assert [ways(staff, "teacher", one) for one in (kept, rated, packed)] == [0, 0, Way.TOOK]


def test_the_first_night_remembers_downloads_of_before(staff: Staffroom) -> None:
    taken = staff.resource("口算")
    version = taken.versions.get()
    making.note_download(version, by=staff.acting("teacher"))
    making.note_download(version, by=staff.acting("pupil"))
    services.rebuild()
    assert list(Use.objects.values_list("person", "ways")) == [(staff.person("teacher").pk, int(Way.TOOK))]
    Use.objects.all().delete()
    services.rebuild()  # from now on events tell
    assert not Use.objects.exists()


# What is suggested --------------------------------------------------------------------------------------------------------------


def test_what_those_used_who_used_the_same_with_the_reason(staff: Staffroom) -> None:
    _first, second = used_alike(staff)
    assert second.title not in suggested(staff)
    services.rebuild()
    assert suggested(staff)["年画"] == "用过《剪纸》的老师也用过"
    assert "剪纸" not in suggested(staff)  # used already
    assert "年画" not in suggested(staff, "甲")
    assert "剪纸" not in suggested(staff, "far")  # one's own


def test_of_fewer_than_three_nothing_is_said(staff: Staffroom) -> None:
    used_alike(staff, 2)
    services.rebuild()
    assert not Neighbour.objects.exists()
    assert not PeerUse.objects.filter(people__lt=3).exists()
    assert "年画" not in suggested(staff)


def test_what_those_used_who_teach_the_same_with_how_many(staff: Staffroom) -> None:
    popular = staff.resource("数星星", subject="science")
    staff.use(popular, *NAMES[:4])
    services.rebuild()
    assert suggested(staff)["数星星"] == "和您教同一学科年级的 4 位老师用过"
    assert suggested(staff, "colleague")["数星星"] == "新上架 · 科学 · 三年级"  # nobody said what this one teaches


def test_at_the_chapter_of_what_one_used_lately_and_the_one_after(staff: Staffroom) -> None:
    own = {"kind": "textbook", "subject": "maths", "stage": "primary", "name": "甲版", "code": "m", "valid_from": 2022}
    book = taxonomy.create_framework(organization=staff.desk.shelf.county, by=SYSTEM, **own)
    volume = taxonomy.add_node(book, kind="volume", title="三年级上册", code="V", grade=3, term=1, by=SYSTEM)
    nodes = [
        taxonomy.add_node(book, kind="chapter", title=title, code=title, parent=volume, by=SYSTEM)
        for title in ("时分秒", "测量", "倍的认识")
    ]
    used, beside, after, far = (staff.resource(f"第{n}份", subject="art") for n in range(4))
    for one, node in ((used, nodes[0]), (beside, nodes[0]), (after, nodes[1]), (far, nodes[2])):
        Placement.objects.create(resource=one, node=node)
    staff.use(used, "teacher")
    assert "第1份" not in suggested(staff)  # a draft's chapters are nobody's
    taxonomy.publish_framework(book, by=SYSTEM)
    found = suggested(staff)
    assert (found["第1份"], found["第2份"]) == ("您正在教的章节 · 时分秒", "接下来的一节 · 测量")
    assert "第3份" not in found
    Use.objects.update(last_at=timezone.now() - timedelta(days=90), first_at=timezone.now() - timedelta(days=90))
    assert "第1份" not in suggested(staff)


def test_before_anybody_used_anything_it_is_by_subject_grade_marks_and_newness(staff: Staffroom) -> None:
    staff.resource("三年级数学")
    staff.resource("八年级数学", grade=8)
    staff.resource("三年级美术", subject="art")
    marked = staff.resource("三年级好数学")
    making.mark_resource(marked, mark="县级优质课", by=staff.acting("above"))
    found = suggested(staff)
    assert next(iter(found)) == "三年级好数学"
    assert found["三年级好数学"] == "评为优质 · 县级优质课"
    assert found["三年级数学"] == "新上架 · 数学 · 三年级"
    assert "三年级美术" not in found
    assert list(found).index("三年级数学") < list(found).index("八年级数学")
    Resource.objects.update(published_at=timezone.now() - timedelta(days=99))
    assert suggested(staff)["三年级数学"] == "您教的学科和年级 · 数学 · 三年级"
    # nobody said what this one teaches
    assert set(suggested(staff, "colleague")) == {"三年级数学", "八年级数学", "三年级美术", "三年级好数学"}


def test_what_one_hides_is_gone_at_once_for_oneself_alone(staff: Staffroom) -> None:
    first, second = used_alike(staff)
    staff.resource("三年级数学")
    services.rebuild()
    teacher = staff.acting("teacher")
    staff.use(first, "colleague")
    for title in ("年画", "三年级数学"):
        for _again in range(2):
            services.hide(Resource.objects.get(title=title), by=teacher)
        assert title not in suggested(staff)
    assert "年画" in suggested(staff, "colleague")
    services.rebuild()
    assert not {"年画", "三年级数学"} & set(suggested(staff))
    assert [one.resource.title for one in queries.hidden_by(teacher)] == ["三年级数学", "年画"]
    services.show_again(second, by=teacher)
    assert "年画" in suggested(staff)
    # what one used and does not want is the reason for nothing either
    services.hide(first, by=teacher)
    assert suggested(staff)["年画"] == "和您教同一学科年级的 3 位老师用过"


def test_so_many_cannot_be_hidden(staff: Staffroom, monkeypatch) -> None:
    monkeypatch.setattr(choosing, "MOST_HIDDEN", 1)
    services.hide(staff.resource("口算"), by=staff.acting("teacher"))
    with pytest.raises(TooManyHidden):
        services.hide(staff.resource("笔算"), by=staff.acting("teacher"))


def test_whoever_wants_none_of_it_has_nothing_kept_and_still_sees_what_they_teach(staff: Staffroom) -> None:
    first, second = used_alike(staff)
    staff.resource("三年级数学")
    services.rebuild()
    teacher = staff.acting("teacher")
    making.keep_resource(first, keep=True, by=teacher)
    assert services.be_plain(by=teacher) == 1
    receivers.note_download(ResourceDownloaded(object_id=second.pk, **acted_by(teacher)))
    services.rebuild()
    assert not Use.objects.filter(person=teacher.person_id).exists()
    found = suggested(staff)
    assert "三年级数学" in found
    assert found.get("年画", "") != "用过《剪纸》的老师也用过"
    services.be_personal(by=teacher)
    assert suggested(staff)["年画"] == "用过《剪纸》的老师也用过"  # it is kept at hand
    with pytest.raises(Denied):
        services.be_plain(by=staff.acting("pupil"))


def test_what_is_kept_rated_or_packed_this_minute_is_not_suggested_and_counts(staff: Staffroom) -> None:
    first, second = used_alike(staff)
    services.rebuild()
    for act, back in (
        (
            lambda: making.keep_resource(second, keep=True, by=staff.acting("teacher")),
            lambda: making.keep_resource(second, keep=False, by=staff.acting("teacher")),
        ),
        (lambda: staff.desk.pack(second), None),
    ):
        assert "年画" in suggested(staff)
        act()
        assert "年画" not in suggested(staff)
        if back is not None:
            back()
    assert suggested(staff, "colleague")["年画"] == "新上架 · 美术 · 三年级"
    making.keep_resource(first, keep=True, by=staff.acting("colleague"))
    assert suggested(staff, "colleague")["年画"] == "用过《剪纸》的老师也用过"


def test_what_one_may_not_see_is_never_suggested_whatever_changed_since_the_night(staff: Staffroom) -> None:
    chance = random.Random(7)
    shelf = staff.desk.shelf
    reaches = [{"reach": "public"}, {"reach": "school"}, {"reach": "region", "region": shelf.county}]
    authors = ("teacher", "colleague", "far")
    made = [
        staff.resource(f"第{n}份", authors[n % 3], subject=chance.choice(("maths", "art")), **reaches[n % 7 % 3])
        for n in range(14)
    ]
    people = ("teacher", "colleague", "far", *NAMES)
    for who in people:
        for one in chance.sample(made, 8):
            staff.use(one, who, way=chance.choice((Way.TOOK, Way.GIVEN)))
    services.rebuild()
    assert Neighbour.objects.exists()
    shown = 0
    for _turn in range(4):
        for who in people:
            actor = staff.acting(who)
            rows = resources.resources_visible_to(actor).filter(state="published")
            seen = dict(rows.values_list("pk", "title"))
            own = set(rows.filter(author=actor.person_id).values_list("pk", flat=True))
            taken = set(Use.objects.filter(person=actor.person_id).values_list("resource", flat=True))
            hidden = set(Hidden.objects.filter(person=actor.person_id).values_list("resource", flat=True))
            found = queries.suggestions_for(actor, 40)
            assert {one.resource.pk for one in found} <= seen.keys() - own - taken - hidden
            # a reason names nothing that one may not see either
            assert {one.reason.data for one in found if one.source == "together"} <= {"", *seen.values()}
            for one in made:
                assert {row.pk for row, _people in queries.used_together(actor, one.pk)} <= seen.keys()
            shown += len(found)
            if found:
                services.hide(found[0].resource, by=actor)
        # since the night: taken down, for the own school alone, for teachers of another region
        for one, facts in zip(
            chance.sample(made, 3),
            ({"state": "withdrawn"}, {"reach": "school"}, {"reach": "private"}),
            strict=True,
        ):
            Resource.objects.filter(pk=one.pk).update(**facts)
    assert shown > 20


def test_a_reason_does_not_name_what_was_closed(staff: Staffroom) -> None:
    first, _second = used_alike(staff)
    services.rebuild()
    Resource.objects.filter(pk=first.pk).update(reach="private")
    assert suggested(staff)["年画"] == "和您用过同样资源的老师也用过"


# The model ----------------------------------------------------------------------------------------------------------------------


def test_a_night_that_fails_leaves_the_model_of_the_night_before(staff: Staffroom, monkeypatch) -> None:
    used_alike(staff)
    services.rebuild()
    before, shown = model(), suggested(staff)
    extra = staff.resource("皮影", subject="art")
    staff.use(extra, *NAMES)

    real = building._write_pairs

    def cut_short(cursor: object, *rest: object) -> None:
        real(cursor, *rest)  # type: ignore[arg-type]  # whatever it takes
        assert Neighbour.objects.filter(resource=extra.pk).exists()
        raise RuntimeError("killed")

    monkeypatch.setattr(building, "_write_pairs", cut_short)
    with pytest.raises(RuntimeError, match="killed"):
        services.rebuild()
    assert model() == before
    assert suggested(staff) == shown
    monkeypatch.undo()
    services.rebuild()
    assert model() != before
    assert Build.objects.count() == 1
    assert "皮影" in suggested(staff)


def test_what_was_taken_down_leaves_the_model_with_the_night(staff: Staffroom) -> None:
    _first, second = used_alike(staff)
    services.rebuild()
    assert Neighbour.objects.filter(other=second.pk).exists()
    making.withdraw_resource(second, words="过时了", by=staff.acting("far"))
    services.rebuild()
    assert not Neighbour.objects.filter(other=second.pk).exists()
    assert not PeerUse.objects.filter(resource=second.pk).exists()


def test_what_is_used_together_counts_the_same_day(staff: Staffroom) -> None:
    first, second, third = (staff.resource(title, subject="art") for title in ("剪纸", "年画", "皮影"))
    services.rebuild()

    def together(who: str = "teacher") -> list[tuple[str, int]]:
        return [(row.title, people) for row, people in queries.used_together(staff.acting(who), first.pk)]

    for one in (first, second):
        staff.use(one, *NAMES[:2])
    assert together() == []
    for one in (first, second):
        staff.use(one, NAMES[2])
    assert together() == [("年画", 3)]
    services.rebuild()
    assert together() == [("年画", 3)]
    staff.use(second, NAMES[3])
    staff.use(third, *NAMES[:4])
    staff.use(first, NAMES[3])
    assert together() == [("年画", 4)]
    services.rebuild()
    assert sorted(together()) == [("年画", 4), ("皮影", 4)]


# Cost, and what is held ---------------------------------------------------------------------------------------------------------


def test_an_answer_takes_eight_queries_however_much_there_is(staff: Staffroom) -> None:
    counts = set()
    for round_ in range(2):
        for n in range(4 * (1 + 2 * round_)):
            one = staff.resource(f"{round_} {n}", subject="art")
            staff.use(one, *NAMES[:3], *(("teacher",) if n % 2 else ()))
        services.rebuild()
        with CaptureQueriesContext(connection) as caught:
            assert queries.suggestions_for(staff.acting("teacher"), 40)
        counts.add(len(caught) - len(_acting_queries(staff)))
    assert counts == {8}


def test_the_sql_of_an_answer_is_made_once_for_all_teachers(staff: Staffroom) -> None:
    teacher, nobody = staff.acting("teacher"), [staff.person("teacher").pk]
    assert suggesting._fitting.is_shaped_for(teacher, nobody, ["maths"], ["primary"], [3])
    assert suggesting._fitting.is_shaped_for(teacher, nobody, None, None, [])
    assert suggesting._facts.is_shaped_for(teacher, nobody)
    assert suggesting._shown.is_shaped_for(teacher, nobody)


def _acting_queries(staff: Staffroom) -> CaptureQueriesContext:
    with CaptureQueriesContext(connection) as caught:
        staff.acting("teacher")
    return caught


def test_what_is_held_of_a_person_goes_with_them_and_is_given_out(staff: Staffroom) -> None:
    _first, second = used_alike(staff)
    services.hide(second, by=staff.acting("teacher"))
    services.be_plain(by=staff.acting("甲"))
    teacher, peer = (Subject((staff.person(who).pk,)) for who in ("teacher", "甲"))
    used, hidden, plain = (HOLDINGS[f"suggested.{name}"] for name in ("used", "hidden", "plain"))
    assert [one.count(teacher) for one in (used, hidden, plain)] == [1, 1, 0]
    assert plain.count(peer) == 1
    assert used.export is not None
    assert hidden.export is not None
    assert used.export(teacher).rows[0] | {"at": ""} == {"resource": "剪纸", "ways": "下载", "at": ""}
    assert hidden.export(teacher).rows[0]["resource"] == "年画"
    for one in (used, hidden, plain):
        assert one.erase is not None
        one.erase(teacher)
        one.erase(peer)
    assert not Use.objects.filter(person=staff.person("teacher")).exists()
    assert not Hidden.objects.exists()
    assert not queries.is_plain(staff.acting("甲"))
    assert Use.objects.filter(person=staff.person("乙")).count() == 2


def test_old_uses_are_let_go(staff: Staffroom) -> None:
    first, second = used_alike(staff)
    Use.objects.filter(resource=first).update(last_at=timezone.now() - timedelta(days=800))
    old = timezone.now() - timedelta(days=730)
    assert [line.words for line in queries.sample_uses(old, 1)] == ["剪纸"]
    assert services.let_go_of_uses(old) == 4
    assert set(Use.objects.values_list("resource", flat=True)) == {second.pk}
