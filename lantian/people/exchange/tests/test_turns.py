"""Somebody corrects while the worker checks: one waits for the other, and nothing is lost."""

import threading
from typing import Any

import pytest
from django.db import connections

from lantian.people.exchange import services
from lantian.people.exchange.errors import BeingChecked
from lantian.people.exchange.models import ImportRun, SheetRow
from lantian.people.exchange.services import runs
from lantian.people.exchange.services.sheets import correcting
from lantian.people.exchange.tests.sheets import HEADS, bring_sheets, csv_of, pupil
from lantian.people.roster.tests.world import make_world


@pytest.mark.django_db(transaction=True)
def test_a_correction_during_a_check_waits_for_it_and_is_checked_too(monkeypatch: Any) -> None:
    world = make_world()
    officer = world.act("officer")
    wrong = [pupil("李小明", "2026-03-01"), pupil("张三丰", "月亮班")]
    run = bring_sheets({"东小学.csv": csv_of(HEADS, *wrong)}, world.fucheng, officer)
    first, second = SheetRow.objects.filter(sheet__run=run).select_related("sheet").order_by("row_no")
    place = HEADS.index("班级")
    services.correct_cell(first, place=place, text="三年级1班", by=officer)

    begun, go_on, check = threading.Event(), threading.Event(), runs.check_run

    def slowly(*args: Any, **more: Any) -> None:
        begun.set()
        assert go_on.wait(30)
        check(*args, **more)

    def work() -> None:
        services.proceed(run.pk)
        connections.close_all()

    monkeypatch.setattr(runs, "check_run", slowly)
    worker = threading.Thread(target=work)
    worker.start()
    assert begun.wait(30)
    monkeypatch.setattr(correcting, "PATIENCE_S", 1)
    with pytest.raises(BeingChecked):
        services.correct_cell(second, place=place, text="三年级1班", by=officer)
    monkeypatch.setattr(correcting, "PATIENCE_S", 30)
    threading.Timer(0.3, go_on.set).start()
    services.correct_cell(second, place=place, text="三年级1班", by=officer)
    worker.join(60)
    services.proceed(run.pk)  # the job that the correction has left
    run = ImportRun.objects.get(pk=run.pk)
    assert (run.state, run.errors) == ("checked", 0)


@pytest.mark.django_db
def test_two_who_correct_one_row_keep_each_others_words(world: Any) -> None:
    officer = world.act("officer")
    wrong = pupil("李小明", "月亮班", 出生日期="昨天")
    run = bring_sheets({"东小学.csv": csv_of(HEADS, wrong)}, world.fucheng, officer)
    rows = SheetRow.objects.filter(sheet__run=run).select_related("sheet")
    one, other = rows.get(), rows.get()  # both have the page open
    services.correct_cell(one, place=HEADS.index("班级"), text="三年级1班", by=officer)
    services.correct_cell(other, place=HEADS.index("出生日期"), text="2017-03-07", by=officer)
    services.proceed(run.pk)
    run.refresh_from_db()
    assert (run.state, run.errors) == ("checked", 0)
