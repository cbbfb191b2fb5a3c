"""`lantian i18n extract|compile|check`: the English catalogue, without gettext programs."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from lantian.kernel.web.catalogue import book


class Command(BaseCommand):
    help = "Extract Chinese source texts, compile the English catalogue, or check that it is whole."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("action", choices=["extract", "compile", "check"])

    def handle(self, *args: Any, action: str, **options: Any) -> None:
        base = Path(settings.BASE_DIR)
        if action == "extract":
            for domain, waiting in book.extract(base).items():
                self.stdout.write(f"{book.po_path(base, domain).relative_to(base)}: {waiting} without English")
        elif action == "compile":
            book.compile_all(base)
            self.stdout.write("compiled")
        else:
            complaints = book.check(base)
            for complaint in complaints:
                self.stdout.write(str(complaint))
            if complaints:
                raise CommandError(f"{len(complaints)} to mend")
            self.stdout.write("the catalogue is whole")
