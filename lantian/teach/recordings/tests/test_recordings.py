"""Who sees a recording, where it is cut, how it is called, and to whom it is published."""

from datetime import timedelta
from uuid import UUID

import pytest
from django.utils import timezone

from lantian.content.media import queries as media_queries
from lantian.content.media import services as media
from lantian.content.media.services.folder import StreamFolder
from lantian.content.media.tests.support import assert_allowed, assert_refused, playable, read_playlist
from lantian.kernel.journal.models import OutboxEvent
from lantian.kernel.rules import ANONYMOUS, SYSTEM, Denied
from lantian.people.messaging.queries import KINDS
from lantian.people.schedule import queries as schedule
from lantian.people.schedule import services as planning
from lantian.people.schedule.enums import LessonAccess
from lantian.people.schedule.models import Lesson
from lantian.teach.live.queries import replayed_events
from lantian.teach.live.tests.world import actor, organization, person
from lantian.teach.live.views.payloads import replay
from lantian.teach.recordings import queries, receivers, rules, services
from lantian.teach.recordings.enums import Audience
from lantian.teach.recordings.errors import AudienceUnknown, BadCut, IsRehearsal, NoAlliance, RecordingGone
from lantian.teach.recordings.events import RecordingPublished, RecordingWithdrawn
from lantian.teach.recordings.tests.conftest import fresh, keep_of, made, teach

pytestmark = pytest.mark.django_db


def head(world):
    return actor(person("校长"), "school_head", world.sending)


def officer(world):
    return actor(person("市教育局"), "officer", world.sending.parent)


def colleague(world, where=None):
    where = where or world.sending
    return actor(person("同事", where), "teacher", where)


def far_officer():
    return actor(person("外地"), "officer", organization("成都市", "city"))


def seen_by(who):
    return set(queries.recordings_visible_to(who))


# Who may -----------------------------------------------------------------------------------------------------------------


def test_whoever_the_lesson_concerns_sees_its_recording_and_others_do_not(world, recording):
    for who in (world.teacher_actor, colleague(world), head(world), colleague(world, world.receiving[0])):
        assert_allowed(rules.may_view_recording, who, recording)
        assert seen_by(who) == {recording}
    for who in (ANONYMOUS, far_officer()):
        assert_refused(rules.may_view_recording, who, recording)
        assert seen_by(who) == set()


def test_its_teacher_and_the_administration_above_manage_it(world, recording):
    for who in (world.teacher_actor, head(world), officer(world)):
        assert_allowed(rules.may_manage_recording, who, recording)
        assert_allowed(rules.may_take_film, who, recording)
        assert_allowed(rules.may_publish_recording, who, recording, Audience.ALLIANCE)
    for who in (colleague(world), colleague(world, world.receiving[0]), far_officer(), ANONYMOUS):
        assert_refused(rules.may_manage_recording, who, recording)
        assert_refused(rules.may_take_film, who, recording)
        assert_refused(rules.may_publish_recording, who, recording, Audience.CLASS)


def test_a_teacher_does_not_open_it_to_the_world(world, recording):
    for audience in (Audience.REGION, Audience.PUBLIC):
        assert_refused(rules.may_publish_recording, world.teacher_actor, recording, audience)
        assert_allowed(rules.may_publish_recording, head(world), recording, audience)
    services.publish_recording(recording, audience=Audience.PUBLIC, by=head(world))
    with pytest.raises(Denied):  # nor takes back to the class what the head has opened
        services.publish_recording(recording, audience=Audience.CLASS, by=world.teacher_actor)


def test_storage_is_for_those_who_administer(world):
    assert_allowed(rules.may_read_storage, officer(world))
    assert_refused(rules.may_read_storage, world.teacher_actor)


# Publishing --------------------------------------------------------------------------------------------------------------


def test_published_to_the_alliance_its_schools_see_lesson_replay_and_recording(world, recording):
    allied = organization("联盟新学校", parent=world.county)
    planning.add_alliance_member(world.alliance, organization=allied, part="receiving", by=SYSTEM)
    who = colleague(world, allied)
    assert seen_by(who) == set()
    services.publish_recording(recording, audience=Audience.ALLIANCE, by=world.teacher_actor)
    assert seen_by(who) == {recording}
    lesson = recording.session.lesson
    assert schedule.visible_lesson(who, lesson.pk) == lesson
    assert media_queries.streams_visible_to(who).get() == recording.session.stream
    assert seen_by(ANONYMOUS) == set()


def test_published_to_a_region_everybody_who_acts_there_sees_it(world, recording):
    elsewhere = organization("剑阁中学", parent=organization("剑阁县", "county", world.sending.parent))
    who = colleague(world, elsewhere)
    with pytest.raises(AudienceUnknown):
        services.publish_recording(recording, audience=Audience.REGION, by=officer(world))
    services.publish_recording(recording, audience=Audience.REGION, region=world.sending.parent, by=officer(world))
    assert seen_by(who) == {recording}
    assert seen_by(far_officer()) == set()
    assert queries.published_words(fresh(recording)) == "绵阳市的师生和家长"


