"""Whoever sent a file is told what became of it, also when they have left the page."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from lantian.people.exchange.events import ImportApplied, ImportFailed
from lantian.people.exchange.models import said_title
from lantian.people.exchange.queries import run_known
from lantian.people.exchange.queries.words import fault_words_of
from lantian.people.messaging.enums import Category
from lantian.people.messaging.queries import Kind, Telling
from lantian.people.messaging.services import Audience, subscribe


def _about_run(fact: Any) -> Telling | None:
    run = run_known(fact.object_id)
    if run is None:
        return None
    return Telling(
        audience=Audience.of(people=[run.created_by_id, run.acting_id]),
        facts={"title": run.title, "unit": str(run.organization), "fault": run.fault, "params": run.fault_params},
        subject=f"import:{run.pk}",
        link=reverse("exchange_import", args=[run.pk]),
        organization_id=run.organization_id,
    )


def _words(facts: Any) -> dict[str, str]:
    return {
        "title": said_title(facts["title"]),
        "unit": facts["unit"],
        "why": fault_words_of(facts["fault"], facts["params"]),
    }


subscribe(
    Kind(
        key="exchange.import_applied",
        event=ImportApplied,
        category=Category.ROSTER,
        title=_("导入完成：%(title)s"),
        body=_("%(unit)s的“%(title)s”已经写入名册。新增、修改和结束了多少，请看导入记录。"),
        tell=_about_run,
        words=_words,
    )
)
subscribe(
    Kind(
        key="exchange.import_failed",
        event=ImportFailed,
        category=Category.ROSTER,
        title=_("导入没有完成：%(title)s"),
        body=_("%(unit)s的“%(title)s”没有写入名册，名册没有改动。\n%(why)s"),
        tell=_about_run,
        words=_words,
    )
)
