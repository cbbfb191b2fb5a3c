"""Bulk import of resources: rows a minute, the catalogue alone (addresses) and with small real files, then once more.

`make bench B=bulk`. `--rows N` (20 000) of the catalogue, `--files N` (1 000) of the demonstration's texts, papers, pictures
and documents in its mixture. Yardstick in the same run: for the catalogue COPY of as many rows into a table of the same columns;
for files a plain copy of the folder and the same COPY.
"""

import csv
import os
import resource
import shutil
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from bench.database import database
from bench.run import Options, Result, Usage

MIXTURE = ("txt", "txt", "image", "txt", "pdf", "txt", "docx", "txt")
HEADS = ("编号", "名称", "文件", "网址", "简介", "学科", "学段", "年级", "类型", "许可")


def run(options: Options) -> Result:
    rows, files = int(options.number("rows", 20_000)), int(options.number("files", 1_000))
    with database(environment={"LANTIAN_DISK_RESERVE_MB": "1"}) as started:
        root = started.home / "imports"
        root.mkdir()
        return _measure(root, started.home, rows, files, started.server)


def _measure(root: Path, home: Path, rows: int, files: int, server: int) -> Result:
    from django.conf import settings

    from lantian.kernel.rules import SYSTEM
    from lantian.people.roster import services as roster

    settings.LANTIAN_IMPORT_ROOT = str(root)
    unit = roster.create_organization(kind="county", name="梓潼县", parent=None, by=SYSTEM)
    _write(root / "catalogue.csv", ((n, "", f"https://old.example/{n}") for n in range(rows)))
    _files(root / "files", files)
    _write(
        root / "files" / "list.csv",
        ((n, name, "") for n, name in enumerate(sorted(path.name for path in (root / "files").iterdir()))),
    )
    catalogue = _import("catalogue.csv", unit, server)
    copied = _copy(root / "catalogue.csv")
    with_files = _import("files/list.csv", unit, server)
    began = time.perf_counter()
    shutil.copytree(root / "files", home / "copied")
    os.sync()
    plain = time.perf_counter() - began + _copy(root / "files" / "list.csv")
    again = _import("files/list.csv", unit, server)
    return Result(
        work=f"{rows} rows of a catalogue, {files} files",
        count=rows,
        seconds=catalogue["seconds"],
        cpu_seconds=catalogue["cpu"],
        peak_mb=max(catalogue["peak_mb"], with_files["peak_mb"]),
        ratio_to="COPY of the same rows",
        ratio=copied / catalogue["seconds"],
        more={
            "catalogue": _said(catalogue, rows),
            "files": _said(with_files, files) | {"ratio_to_copy": round(plain / with_files["seconds"], 4)},
            "files_again": _said(again, files),
        },
    )


def _said(found: dict[str, Any], count: int) -> dict[str, Any]:
    return {
        "rows_a_minute": round(60 * count / found["seconds"]),
        "cpu_ms_a_row": round(1000 * found["cpu"] / count, 2),
        "peak_mb": round(found["peak_mb"]),
        "counts": {name: n for name, n in found["counts"].items() if n},
    }


def _write(path: Path, items: Iterable[tuple[int, str, str]]) -> None:
    with path.open("w", newline="", encoding="utf-8") as handle:
        out = csv.writer(handle)
        out.writerow(HEADS)
        for n, file, url in items:
            said = (f"第 {n} 份：从描点开始讲，例题换成了本地的。", "数学", "初中", "八年级", "教案", "CC BY 4.0")
            out.writerow((f"R{n}", f"旧资源 {n}", file, url, *said))


def _files(folder: Path, count: int) -> None:
    from lantian.content.resources.demo.files import MAKERS, Written
    from lantian.content.resources.engine import kinds

    folder.mkdir()
    for n in range(count):
        lines = [
            f"{step}. 一次函数：第 {n * 7 + step} 组活动，时间 {5 + (n + step) % 9} 分钟。" for step in range(1, 9)
        ]
        made = MAKERS[MIXTURE[n % 8]](Written(f"一次函数（第 {n} 份）", [("教学过程", lines)], n))
        (folder / f"{n:06}.{kinds.FORMATS[made.kind].ending}").write_bytes(made.data)


def _own_cpu() -> float:
    """Of this process and of the children that have ended: those that look at files live shorter than one could watch."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


def _import(sheet: str, unit: Any, server: int) -> dict[str, Any]:
    from lantian.content.sharing import services
    from lantian.kernel.rules import SYSTEM

    run = services.begin_import(sheet=sheet, organization=unit, source=sheet, by=SYSTEM)
    services.start_import(run, by=SYSTEM)
    began = time.perf_counter()
    before = _own_cpu()
    with Usage(server) as database, Usage() as usage:
        services.proceed_import(run.pk)
    seconds, cpu = time.perf_counter() - began, _own_cpu() - before + database.cpu_seconds
    run.refresh_from_db()
    assert run.state == "done", run.fault
    return {"seconds": seconds, "cpu": cpu, "peak_mb": usage.peak_mb, "counts": run.counts}


def _copy(sheet: Path) -> float:
    """The sheet's lines by COPY into a table with as many columns."""
    from django.db import connection

    began = time.perf_counter()
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS plain")
        cursor.execute("CREATE TABLE plain (" + ", ".join(f"c{n} text" for n in range(len(HEADS))) + ")")
        with cursor.copy("COPY plain FROM STDIN (FORMAT csv, HEADER)") as copy:
            copy.write(sheet.read_bytes())
    return time.perf_counter() - began
