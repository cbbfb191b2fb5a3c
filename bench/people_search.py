"""Search of a person by a county officer among a million people: names, pinyin, initials, single letters, whole numbers.

`make bench B=people-search`. `--people N` (1 000 000), `--rounds N` (400) searches. The database is the embedded one with the
tuning of a real server, filled by COPY through the triggers that keep the search. The officer is the largest county's (a fifth
of all). One operation is the first page of twenty with whether there are more, as the pages ask it. The yardstick is reading one
person by id over the same connection.
"""

import os
import random
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any
from uuid import uuid4

from bench.database import database
from bench.population import Population, make
from bench.run import Options, Result, Usage, percentile

PAGE = 21


def run(options: Options) -> Result:
    with database() as started:
        population = make(int(options.number("people", 1_000_000)))
        return measure(population, int(options.number("rounds", 400)), started.server)


def measure(population: Population, rounds: int, server: int) -> Result:
    """Search `rounds` times among the population; `server` is the database's process."""
    from django.db import connection

    from lantian.people.roster.models import Person
    from lantian.people.roster.queries import people_visible_to

    officer, city = _officer(population.counties[0]), _officer(population.city)
    kinds = _typed(population, rounds)
    for typed in (each[0] for each in kinds.values()):  # what a running server has in memory
        _search(officer, typed)
    someone = Person.objects.values_list("pk", flat=True)[rounds]
    yardstick = [_ms(lambda: Person.objects.get(pk=someone)) for _ in range(rounds)]
    waited: dict[str, list[float]] = {}
    worked: list[float] = []
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        backend = cursor.fetchone()[0]
    with Usage(os.getpid(), server) as usage:
        for kind, all_typed in kinds.items():
            waited[kind] = []
            for typed in all_typed:
                before = time.thread_time() * 1000 + _worked(backend)
                waited[kind].append(_ms(partial(_search, officer, typed)))
                worked.append(time.thread_time() * 1000 + _worked(backend) - before)
    everything = [ms for each in waited.values() for ms in each]
    first = [_ms(lambda: list(people_visible_to(officer).order_by("sort_key", "pk")[:PAGE])) for _ in range(20)]
    of_city = [_ms(partial(_search, city, typed)) for typed in kinds["surname"][:20]]
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_relation_size('roster_personsearch'), pg_relation_size('person_search')")
        rows, index = cursor.fetchone()
    connection.close()
    getattr(connection, "close_pool", lambda: None)()
    return Result(
        work=f"person searched among {population.people} by the officer of the largest county",
        count=len(everything),
        seconds=sum(everything) / 1000,
        cpu_seconds=usage.cpu_seconds,
        peak_mb=usage.peak_mb,
        ratio_to="one person read by id",
        ratio=percentile(yardstick, 0.5) / percentile(everything, 0.5),
        more={
            "p50_ms": round(percentile(everything, 0.5), 2),
            "p95_ms": round(percentile(everything, 0.95), 2),
            "p50_cpu_ms": round(percentile(worked, 0.5), 2),
            "p95_cpu_ms": round(percentile(worked, 0.95), 2),
            "p95_ms_by_kind": {kind: round(percentile(each, 0.95), 2) for kind, each in waited.items()},
            "first_page_ms": round(percentile(first, 0.95), 2),
            "city_officer_surname_p95_ms": round(percentile(of_city, 0.95), 2),
            "load_people_a_second": round(population.people / population.load_seconds)
            if population.load_seconds
            else None,
            "rows_mb": round(rows / 2**20),
            "index_mb": round(index / 2**20),
        },
    )


def _search(actor: Any, typed: str) -> None:
    from lantian.people.roster.queries import find_people

    list(find_people(actor, typed, most=PAGE))


def _ms(act: Callable[[], Any]) -> float:
    began = time.perf_counter()
    act()
    return (time.perf_counter() - began) * 1000


def _worked(process: int) -> float:
    """CPU that a process has used so far, in milliseconds: what a search costs however busy the machine is (Linux)."""
    return int(Path(f"/proc/{process}/schedstat").read_text().split()[0]) / 1e6


def _officer(unit: Any) -> Any:
    from lantian.kernel.rules import Actor, ActorKind, Grant

    grant = Grant(uuid4(), "officer", unit.pk, unit.name, unit.kind, unit.path)
    return Actor(kind=ActorKind.PERSON, person_id=uuid4(), grant=grant, grants=(grant,))


def _typed(population: Population, rounds: int) -> dict[str, list[str]]:
    """What is typed, by kind, each with its share of all; of people drawn evenly, so that frequent names come often."""
    from lantian.people.roster.engine.names import initials, syllables

    chance = random.Random(rounds)
    ways: dict[str, tuple[float, Callable[[str], str]]] = {
        "full name": (0.3, str),
        "full pinyin": (0.15, lambda name: "".join(syllables(name, is_person=True))),
        "begun pinyin": (0.1, lambda name: "".join(syllables(name, is_person=True))[:5]),
        "initials": (0.15, lambda name: initials(name, is_person=True)),
        "given name": (0.1, lambda name: name[1:]),
        "surname": (0.05, lambda name: name[0]),
        "two letters": (0.03, lambda name: syllables(name, is_person=True)[0][:2]),
        "one letter": (0.02, lambda name: initials(name, is_person=True)[0]),
    }
    found = {
        kind: [way(chance.choice(population.names)) for _ in range(max(1, round(share * rounds)))]
        for kind, (share, way) in ways.items()
    }
    found["phone"] = [chance.choice(population.phones) for _ in range(max(1, round(0.1 * rounds)))]
    return found
