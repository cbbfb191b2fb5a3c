"""The benchmark harness: what it measures and the one line it prints."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from bench import run


def test_cpu_of_other_processes_is_measured() -> None:
    code = "import time\nwhile time.process_time() < 0.5: pass\nprint('done', flush=True)\ntime.sleep(30)"
    busy = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE)
    assert busy.stdout is not None
    try:
        with run.Usage(busy.pid) as usage:
            busy.stdout.readline()
    finally:
        busy.kill()
        busy.wait()
    assert 0.2 <= usage.cpu_seconds <= 0.6  # less what it used before we looked
    assert usage.peak_mb > 3
    assert usage.seconds > 0


def test_a_result_becomes_the_agreed_line() -> None:
    line = run.Result(
        "a page", 200, 4.0, cpu_seconds=2.0, peak_mb=120, ratio_to="an empty view", ratio=0.5, more={"p95_ms": 12}
    ).line()
    assert (line["rate"], line["cpu_ms_per_op"], line["ratio"], line["p95_ms"]) == (50.0, 10.0, 0.5, 12)
    assert list(line)[:8] == ["work", "count", "seconds", "rate", "cpu_ms_per_op", "peak_mb", "ratio_to", "ratio"]


def test_percentiles_by_nearest_rank() -> None:
    values = [float(number) for number in range(1, 101)]
    assert [run.percentile(values, share) for share in (0.0, 0.5, 0.95, 1.0)] == [1.0, 50.0, 95.0, 100.0]
    assert run.percentile([], 0.5) == 0.0


def test_the_last_line_is_json(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    module = '"""Counting sheep."""\nfrom bench.run import Options, Result\n\n\ndef run(options: Options) -> Result:\n'
    (tmp_path / "sheep.py").write_text(
        module + '    print("baa")\n    return Result("sheep", int(options.number("sheep", 1)), 2.0)\n'
    )
    monkeypatch.setattr(run, "FOLDER", tmp_path)
    monkeypatch.setattr("bench.__path__", [str(tmp_path)])
    monkeypatch.setattr(sys, "argv", ["bench.run", "sheep", "--sheep", "6"])
    assert run.names() == {"sheep": "Counting sheep."}
    assert run.main() == 0
    last = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert (last["work"], last["count"], last["rate"]) == ("sheep", 6, 3.0)
    assert last["machine"]["cores"] >= 1
