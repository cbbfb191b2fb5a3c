"""Search of resources and questions: the index built, then asked by a county's officer and by strangers while it is changed.

`make bench B=search`. `--resources N` (2 400 000), `--questions N` (1 800 000), `--rounds N` (200) searches of each sort,
`--updates N` (50) documents changed a second meanwhile by a keeper of its own process, `--postgres N` (200 000; 0 for none) rows
of the same titles for PostgreSQL's full-text search. `--home FOLDER` keeps the index and its database there, and the next run of
the same sizes takes what it finds; `--only build` stops when it is built. What is found and counted is filtered by what the
officer may see. Yardstick in the same run: raw Tantivy, one word's best twenty over the same index, without filter, facets or
count of kinds.
"""

import multiprocessing
import os
import random
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from bench.corpus import CITY, COUNTY_IDS, Corpus, typed
from bench.database import database
from bench.run import Options, Result, Usage, percentile

# kinds of this bench alone, beside those the apps have registered (which are empty here)
RESOURCE, QUESTION = "bench-resource", "bench-question"


def run(options: Options) -> Result:
    sizes = {
        RESOURCE: int(options.number("resources", 2_400_000)),
        QUESTION: int(options.number("questions", 1_800_000)),
    }
    kept = options.more.get("home")
    with database(kept=Path(kept) if kept else None):
        made = {kind: Corpus(kind.removeprefix("bench-"), size) for kind, size in sizes.items()}
        _register(made)
        built = _build(sum(sizes.values()))
        if options.more.get("only") == "build":
            return Result(
                "documents built", sum(sizes.values()), built["build_s"] or 1, built["build_cpu_s"], more=built
            )
        rows = min(int(options.number("postgres", 200_000)), sizes[RESOURCE])
        rounds, updates = int(options.number("rounds", 200)), int(options.number("updates", 50))
        return _measure(made, rounds, updates, rows, built)


def _register(made: dict[str, Corpus]) -> None:
    from lantian.commons.search.queries import ALL, KINDS, STAGE, SUBJECT, Hit, Indexed, concerned, region

    def hits(corpus: Corpus, actor: Any, ids: Sequence[UUID]) -> dict[UUID, Hit]:
        return {pk: Hit(corpus.document(pk.int).title, "", "/") for pk in ids}

    for kind, corpus in made.items():
        described = Indexed(
            title=kind,
            icon="library",
            documents=corpus.documents,
            ids=corpus.ids,
            tokens=lambda actor: frozenset({ALL} | concerned(actor) | region(actor)),
            hits=partial(hits, corpus),
            facets=(STAGE, SUBJECT),
            sorts=("new", "quality", "used"),
        )
        KINDS.register(kind, described)


def _build(many: int) -> dict[str, float]:
    """Have an index of so many documents: the one that is there, or a new one."""
    from lantian.commons.search import queries, services

    keeper = services.Keeper()
    began = time.perf_counter()
    with Usage(os.getpid()) as building:
        if queries.state().documents < many * 0.999:
            services.build()
        keeper.turn()
    keeper.close()
    return {
        "build_s": round(time.perf_counter() - began, 1),
        "build_cpu_s": round(building.cpu_seconds, 1),
        "build_peak_mb": round(building.peak_mb),
    }


def _measure(made: dict[str, Corpus], rounds: int, updates: int, rows: int, built: dict[str, float]) -> Result:
    from django.db import connection
    from django.test import Client

    from lantian.commons.search import queries
    from lantian.commons.search.queries import Asked, reading
    from lantian.kernel.rules import ANONYMOUS

    state = queries.state()
    postgres = _postgres(made[RESOURCE], rows, rounds) if rows else {}
    connection.close()
    getattr(connection, "close_pool", lambda: None)()
    stop = multiprocessing.get_context("fork").Event()
    child = multiprocessing.get_context("fork").Process(target=_change, args=(made[RESOURCE], updates, stop))
    child.start()
    time.sleep(3)
    officer, waited = _officer(), dict[str, list[float]]()
    asked = typed(rounds)
    see = queries.tokens_of(officer)

    def ask(actor: Any, each: str, **more: Any) -> None:
        queries.find(actor, Asked(each, RESOURCE, **more), see=see if actor is officer else None)

    for each in asked["one topic"][:20]:
        ask(officer, each)
    with Usage(os.getpid()) as usage:
        for sort, all_typed in asked.items():
            waited[f"officer, {sort}"] = [_ms(partial(ask, officer, each)) for each in all_typed]
        topics = asked["one topic"]
        waited["stranger, one topic"] = [_ms(partial(ask, ANONYMOUS, each)) for each in topics]
        narrow = {"subject": ("maths",), "stage": ("junior",)}
        waited["officer, faceted"] = [_ms(partial(ask, officer, each, facets=narrow)) for each in topics]
        waited["officer, newest"] = [_ms(partial(ask, officer, each, sort=_newest())) for each in topics]
        waited["counts of kinds"] = [_ms(partial(queries.counts, officer, each, see)) for each in topics]
        waited["while typing"] = [_ms(partial(queries.suggestions, officer, each[:2])) for each in topics]
        client = Client()
        pages = [f"/search/?kind={RESOURCE}&q=", "/search/?q="]
        for page in pages:
            client.get(page + topics[0])
            waited[f"page {page}"] = [_ms(partial(client.get, page + each)) for each in topics]
    raw = [_ms(partial(_raw, each)) for each in asked["one topic"]]
    stop.set()
    child.join()
    service = [ms for sort, each in waited.items() if not sort.startswith("page") for ms in each]
    plain = waited["officer, one topic"]
    return Result(
        work=f"searches among {state.documents} documents with {updates} changes a second",
        count=len(service),
        seconds=sum(service) / 1000,
        cpu_seconds=usage.cpu_seconds,
        peak_mb=usage.peak_mb,
        ratio_to="raw Tantivy, one word's best twenty",
        ratio=percentile(raw, 0.5) / percentile(plain, 0.5),
        more={
            **built,
            "segments": reading.searcher().num_segments,
            "index_mb": round(state.bytes / 1e6, 1),
            "p50_p95_ms": {sort: _two(each) for sort, each in waited.items()},
            "raw_tantivy_ms": _two(raw),
            "postgres": postgres,
            "load": round(os.getloadavg()[0], 1),
        },
    )