def test_published_to_everybody_a_stranger_sees_it(world, recording):
    services.publish_recording(recording, audience=Audience.PUBLIC, by=head(world))
    assert seen_by(ANONYMOUS) == {recording}
    assert schedule.visible_lesson(ANONYMOUS, recording.session.lesson_id) is not None


def test_a_stranger_sees_the_board_and_not_who_wrote_what(recording):
    kinds = [event["kind"] for event in replayed_events(recording.session, all_kinds=False)]
    assert kinds == ["page.turn", "page.turn"]
    assert "chat.say" in [event["kind"] for event in replayed_events(recording.session)]


def test_what_is_for_staff_alone_and_what_has_no_alliance_is_not_published(world):
    row = keep_of(teach(world))
    Lesson.objects.update(alliance=None)
    with pytest.raises(NoAlliance):
        services.publish_recording(row, audience=Audience.ALLIANCE, by=head(world))
    Lesson.objects.update(access=LessonAccess.REHEARSAL, class_group=None)
    for audience in (Audience.ALLIANCE, Audience.PUBLIC):
        with pytest.raises(IsRehearsal):
            services.publish_recording(row, audience=audience, by=head(world))


def test_withdrawn_nobody_but_those_who_manage_it_sees_or_plays_it(world, recording):
    watcher = colleague(world, world.receiving[0])
    services.publish_recording(recording, audience=Audience.PUBLIC, by=head(world))
    services.withdraw_recording(recording, reason="画面里有学生的隐私", by=world.teacher_actor)
    for who in (watcher, ANONYMOUS, colleague(world)):
        assert seen_by(who) == set()
        assert not media_queries.keys_visible_to(who).exists()
    assert seen_by(world.teacher_actor) == {recording}
    assert replay(fresh(recording).session) is None
    services.publish_recording(recording, audience=Audience.CLASS, by=head(world))
    assert seen_by(watcher) == {recording}
    assert media_queries.keys_visible_to(watcher).exists()
    assert replay(fresh(recording).session) is not None
    assert seen_by(ANONYMOUS) == set()


def test_the_teacher_is_told_what_others_did_with_the_recording(world, recording):
    services.publish_recording(recording, audience=Audience.REGION, region=world.sending.parent, by=head(world))
    services.withdraw_recording(recording, reason="重录", by=head(world))
    published, withdrawn = (
        cls(**_fact(cls.name, recording, world)) for cls in (RecordingPublished, RecordingWithdrawn)
    )
    for fact, words in ((published, "绵阳市的师生和家长"), (withdrawn, "原因：重录")):
        kind = KINDS.get(fact.name)
        assert kind is not None
        telling = kind.tell(fact)
        assert telling is not None
        assert telling.people == [world.teacher.pk]
        assert words in str(kind.body) % kind.words(telling.facts)
    own = RecordingWithdrawn(object_id=recording.pk, actor_id=world.teacher.pk, lesson_id=recording.session.lesson_id)
    assert receivers._about_withdrawn(own) is None


def _fact(name, recording, world):
    row = OutboxEvent.objects.get(name=name)
    return {
        "object_id": recording.pk,
        "actor_id": UUID(str(row.actor_id)),
        "lesson_id": recording.session.lesson_id,
        "context": row.context,
    }


def test_retention_takes_the_files_and_leaves_its_makers_the_record(world, recording):
    media.delete_stream(recording.session.stream, by=SYSTEM)
    assert seen_by(colleague(world, world.receiving[0])) == set()
    assert seen_by(world.teacher_actor) == {recording}
    with pytest.raises(RecordingGone):
        services.publish_recording(recording, audience=Audience.CLASS, by=world.teacher_actor)
    with pytest.raises(RecordingGone):
        services.cut_recording(recording, start=1, end=9, by=world.teacher_actor)


def test_a_head_keeps_one_for_good_and_retention_leaves_it_alone(world, recording, settings):
    settings.LANTIAN_KEEP_RECORDINGS_DAYS = 30
    assert_allowed(rules.may_hold_recording, head(world), recording)
    assert_refused(rules.may_hold_recording, world.teacher_actor, recording)
    assert queries.kept_until(recording) is not None
    services.hold_recording(recording, held=True, by=head(world))
    later = timezone.now() + timedelta(days=400)
    assert media.expire_streams(before=later, by=SYSTEM) == 0
    assert queries.kept_until(fresh(recording)) is None
    services.hold_recording(recording, held=False, by=officer(world))
    assert media.expire_streams(before=later, by=SYSTEM) == 1
    with pytest.raises(RecordingGone):
        services.hold_recording(recording, held=True, by=head(world))


# Cutting -----------------------------------------------------------------------------------------------------------------


def lists(recording):
    """What players are given, by rendition."""
    folder = media.folder_of(recording.session.stream)
    return {side: read_playlist((folder.path / side / "replay.m3u8").read_text()) for side in ("av", "aac")}


