"""`python -m tests.again PYTEST-ARGUMENTS …`: pytest, and what failed once more, alone (docs/adr/0042-once-more-alone.md).

Many of our tests let real processes meet in real time, several at once on two cores. When the machine stands still for some
seconds one of four thousand may fail for that. So what failed is run a second time, by one worker, with nothing beside it, and
nothing but it: a story beside it that was told to its end cannot be told twice on one platform. What fails again fails; what
does not is named at the end as unsteady. More than a few failures are no accident and fail at once, as does a run that was
broken off.
"""

import json
import subprocess
import sys
from pathlib import Path

FEW = 3
FAILED = 1  # pytest.ExitCode.TESTS_FAILED
CACHE = Path(".pytest_cache/again")


def pytest(*arguments: str) -> int:
    return subprocess.run([sys.executable, "-m", "pytest", *arguments], check=False).returncode


def say(words: str, names: list[str]) -> None:
    sys.stdout.write("\n  ".join(["", words, *names]) + "\n")
    sys.stdout.flush()


def failed() -> list[str]:
    """The names pytest keeps of what failed in its last run."""
    kept = CACHE / "v/cache/lastfailed"
    return sorted(json.loads(kept.read_text())) if kept.exists() else []


def without(arguments: list[str], *options: str) -> list[str]:
    """The arguments less these options and their values, and less the names of files and folders."""
    kept: list[str] = []
    rest = iter(arguments)
    for each in rest:
        if each in options:
            next(rest, None)
        elif each.startswith("-"):
            kept += [each, next(rest)] if each in {"-m", "-k", "-p", "-o"} else [each]
    return kept


def main(arguments: list[str]) -> int:
    first = pytest("-o", f"cache_dir={CACHE}", "--cache-clear", *arguments)
    names = failed()
    if first != FAILED or not names or len(names) > FEW:
        return first
    say("Once more, alone:", names)
    second = pytest("-o", f"cache_dir={CACHE}", *without(arguments, "-n", "--dist"), *names)
    if second == 0:
        say("UNSTEADY (failed beside the others, passed alone):", names)
    return second


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
