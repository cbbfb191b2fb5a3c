"""Word to the live process, over PostgreSQL's NOTIFY: sent if and only if the transaction commits."""

import json
from typing import Literal

from django.db import connection

CHANNEL = "lantian_live"
Kind = Literal["opened", "live", "ended", "changed", "moved", "drain", "blocked", "heads"]


def announce(kind: Kind, **facts: str) -> None:
    """`facts` are ids and figures as text. The live process looks up the rest."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_notify(%s, %s)", [CHANNEL, json.dumps({"t": kind, **facts})])
