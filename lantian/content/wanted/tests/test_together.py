"""Two who accept at one moment: of the last one that is wanted, one is accepted."""

import threading

import pytest
from django.db import close_old_connections, connection

from lantian.content.wanted.errors import WantedError
from lantian.content.wanted.models import Answer, Call
from lantian.content.wanted.tests.desk import make_desk
from lantian.kernel.rules import Denied

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


def test_of_the_last_one_that_is_wanted_one_is_accepted() -> None:
    desk = make_desk()
    call = desk.call(number=1)
    offered = [desk.answer(call, f"第 {n} 个") for n in range(4)]
    start, met = threading.Barrier(len(offered)), []

    def accept(answer: Answer) -> None:
        start.wait()
        try:
            desk.decide(answer)
            met.append("done")
        except (WantedError, Denied) as fault:
            met.append(type(fault).__name__)
        finally:
            connection.close()

    threads = [threading.Thread(target=accept, args=(answer,)) for answer in offered]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    close_old_connections()
    assert met.count("done") == 1, met
    assert Answer.objects.filter(state="accepted").count() == 1
    assert Call.objects.get().state == "fulfilled"
