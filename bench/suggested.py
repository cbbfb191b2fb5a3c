"""Resources suggested to teachers: how well what they use next is foretold, the model of a night, an answer.

`make bench B=suggested`. `--people N` (20 000) teachers, `--items N` (50 000) resources, `--uses N` (1 000 000), `--asked N`
(2 000) of whose uses five are held out, `--answers N` (200), `--data 0` leaves the database out. One operation is one use taken
into the model: read, paired, written. Compared, in the same run, are: the most used of all, the most used by those who teach the
same subject in the same grade, what was used together, and that with the peers, as pages show it. The ratio is of the hit rate
at ten to that of the most used of all.
"""

import os
import time
from collections.abc import Iterable
from typing import Any
from uuid import UUID

import numpy as np

from bench import tastes
from bench.run import Options, Result, Usage
from bench.tastes import Known, World

SCHOOLS, COUNTIES, SEEDS = 400, 10, 30


def run(options: Options) -> Result:
    sizes = [int(options.number(*one)) for one in (("people", 20_000), ("items", 50_000), ("uses", 1_000_000))]
    world = tastes.make(*sizes)
    quality = _foretold(world, int(options.number("asked", 2000)))
    ratio = quality["hit_at_10_shown"] / max(quality["hit_at_10_most_used"], 1e-9)
    facts = {"people": world.people, "resources": world.items, **quality}
    if not options.number("data", 1):
        return Result(
            work="use taken into the model, arrays alone",
            count=len(world.person),
            seconds=quality["pairing_s"],
            ratio_to="hit rate at 10 of the most used of all",
            ratio=ratio,
            more=facts,
        )
    from bench.database import database

    with database() as started:
        usage, more = _with_data(world, started.server, int(options.number("answers", 200)))
    return Result(
        work="use taken into the model: read, paired, written",
        count=len(world.person),
        seconds=usage.seconds,
        cpu_seconds=usage.cpu_seconds,
        peak_mb=usage.peak_mb,
        ratio_to="hit rate at 10 of the most used of all",
        ratio=ratio,
        more=facts | more,
    )


# How well -----------------------------------------------------------------------------------------------------------------


def _foretold(world: World, asked: int) -> dict[str, float]:
    from lantian.content.suggested.engine.blending import Said, blended
    from lantian.content.suggested.engine.together import pairs_of

    mask, out = tastes.held_out(world, asked)
    known = Known(world, mask)
    _codes, item = np.unique(known.item, return_inverse=True)
    began = time.perf_counter()
    pairs = pairs_of(known.person, item, 0.5 ** (world.at[mask] / 365))
    took = time.perf_counter() - began
    mine, other = _codes[pairs.item], _codes[pairs.other]
    starts = np.searchsorted(mine, np.arange(world.items + 1))
    latest: dict[int, list[tuple[float, int]]] = {}
    for person, thing, days in zip(known.person.tolist(), known.item.tolist(), world.at[mask].tolist(), strict=True):
        if person in out:
            latest.setdefault(person, []).append((days, thing))

    def near(person: int) -> list[Any]:
        seeds = sorted(latest.get(person, []))[:SEEDS]
        used = set(known.of(person).tolist())
        found: dict[int, float] = {}
        for days, seed in seeds:
            worth = 0.5 ** (days / 90)
            for place in range(starts[seed], starts[seed + 1]):
                one = int(other[place])
                if one not in used:
                    found[one] = found.get(one, 0.0) + worth * float(pairs.strength[place])
        best = sorted(found.items(), key=lambda pair: -pair[1])[:150]
        return [Said(one, "together", measure) for one, measure in best]

    def peers(person: int) -> list[Any]:
        return [Said(one, "peers", n) for one, n in known.peers(person)]

    def shown(said: Iterable[Any]) -> list[int]:
        return [one.key for one in sorted(blended(said).values(), key=lambda one: -one.score)]

    ways = {
        "most_used": known.popular,
        "peers": lambda person: [one for one, _n in known.peers(person)],
        "together": lambda person: shown(near(person)),
        "shown": lambda person: shown([*near(person), *peers(person)]),
    }
    found: dict[str, float] = {"pairing_s": round(took, 2), "pairs": len(pairs.item), "asked": len(out)}
    for name, told in ways.items():
        score = tastes.score(out, told)
        found[f"hit_at_10_{name}"], found[f"recall_at_10_{name}"] = round(score.hit, 4), round(score.recall, 4)
    return found


