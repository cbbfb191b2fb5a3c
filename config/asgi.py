"""The live process: websockets of lessons. One per installation; granian serves it with one worker."""

import os
from typing import Any

import django
from django.conf import settings

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")


def _own_connections(database: dict[str, Any]) -> None:
    """A few threads, each with a lasting connection: when the database comes back, the next query finds it at once (a pool
    would wait longer and longer between its tries), and when it hangs nobody waits for ever."""
    options: dict[str, Any] = database.setdefault("OPTIONS", {})
    options.pop("pool", None)
    options |= {
        "connect_timeout": 5,
        "application_name": "lantian-live",
        "options": "-c statement_timeout=20000 -c lock_timeout=10000",
    }
    database |= {"CONN_MAX_AGE": 300, "CONN_HEALTH_CHECKS": True}


_own_connections(settings.DATABASES["default"])
django.setup()

from lantian.teach.live.consumers.app import make_app  # noqa: E402 - models are known only after setup

application = make_app()