def test_a_cut_replay_begins_and_ends_at_whole_segments_and_still_decodes(recording, world):
    services.cut_recording(recording, start=3.4, end=9.2, by=world.teacher_actor)
    row = fresh(recording)
    stream = row.session.stream
    assert (stream.cut_from, stream.cut_until) == (pytest.approx(3, abs=0.05), pytest.approx(10, abs=0.05))
    for listed in lists(row).values():
        assert (listed.sequence, len(listed.names), listed.ended) == (3, 7, True)
    keys, _lost = media.stream_keys(stream.pk)
    pieces = playable(StreamFolder(media.folder_of(stream).path), "aac", media.KeyRing(keys))
    assert len(pieces) == 1
    shown = replay(row.session)
    assert shown is not None
    assert shown["seconds"] == pytest.approx(7, abs=0.1)


def test_nothing_that_is_listed_anywhere_shows_what_was_cut_off(recording, world):
    services.cut_recording(recording, start=3, end=9, by=world.teacher_actor)
    stream = fresh(recording).session.stream
    folder = media.folder_of(stream)
    whole = media.whole_list(stream)
    for path in folder.path.rglob("*.m3u8"):
        names = [line for line in path.read_text().splitlines() if line.endswith(".m4s")]
        outside = [name for name in names if not 3 <= int(name[:6]) < 9]
        assert bool(outside) == (path.name == whole and bool(names)), path
    assert len(whole) == len("whole-0123456789abcdef.m3u8")  # nobody guesses it


def test_undone_the_whole_is_back(recording, world):
    before = {side: listed.names for side, listed in lists(recording).items()}
    services.cut_recording(recording, start=3, end=9, by=world.teacher_actor)
    whole = media.whole_list(recording.session.stream)
    services.cut_recording(recording, start=0, end=100, by=world.teacher_actor)
    assert {side: listed.names for side, listed in lists(recording).items()} == before
    stream = fresh(recording).session.stream
    assert (stream.cut_from, stream.cut_until, media.whole_list(stream)) == (None, None, "replay.m3u8")
    assert not list(media.folder_of(stream).path.rglob(whole))


@pytest.mark.parametrize(("start", "end"), [(9, 3), (5, 5.5), (50, 90)])
def test_a_cut_that_leaves_nothing_is_refused(recording, world, start, end):
    with pytest.raises(BadCut):
        services.cut_recording(recording, start=start, end=end, by=world.teacher_actor)
    assert fresh(recording).session.stream.cut_from is None


def test_what_happened_moves_with_the_cut(recording, world):
    services.cut_recording(recording, start=5, end=9, by=world.teacher_actor)
    events = replayed_events(fresh(recording).session)
    # the first page was turned to before: it is there at once; what was written before or behind is not
    assert [(event["kind"], event["at"]) for event in events] == [
        ("page.turn", 0.0),
        ("page.turn", pytest.approx(2.5, abs=0.05)),
    ]


def test_a_film_of_another_cut_goes_and_chapters_count_from_the_new_beginning(
    recording, world, django_capture_on_commit_callbacks
):
    made(recording)
    made(recording, "film")
    row = fresh(recording)
    path = queries.film_path(row)
    assert path is not None
    with django_capture_on_commit_callbacks(execute=True):
        services.cut_recording(row, start=5, end=12, by=world.teacher_actor)
    row = fresh(row)
    assert (row.film, row.film_bytes, path.exists()) == ("", 0, False)
    assert [(each["at"], each["title"]) for each in queries.chapters_shown(row)] == [
        (0.0, "导入"),
        (pytest.approx(2.5, abs=0.05), "第 2 页"),
    ]
    assert made(row, "film").facts["seconds"] == pytest.approx(7, abs=0.1)


# Words -------------------------------------------------------------------------------------------------------------------


def test_title_and_chapters_are_tidied(recording, world):
    chapters = [
        {"at": 8, "title": "练习"},
        {"at": 1, "title": " 复习 "},
        {"at": 1.4, "title": "太近"},
        {"at": 5, "title": "  "},
        {"at": 500, "title": "在外面"},
    ]
    services.change_recording(recording, title="  函数（第一课时） ", chapters=chapters, by=world.teacher_actor)
    row = fresh(recording)
    assert row.title == "函数（第一课时）"
    assert row.chapters == [{"at": 1.0, "title": "复习"}, {"at": 8.0, "title": "练习"}]
    with pytest.raises(Denied):
        services.change_recording(recording, title="别人", by=colleague(world))


def test_storage_is_summed_by_school_within_the_subtree(recording, world):
    made(recording, "film")
    row = fresh(recording)
    (unit,) = queries.storage_of(officer(world))
    assert unit.pk == world.sending.pk
    assert (unit.recordings_count, unit.bytes, unit.film_bytes) == (1, row.session.stream.bytes, row.film_bytes)
    assert queries.storage_sum(officer(world)) == {"count": 1, "bytes": unit.bytes, "films": unit.film_bytes}
    assert not queries.storage_of(far_officer())
