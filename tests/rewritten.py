"""The asserts of all test files, rewritten before the workers of xdist start.

pytest rewrites an assert so that it tells what it compared, and keeps the outcome beside the file. Workers read the files in the
same order at the same moment, so that in a fresh clone each of them did all of the work, which is nearly half of what it takes to
collect the tests.
"""

import os
from pathlib import Path

import pytest
from _pytest.assertion.rewrite import (
    PYC_TAIL,
    _read_pyc,
    _rewrite_test,
    _write_pyc,
    assertstate_key,
    get_cache_dir,
    try_makedirs,
)

TOPS = ("lantian", "runtime", "tests")


def rewrite_all(config: pytest.Config, root: Path) -> None:
    """Rewrite what is not, on all processors. What fails is left to the one who loads it, and says so."""
    files = sorted(path for top in TOPS for path in (root / top).rglob("test_*.py"))
    shares = os.cpu_count() or 1
    children = []
    for share in range(shares):
        child = os.fork()
        if not child:
            try:
                for path in files[share::shares]:
                    _rewrite(path, config)
            finally:
                os._exit(0)
        children.append(child)
    for child in children:
        os.waitpid(child, 0)


def _rewrite(path: Path, config: pytest.Config) -> None:
    folder = get_cache_dir(path)
    kept = folder / (path.name[:-3] + PYC_TAIL)
    if try_makedirs(folder) and _read_pyc(path, kept) is None:
        digest, code = _rewrite_test(path, config)
        _write_pyc(config.stash[assertstate_key], code, digest, kept)
