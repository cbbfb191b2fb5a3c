"""lantian resources import FOLDER SHEET"""

import time
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from lantian.content.sharing import queries, services
from lantian.content.sharing.enums import WORKING, BulkState, RowState
from lantian.content.sharing.errors import SharingError
from lantian.content.sharing.models import BulkRun
from lantian.kernel.rules import SYSTEM
from lantian.people.roster import queries as roster


class Command(BaseCommand):
    help = "Import a folder of files by a spreadsheet, both below LANTIAN_IMPORT_ROOT. Run again, it imports nothing twice."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("action", choices=["import"])
        parser.add_argument("folder", help="below LANTIAN_IMPORT_ROOT, '.' for itself")
        parser.add_argument("sheet", help="CSV or XLSX, below LANTIAN_IMPORT_ROOT")
        parser.add_argument("--source", default="", help="name of the old system (default: the sheet's name)")
        parser.add_argument("--organization", default="", help="code or name of the unit (default: the region's top)")
        parser.add_argument("--drafts", action="store_true", help="do not publish")
        parser.add_argument("--check", action="store_true", help="only say what is wrong with the first rows")
        for name in ("subject", "stage", "purpose", "licence", "rights_holder", "reach"):
            parser.add_argument(f"--{name.replace('_', '-')}", dest=name, default="", help="where a row says nothing")

    def handle(self, *args: Any, folder: str, sheet: str, **options: Any) -> None:
        try:
            run = services.begin_import(
                sheet=sheet,
                folder=folder,
                organization=self._unit(options["organization"]),
                source=options["source"],
                by=SYSTEM,
            )
            usual = run.usual | {name: options[name] for name in run.usual.keys() | {"licence"} if options.get(name)}
            usual |= {name: options[name] for name in ("subject", "stage", "purpose") if options[name]}
            run = services.map_import(run, columns=run.columns, usual=usual, publish=not options["drafts"], by=SYSTEM)
            if options["check"]:
                self._check(run)
                return
            services.start_import(run, by=SYSTEM)
        except SharingError as error:
            raise CommandError(str(error.message)) from error
        self._work(run)

    def _unit(self, name: str) -> Any:
        rows = roster.every_organization().order_by("path")
        found = (rows.filter(code=name) or rows.filter(name=name)).first() if name else rows.first()
        if found is None:
            raise CommandError(_("没有这个单位：%(name)s") % {"name": name})
        return found

    def _check(self, run: BulkRun) -> None:
        for one in services.preview(run):
            self.stdout.write(f"{one.row.line} {one.row.facts['title']} {'; '.join(one.faults)}")
        services.cancel_import(run, by=SYSTEM)

    def _work(self, run: BulkRun) -> None:
        """Here, unless a worker is at it already; killed, a worker goes on with it."""
        services.proceed_import(run.pk)
        run.refresh_from_db()
        while run.state in WORKING:
            time.sleep(1)
            run.refresh_from_db()
        counts = queries.counts_of(run)
        words = [f"{RowState(state).label} {n}" for state, n in counts.items() if n]
        self.stdout.write("  ".join(words))
        for row in queries.report_of(run).filter(state=RowState.REFUSED)[:20]:
            self.stdout.write(f"  {row.line} {row.key} {row.why}")
        if run.state != BulkState.DONE:
            raise CommandError(run.fault or str(BulkState(run.state).label))
