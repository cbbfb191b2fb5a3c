"""The `lantian` command over the stand-in project."""

from pathlib import Path

import runtime.home

runtime.home.ROOT = Path(__file__).resolve().parent

from runtime.cli import main  # noqa: E402

main()
