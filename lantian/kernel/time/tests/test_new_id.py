"""Ids made by the database: of their time, in order, and no two alike."""

import time
from importlib import import_module
from uuid import UUID

import pytest
from django.db import connection

PUT_TOGETHER: str = import_module("lantian.kernel.time.migrations.0004_new_id").PUT_TOGETHER
pytestmark = pytest.mark.django_db


def made(count: int) -> list[UUID]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT lantian_new_id() FROM generate_series(1, %s)", [count])
        return [row[0] for row in cursor.fetchall()]


def test_ids_are_of_version_seven_of_now_and_in_order():
    before = time.time_ns() // 1_000_000
    ids = made(5000)
    after = time.time_ns() // 1_000_000
    assert len(set(ids)) == 5000
    assert {(one.version, one.variant) for one in ids} == {(7, "specified in RFC 4122")}
    assert before - 5 <= ids[0].int >> 80 <= ids[-1].int >> 80 <= after + 5
    assert ids == sorted(ids)


def test_where_the_server_has_none_they_are_put_together():
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT ({PUT_TOGETHER}) FROM generate_series(1, 1000) AS n GROUP BY n")
        ids = [row[0] for row in cursor.fetchall()]
    assert {(one.version, one.variant) for one in ids} == {(7, "specified in RFC 4122")}
    assert abs((ids[0].int >> 80) - time.time() * 1000) < 5000
