"""What the worker makes of a recording: asked for once, told about, stopped, repeated after a crash."""

from datetime import timedelta

import pytest
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from lantian.content.media import services as media
from lantian.content.media.models import MediaKey, Stream
from lantian.kernel.journal.models import OutboxEvent
from lantian.kernel.rules import SYSTEM
from lantian.teach.live.events import LiveSessionEnded
from lantian.teach.live.models import LessonEvent
from lantian.teach.recordings import queries, receivers, services
from lantian.teach.recordings.errors import RecordingGone
from lantian.teach.recordings.models import Making, Recording
from lantian.teach.recordings.services import makings
from lantian.teach.recordings.tests.conftest import fresh, keep_of, made, teach

pytestmark = pytest.mark.django_db


def jobs():
    return ProcrastinateJob.objects.filter(task_name="recordings.make")


def test_a_lesson_that_is_over_leaves_a_recording_called_like_it_once(world):
    session = teach(world)
    fact = LiveSessionEnded(object_id=session.pk, lesson_id=session.lesson_id)
    for _ in range(2):
        receivers.keep_when_over(fact)
    row = Recording.objects.get(session=session)
    assert (row.title, row.organization_id) == ("一次函数的图象", world.sending.pk)
    assert [(making.work, making.state) for making in row.makings.all()] == [("look", "waiting")]
    assert jobs().count() == 1


def test_a_session_without_pictures_leaves_none(world):
    session = teach(world)
    Stream.objects.filter(pk=session.stream_id).update(seconds=0)
    receivers.keep_when_over(LiveSessionEnded(object_id=session.pk, lesson_id=session.lesson_id))
    assert not Recording.objects.exists()


def test_what_was_taught_before_there_were_recordings_is_caught_up_on(world):
    teach(world)
    assert services.catch_up() == 1
    assert services.catch_up() == 0
    assert Recording.objects.count() == 1


def test_looking_through_finds_stills_a_wave_and_chapters_at_page_turns(recording):
    making = made(recording)
    row = fresh(recording)
    assert (making.state, making.progress, making.error) == ("done", 100, "")
    assert row.chapters == [{"at": 2.0, "title": "导入"}, {"at": 7.5, "title": "第 2 页"}]
    assert row.look["stills"]["count"] == 3
    for name in (row.look["poster"], row.look["wave"], row.look["stills"]["name"]):
        assert queries.made_path(row, name).stat().st_size > 100
    assert row.session.stream.bytes == media.folder_of(row.session.stream).bytes_used()
    assert OutboxEvent.objects.filter(name="recordings.made").count() == 1


