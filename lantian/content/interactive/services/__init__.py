"""The verbs of interactive packages: unpack, open, save."""

from lantian.content.interactive.services.keeping import forget_old, forget_runs, open_run, save_run
from lantian.content.interactive.services.passes import Pass, make_pass, read_pass
from lantian.content.interactive.services.unpacking import ask_package, sweep_packages, unpack

__all__ = [
    "Pass",
    "ask_package",
    "forget_old",
    "forget_runs",
    "make_pass",
    "open_run",
    "read_pass",
    "save_run",
    "sweep_packages",
    "unpack",
]
