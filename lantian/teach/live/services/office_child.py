"""What becomes LibreOffice: a process that first gives up what a converter of strangers' files should not have, then is it.

    python -I office_child.py MEMORY SECONDS BYTES UID PROGRAM ARGUMENT…

Run as a script and by itself: nothing of the platform is in its memory or its environment. MEMORY (bytes of address space),
SECONDS of CPU and BYTES of any one file are its limits; UID is whom it becomes when it is started as root, and `-` otherwise.
"""

import os
import resource
import runpy
import sys
from pathlib import Path

CONFINED = Path(__file__).resolve().parents[3] / "kernel" / "confined.py"


def main(memory: str, seconds: str, size: str, uid: str, program: str, *arguments: str) -> None:
    """Bound, shed, turn into the program. Does not come back."""
    limits = {
        resource.RLIMIT_AS: int(memory),
        resource.RLIMIT_CPU: int(seconds),
        resource.RLIMIT_FSIZE: int(size),
        resource.RLIMIT_NOFILE: 512,
    }
    runpy.run_path(str(CONFINED))["confine"](uid, limits)
    os.execv(program, [program, *arguments])  # noqa: S606 - no shell is meant


if __name__ == "__main__":
    main(*sys.argv[1:])