def test_looking_through_again_takes_the_former_files_away_and_leaves_chapters_alone(
    recording, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        made(recording)
    before = fresh(recording).look
    Recording.objects.update(chapters=[{"at": 1.0, "title": "自己写的"}])
    with django_capture_on_commit_callbacks(execute=True):
        made(recording)
    row = fresh(recording)
    assert row.chapters == [{"at": 1.0, "title": "自己写的"}]
    assert row.look["poster"] != before["poster"]
    names = {path.name for path in queries.made_path(row, "").iterdir()}
    assert names == {row.look["poster"], row.look["wave"], row.look["stills"]["name"]}


def test_a_film_is_made_once_however_often_it_is_asked_for(recording):
    first = services.ask_for_making(recording, work="film", by=SYSTEM)
    assert services.ask_for_making(recording, work="film", by=SYSTEM).pk == first.pk
    assert jobs().filter(args__making=str(first.pk)).count() == 1
    for _ in range(2):  # a job may run twice
        services.run_making(first.pk)
    row = fresh(recording)
    path = queries.film_path(row)
    assert path is not None
    assert (path.stat().st_size, row.session.stream.bytes > path.stat().st_size) == (row.film_bytes, True)
    first.refresh_from_db()
    assert first.facts["seconds"] == pytest.approx(12, abs=0.1)


def test_what_waits_is_stopped_at_once_and_what_runs_at_its_next_word(recording, monkeypatch):
    waiting = services.ask_for_making(recording, work="film", by=SYSTEM)
    services.stop_making(waiting, by=SYSTEM)
    services.run_making(waiting.pk)
    waiting.refresh_from_db()
    assert (waiting.state, fresh(recording).film) == ("stopped", "")
    running = services.ask_for_making(recording, work="film", by=SYSTEM)
    monkeypatch.setattr(makings, "SAY_EVERY_S", 0.0)
    tell = makings._Report.__call__

    def stop_in_the_middle(self, part):
        if part > 0.4:
            services.stop_making(Making.objects.select_related("recording").get(pk=running.pk), by=SYSTEM)
        tell(self, part)

    monkeypatch.setattr(makings._Report, "__call__", stop_in_the_middle)
    services.run_making(running.pk)
    running.refresh_from_db()
    assert (running.state, running.error, 0 < running.progress < 100) == ("stopped", "", True)
    assert list(queries.made_path(recording, "").iterdir()) == []


def test_a_worker_that_was_killed_leaves_what_the_next_one_sweeps_and_begins_anew(recording):
    making = services.ask_for_making(recording, work="film", by=SYSTEM)
    Making.objects.filter(pk=making.pk).update(state="working", progress=60, started_at=timezone.now())
    folder = queries.made_path(recording, "")
    folder.mkdir(parents=True)
    for name in ("film-0123456789abcdef.data.tmp", "film-0123456789abcdef.mp4"):
        (folder / name).write_bytes(b"half")
    services.run_making(making.pk)
    making.refresh_from_db()
    row = fresh(recording)
    assert making.state == "done"
    assert [path.name for path in folder.iterdir()] == [row.film]


def test_what_another_making_of_the_same_recording_is_writing_is_left_alone(recording):
    film = services.ask_for_making(recording, work="film", by=SYSTEM)
    Making.objects.filter(pk=film.pk).update(state="working", started_at=timezone.now())
    folder = queries.made_path(recording, "")
    folder.mkdir(parents=True)
    (folder / "film-0123456789abcdef.data.tmp").write_bytes(b"half")
    assert made(recording).state == "done"
    assert (folder / "film-0123456789abcdef.data.tmp").exists()
    Making.objects.filter(pk=film.pk).update(state="failed")
    assert made(recording).state == "done"
    assert not (folder / "film-0123456789abcdef.data.tmp").exists()


def test_what_was_interrupted_too_often_is_given_up_and_may_be_asked_for_again(recording):
    making = services.ask_for_making(recording, work="film", by=SYSTEM)
    old = timezone.now() - timedelta(hours=13)
    Making.objects.filter(pk=making.pk).update(state="working", created_at=old)
    services.catch_up()
    making.refresh_from_db()
    assert making.state == "failed"
    assert "中断" in queries.error_words(making)
    assert made(recording, "film").state == "done"


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        ("disk", "存储空间不足"),
        ("keys", "没有可以读出的画面"),
        ("surprise", "意外的错误"),
    ],
)
def test_faults_are_kept_in_words_for_people(recording, settings, monkeypatch, spoil, words):
    if spoil == "disk":
        settings.LANTIAN_DISK_RESERVE_BYTES = 1 << 60
    elif spoil == "keys":
        MediaKey.objects.all().delete()
    else:
        monkeypatch.setattr(makings.media, "make_film", lambda *_a, **_k: 1 / 0)
    making = made(recording, "film")
    assert (making.state, fresh(recording).film) == ("failed", "")
    assert words in queries.error_words(making)


def test_nothing_is_made_of_what_retention_has_taken(recording):
    media.delete_stream(recording.session.stream, by=SYSTEM)
    with pytest.raises(RecordingGone):
        services.ask_for_making(fresh(recording), work="film", by=SYSTEM)


def test_a_film_that_was_overtaken_by_a_cut_is_made_anew_as_it_is_cut_now(recording, monkeypatch):
    whole, spans = media.make_film, [(3, 9), (2, 8)]

    def cut_meanwhile(*given, **named):
        facts = whole(*given, **named)
        if spans:
            start, end = spans.pop()
            services.cut_recording(recording, start=start, end=end, by=SYSTEM)
        return facts

    monkeypatch.setattr(makings.media, "make_film", cut_meanwhile)
    making = made(recording, "film")
    row = fresh(recording)
    assert (making.state, making.facts["seconds"]) == ("done", pytest.approx(6, abs=1.1))
    assert queries.film_path(row).stat().st_size == row.film_bytes
    assert [path.name for path in queries.made_path(row, "").glob("*.mp4")] == [row.film]


def test_a_making_hears_of_a_cut_before_it_is_done(recording, monkeypatch):
    monkeypatch.setattr(makings, "SAY_EVERY_S", 0)
    whole, told = media.make_film, []

    def cut_at_once(*given, progress, **named):
        def cut_and_tell(part):
            if not told:
                services.cut_recording(recording, start=3, end=9, by=SYSTEM)
            told.append(part)
            progress(part)

        return whole(*given, progress=cut_and_tell, **named)

    monkeypatch.setattr(makings.media, "make_film", cut_at_once)
    assert made(recording, "film").state == "done"
    assert told[0] < 1  # and the second began after the first had told this one thing
    assert told[1] <= told[0] * 4


def test_a_film_whose_recording_is_cut_all_the_time_is_given_up(recording, monkeypatch):
    whole, ends = media.make_film, iter(range(6, 60))

    def cut_again(*given, **named):
        facts = whole(*given, **named)
        services.cut_recording(recording, start=1, end=next(ends), by=SYSTEM)
        return facts

    monkeypatch.setattr(makings.media, "make_film", cut_again)
    making = made(recording, "film")
    assert (making.state, making.error, fresh(recording).film) == ("failed", "cut_changed", "")


def test_chapters_are_there_for_lessons_without_pages_too(world):
    session = teach(world)
    LessonEvent.objects.all().delete()
    row = keep_of(session)
    assert made(row).state == "done"
    assert fresh(row).chapters == []