# With the database ------------------------------------------------------------------------------------------------------


def _with_data(world: World, server: int, answers: int) -> tuple[Usage, dict[str, Any]]:
    from django.db import connection, reset_queries

    from lantian.content.suggested import queries, services
    from lantian.people.roster import queries as roster
    from lantian.people.roster.models import Person

    people = _write(world)
    with Usage(os.getpid(), server) as usage:
        built = services.rebuild()
    chance = np.random.default_rng(3)
    actors = [
        roster.actor_of_person(Person.objects.get(pk=people[n]))
        for n in chance.permutation(world.people)[:answers].tolist()
    ]
    queries.suggestions_for(actors[0])
    times, counts = [], set()
    for actor in actors:
        began = time.perf_counter()
        found = queries.suggestions_for(actor)
        times.append(1000 * (time.perf_counter() - began))
        counts.add(len(found))
    with Usage(os.getpid(), server) as answering:
        for actor in actors:
            queries.suggestions_for(actor)
    asked = _ids("item", world.items)
    beside = []
    for actor, one in zip(actors, chance.integers(world.items, size=len(actors)).tolist(), strict=True):
        began = time.perf_counter()
        queries.used_together(actor, asked[one])
        beside.append(1000 * (time.perf_counter() - began))
    connection.force_debug_cursor = True
    reset_queries()
    queries.suggestions_for(actors[0])
    number = len(connection.queries)
    sizes = _sizes()
    connection.close()
    getattr(connection, "close_pool", lambda: None)()
    return usage, {
        "build_s": built.seconds,
        "build_pairs": built.pairs,
        "answer_p50_ms": round(float(np.percentile(times, 50)), 1),
        "answer_p95_ms": round(float(np.percentile(times, 95)), 1),
        "answer_cpu_ms": round(1000 * answering.cpu_seconds / max(1, len(actors)), 1),
        "answer_queries": number,
        "answer_sizes": sorted(counts),
        "together_p50_ms": round(float(np.percentile(beside, 50)), 1),
        "together_p95_ms": round(float(np.percentile(beside, 95)), 1),
        **sizes,
    }


def _sizes() -> dict[str, float]:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname, pg_total_relation_size(oid) FROM pg_class"
            " WHERE relname IN ('suggested_use', 'suggested_neighbour', 'suggested_peeruse')"
        )
        return {f"{name}_mb": round(size / 2**20, 1) for name, size in cursor.fetchall()}


def _ids(name: str, count: int) -> list[UUID]:
    chance = np.random.default_rng(len(name) + count)
    return [UUID(bytes=chance.bytes(16), version=4) for _ in range(count)]


