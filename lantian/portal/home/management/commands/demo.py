"""`lantian demo seed | accounts | broadcast`: the demonstration region."""

import asyncio
import gc
import json
import sys
import time
from argparse import ArgumentParser
from dataclasses import asdict
from typing import Any

import structlog
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import OperationalError, close_old_connections, transaction

from lantian.kernel import demo

log = structlog.get_logger("demo")


class Command(BaseCommand):
    help = "The demonstration region: seed it, list its accounts, keep a lesson on the air."

    def add_arguments(self, parser: ArgumentParser) -> None:
        verbs = parser.add_subparsers(dest="verb", required=True)
        seed = verbs.add_parser("seed", help="make the region (nothing happens when it is there)")
        seed.add_argument("--scale", choices=demo.SCALES, default="small")
        seed.add_argument("--seed", type=int, default=510700, help="the same number gives the same region")
        accounts = verbs.add_parser("accounts", help="list the demonstration accounts")
        accounts.add_argument("--json", action="store_true")
        broadcast = verbs.add_parser(
            "broadcast", help="play the synthetic lesson through the ingest (runs until stopped)"
        )
        broadcast.add_argument("--url", default="", help="address of the live process, default that of this instance")

    def handle(self, *args: Any, **options: Any) -> None:
        getattr(self, options["verb"])(**options)

    def seed(self, *, scale: str, seed: int, **options: Any) -> None:
        if demo.read_accounts():
            keep_up()
            self.stdout.write("The demonstration region is there already.")
            return
        gc.freeze()  # what was loaded stays, and nearly all that is made from now on is written at once and let go
        gc.set_threshold(50_000, 20, 50)
        context = demo.DemoContext(scale=scale, seed=seed, say=self.stdout.write)
        started = time.monotonic()
        with transaction.atomic():
            for name, part in demo.DEMO_PARTS.items():
                before = time.monotonic()
                part(context)
                self.stdout.write(f"  {name}: {time.monotonic() - before:.1f} s")
        demo.write_accounts(context.accounts)
        self.stdout.write(f"Demonstration region ready ({time.monotonic() - started:.1f} s).")

    def accounts(self, *, json: bool, **options: Any) -> None:
        known = demo.read_accounts()
        if not known:
            raise CommandError("No demonstration region here: run `lantian demo seed` (or `make run`) first.")
        if json:
            self.stdout.write(self._as_json(known))
            return
        for account in known:
            self.stdout.write(
                f"{account.role}\t{account.login}\t{account.password}\t{account.name}\t{account.organization}"
            )

    @staticmethod
    def _as_json(known: list[demo.DemoAccount]) -> str:
        rows = [asdict(account) for account in known]
        return json.dumps(
            [row | {"organisation": row.pop("organization")} for row in rows], ensure_ascii=False, indent=1
        )

    def broadcast(self, *, url: str, **options: Any) -> None:
        if not settings.LANTIAN_DEMO:
            raise CommandError("Only a demonstration (LANTIAN_DEMO=1) broadcasts a synthetic lesson.")
        try:
            asyncio.run(on_air(url))
        except KeyboardInterrupt:
            sys.exit(0)


def keep_up() -> None:
    """Let every app bring its demonstration up to now."""
    for keeper in demo.DEMO_KEEPERS:
        keeper()


def keep_up_and_let_go() -> None:
    """`keep_up` from a thread of its own; a database that is away is met again a minute later."""
    try:
        keep_up()
    except OperationalError as error:
        log.warning("demo.not_kept_up", error=str(error))
    finally:
        close_old_connections()


async def keep_up_each_minute() -> None:
    while True:
        await asyncio.to_thread(keep_up_and_let_go)
        await asyncio.sleep(60)


async def on_air(url: str) -> None:
    """Broadcast, and keep the region up with the clock meanwhile."""
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(keep_up_each_minute())
        for broadcast in demo.DEMO_BROADCASTS:
            tasks.create_task(broadcast(url))
