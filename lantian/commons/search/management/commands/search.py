"""lantian search status | rebuild | build | keep"""

import threading
import time
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext_lazy as _

from lantian.commons.search import queries, services

FOLLOW_EVERY_S = 0.5


class Command(BaseCommand):
    help = "The search's index: its status, rebuild it, build (without switching to it), keep it (part of `lantian worker`)."

    stealth_options = ("stop",)  # for the worker, which keeps the index in a thread of its own

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("action", choices=["status", "rebuild", "build", "keep"])

    def handle(self, *args: Any, action: str, stop: threading.Event | None = None, **options: Any) -> None:
        if action == "keep":
            services.keep(stop or threading.Event())
        elif action == "status":
            self._status()
        elif action == "build":
            self._build()
        else:
            self._rebuild()

    def _status(self) -> None:
        now = queries.state()
        words = _("索引 %(name)s：%(documents)s 条，%(size)s MB，等待更新 %(waiting)s 批")
        facts = {
            "name": now.generation or "—",
            "documents": now.documents,
            "size": round(now.bytes / 1e6, 1),
            "waiting": now.waiting,
        }
        self.stdout.write(str(words % facts))
        if not now.fits:
            self.stdout.write(str(_("需要重建：worker 会自动开始，也可以用 lantian search rebuild")))
        if now.building:
            self._say(now.building.get("kind", ""), now.building["done"], now.building["total"])
        for copy in queries.copies():
            self.stdout.write(f"{copy.machine} {copy.generation} {copy.documents} {copy.seen_at:%F %T}")

    def _build(self) -> str:
        try:
            return services.build(self._say)
        except services.Locked:
            raise CommandError(str(_("已经在重建了，用 lantian search status 查看进度"))) from None

    def _rebuild(self) -> None:
        """By the keeper when one runs, here when none does."""
        before = queries.current()
        try:
            keeper = services.Keeper()
        except services.Locked:
            services.want_rebuild()
            while queries.current() == before:
                if now := queries.progress():
                    self._say(now.get("kind", ""), now["done"], now["total"])
                time.sleep(FOLLOW_EVERY_S)
        else:
            try:
                self._build()
                keeper.switch()
            finally:
                keeper.close()
        self._status()

    def _say(self, kind: str, done: int, total: int) -> None:
        self.stdout.write(f"  {kind} {done}/{total}")