def _write(world: World) -> list[UUID]:
    """People with their classes, resources with their versions, and all uses; ids of the people."""
    from django.db import connection, transaction

    from lantian.kernel.rules import SYSTEM
    from lantian.people.roster.enums import OrganizationKind, Subject
    from lantian.people.roster.services import NewOrganization, bulk_create_organizations, create_organization

    city = create_organization(name="某市", kind="city", by=SYSTEM)  # i18n: data
    counties = [
        create_organization(name=f"县{n}", kind="county", parent=city, by=SYSTEM)  # i18n: data
        for n in range(COUNTIES)
    ]
    schools = bulk_create_organizations(
        [
            NewOrganization(
                name=f"第{n}学校",  # i18n: data
                short_name=f"{n}",
                kind=OrganizationKind.SCHOOL,
                parent=counties[n % COUNTIES],
                code="",
                stages=("primary", "junior", "senior"),
            )
            for n in range(SCHOOLS)
        ],
        by=SYSTEM,
    )
    people, things, subjects = _ids("person", world.people), _ids("item", world.items), list(Subject.values)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO roster_classgroup (id, kind, stage, grade, number, name, is_active, created_at, organization_id)"
            " SELECT gen_random_uuid(), 'homeroom', CASE WHEN g < 7 THEN 'primary' WHEN g < 10 THEN 'junior' ELSE 'senior' END,"
            " g, 1, g || '.1', true, now(), s FROM unnest(%s::uuid[]) s, generate_series(1, 12) g",
            [[one.pk for one in schools]],
        )
        cursor.execute(
            "INSERT INTO roster_person (id, name, sort_key, initials, search_text, gender, created_at)"
            " SELECT id, 'T' || n, '', '', '', '', now() FROM unnest(%s::uuid[]) WITH ORDINALITY t(id, n)",
            [people],
        )
        cursor.execute(
            "INSERT INTO roster_membership"
            " (id, role, subject, valid_from, class_group_id, organization_id, person_id, end_reason)"
            " SELECT gen_random_uuid(), 'teacher', t.subject, '2026-09-01', c.id, c.organization_id, t.person, ''"
            " FROM unnest(%s::uuid[], %s::text[], %s::int[], %s::uuid[]) t(person, subject, grade, school)"
            " JOIN roster_classgroup c ON c.organization_id = t.school AND c.grade = t.grade",
            [
                people,
                [subjects[one // tastes.GRADES % len(subjects)] for one in world.taught.tolist()],
                [one % tastes.GRADES + 1 for one in world.taught.tolist()],
                [schools[n % SCHOOLS].pk for n in range(world.people)],
            ],
        )
        _write_resources(cursor, world, things, people, schools, subjects)
        with cursor.copy("COPY suggested_use (person_id, resource_id, ways, first_at, last_at) FROM STDIN") as copy:
            now, named, called = time.time(), [str(one) for one in people], [str(one) for one in things]
            for person, item, days in zip(world.person.tolist(), world.item.tolist(), world.at.tolist(), strict=True):
                stamp = time.strftime("%Y-%m-%d %H:%M:%S+00", time.gmtime(now - days * 86400))
                copy.write(f"{named[person]}\t{called[item]}\t1\t{stamp}\t{stamp}\n")
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return people


def _write_resources(
    cursor: Any, world: World, things: list[UUID], people: list[UUID], schools: Any, subjects: list[str]
) -> None:
    """Four of five are for everybody, the others for the own school alone."""
    facts = [
        things,
        [subjects[one // tastes.GRADES % len(subjects)] for one in world.about.tolist()],
        [one % tastes.GRADES + 1 for one in world.about.tolist()],
        [people[n * 7 % world.people] for n in range(world.items)],
        [schools[n % SCHOOLS].pk for n in range(world.items)],
        ["school" if n % 5 == 4 else "public" for n in range(world.items)],
        ["document" if n % 3 else "slides" for n in range(world.items)],
    ]
    said = "title, words, purpose, subject, stage, grade, keywords, language, audience, reach, licence, rights_holder, source"
    cursor.execute(
        f"INSERT INTO resources_resource ({said}, id, kind, state, submitted_at, withdrawn_why, downloads, rated, stars,"
        " mark, created_at, author_id, organization_id)"
        " SELECT 'R' || n, '', 'courseware', t.subject, CASE WHEN grade < 7 THEN 'primary' WHEN grade < 10 THEN 'junior'"
        " ELSE 'senior' END, grade, '', 'zh-CN', 'all', reach, 'cc-by', '', '', id, kind, 'draft', now(), '', 0, n %% 7,"
        " (n %% 7) * 4, CASE WHEN n %% 50 = 0 THEN 'good' ELSE '' END, now(), author, unit"
        " FROM unnest(%s::uuid[], %s::text[], %s::int[], %s::uuid[], %s::uuid[], %s::text[], %s::text[])"
        " WITH ORDINALITY t(id, subject, grade, author, unit, reach, kind, n)",
        facts,
    )
    cursor.execute(
        f"INSERT INTO resources_resourceversion ({said}, id, number, state, file_name, url, changes, edition, made_at,"
        f" published_at, resource_id) SELECT {said}, gen_random_uuid(), 1, 'published', '', 'https://a.example/', '', 1,"
        " now(), now(), id FROM resources_resource"
    )
    cursor.execute(
        "UPDATE resources_resource r SET state = 'published', current_id = v.id,"
        " published_at = now() - random() * interval '500 days' FROM resources_resourceversion v WHERE v.resource_id = r.id"
    )
