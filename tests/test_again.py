"""What fails once is run again alone; what fails twice, or with many others, fails."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
UNSTEADY = """
from pathlib import Path
def test_it():
    mark = Path("been-here")
    before = mark.exists()
    mark.touch()
    assert before
"""
FINE = "def test_it():\n    pass\n"
WRONG = "def test_it():\n    assert False\n"


@pytest.fixture
def run(tmp_path: Path):
    def written(**files: str) -> subprocess.CompletedProcess[str]:
        for name, text in files.items():
            (tmp_path / f"test_{name}.py").write_text(text)
        code = f"import sys; sys.path.insert(0, {str(ROOT)!r}); from tests import again; sys.exit(again.main(sys.argv[1:]))"
        return subprocess.run(
            [sys.executable, "-c", code, "-q", "-p", "xdist", "-n", "1", "--dist", "loadfile", "."],
            cwd=tmp_path,
            env=os.environ | {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )

    return written


def test_what_passes_alone_passes_and_is_named(run):
    ran = run(fine=FINE, unsteady=UNSTEADY)
    assert ran.returncode == 0, ran.stdout
    assert "UNSTEADY" in ran.stdout
    assert "1 failed, 1 passed" in ran.stdout
    assert "\n1 passed" in ran.stdout  # the second time that test alone
    assert ran.stdout.rstrip().endswith("test_unsteady.py::test_it")


def test_what_passed_beside_it_is_not_run_again(run):
    """Stories on a platform that outlives them are told once."""
    once = (
        UNSTEADY.replace("test_it", "test_once")
        .replace("been-here", "told")
        .replace("assert before", "assert not before")
    )
    ran = run(story=UNSTEADY + once)
    assert ran.returncode == 0, ran.stdout
    assert ran.stdout.rstrip().endswith("test_story.py::test_it")


def test_what_fails_twice_fails(run):
    ran = run(fine=FINE, wrong=WRONG, unsteady=UNSTEADY)
    assert ran.returncode == 1
    assert "Once more" in ran.stdout
    assert "UNSTEADY" not in ran.stdout


def test_many_failures_are_no_accident(run):
    ran = run(a=UNSTEADY, b=WRONG, c=WRONG, d=WRONG)
    assert ran.returncode == 1
    assert "Once more" not in ran.stdout


def test_what_cannot_be_read_fails(run):
    ran = run(fine=FINE, broken="import nothing_of_the_kind\n")
    assert ran.returncode not in {0, 5}
    assert "UNSTEADY" not in ran.stdout