def _newest() -> Any:
    from lantian.commons.search.enums import Sort

    return Sort.NEW


def _two(each: Sequence[float]) -> list[float]:
    return [round(percentile(list(each), 0.5), 2), round(percentile(list(each), 0.95), 2)]


def _change(corpus: Corpus, many: int, stop: Any) -> None:
    """A keeper as the worker has one, and what it keeps up with."""
    from lantian.commons.search import services

    chance, keeper = random.Random(7), services.Keeper()
    while not stop.is_set():
        began = time.monotonic()
        numbers = [chance.randrange(1, corpus.size + 1) for _ in range(many)]
        for number in numbers:
            corpus.changed[number] = corpus.changed.get(number, 0) + 1
        services.touch(RESOURCE, [UUID(int=number) for number in numbers])
        keeper.turn()
        stop.wait(max(0.0, 1 - (time.monotonic() - began)))
    keeper.close()


def _officer() -> Any:
    from lantian.kernel.rules import Actor, ActorKind, Grant

    county = COUNTY_IDS[3]
    grant = Grant(uuid4(), "officer", county, "county", "county", f"{CITY.hex}.{county.hex}")
    return Actor(kind=ActorKind.PERSON, person_id=uuid4(), grant=grant, grants=(grant,))


def _raw(word: str) -> None:
    from tantivy import Query

    from lantian.commons.search.queries import reading

    index, schema = reading.searcher(), reading.asker().schema
    index.search(Query.term_query(schema, "title", word, "freq"), 20)


def _postgres(corpus: Corpus, rows: int, rounds: int) -> dict[str, Any]:
    """The same titles, cut into the same words, under a GIN index; best twenty and how many."""
    from django.db import connection

    from lantian.commons.search.engine.words import words_of

    with connection.cursor() as cursor:
        cursor.execute("CREATE UNLOGGED TABLE bench_fts (id bigint, words tsvector)")
        began = time.perf_counter()
        with cursor.copy("COPY bench_fts (id, words) FROM STDIN") as copy:
            for n in range(1, rows + 1):
                copy.write_row((n, " ".join(f"'{word}'" for word in words_of(corpus.document(n).title))))
        cursor.execute("CREATE INDEX bench_fts_words ON bench_fts USING gin (words)")
        cursor.execute("ANALYZE bench_fts")
        loaded = time.perf_counter() - began

        def ask(word: str) -> None:
            cursor.execute("SELECT count(*) FROM bench_fts WHERE words @@ plainto_tsquery('simple', %s)", [word])
            cursor.execute(
                "SELECT id FROM bench_fts, plainto_tsquery('simple', %s) q WHERE words @@ q"
                " ORDER BY ts_rank(words, q) DESC LIMIT 20",
                [word],
            )
            cursor.fetchall()

        waited = {
            sort: _two([_ms(partial(ask, each)) for each in typed(rounds)[sort]])
            for sort in ("one topic", "frequent word")
        }
        cursor.execute("SELECT pg_relation_size('bench_fts_words')")
        size = cursor.fetchone()[0]
        cursor.execute("DROP TABLE bench_fts")
    return {"rows": rows, "load_s": round(loaded, 1), "index_mb": round(size / 1e6, 1), "p50_p95_ms": waited}


def _ms(act: Callable[[], Any]) -> float:
    began = time.perf_counter()
    act()
    return (time.perf_counter() - began) * 1000
