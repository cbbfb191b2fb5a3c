"""What becomes LibreOffice: a process that first gives up what a converter of strangers' files should not have, then is it.

    python -I office_child.py MEMORY SECONDS BYTES UID PROGRAM ARGUMENT…

Run as a script and by itself: nothing of the platform is in its memory or its environment. MEMORY (bytes of address space),
SECONDS of CPU and BYTES of any one file are its limits; UID is whom it becomes when it is started as root, and `-` otherwise.
"""

import contextlib
import ctypes
import os
import resource
import signal
import sys
from pathlib import Path

PR_SET_PDEATHSIG, PR_SET_NO_NEW_PRIVS = 1, 38
CLONE_NEWUSER, CLONE_NEWNET = 0x10000000, 0x40000000


def shed(uid: str) -> None:
    """The network where the kernel lets us, then root, then any way back."""
    libc = ctypes.CDLL(None, use_errno=True)
    me, group = os.getuid(), os.getgid()
    if me == 0:
        libc.unshare(CLONE_NEWNET)
    elif libc.unshare(CLONE_NEWUSER | CLONE_NEWNET) == 0:
        for name, text in (("setgroups", "deny"), ("uid_map", f"{me} {me} 1"), ("gid_map", f"{group} {group} 1")):
            with contextlib.suppress(OSError):
                Path(f"/proc/self/{name}").write_text(text)
    if me == 0 and uid != "-":
        os.setgroups([])
        os.setgid(int(uid))
        os.setuid(int(uid))
    libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)


def confine(uid: str, limits: dict[int, int]) -> None:
    """Bound what may be used (`limits` by resource), stand back behind others, and shed the rest."""
    for limit, most in {resource.RLIMIT_CORE: 0, **limits}.items():
        resource.setrlimit(limit, (most, most))
    os.nice(10)
    shed(uid)


def main(memory: str, seconds: str, size: str, uid: str, program: str, *arguments: str) -> None:
    """Bound, shed, turn into the program. Does not come back."""
    limits = {
        resource.RLIMIT_AS: int(memory),
        resource.RLIMIT_CPU: int(seconds),
        resource.RLIMIT_FSIZE: int(size),
        resource.RLIMIT_NOFILE: 512,
    }
    confine(uid, limits)
    os.execv(program, [program, *arguments])  # noqa: S606 - no shell is meant


if __name__ == "__main__":
    main(*sys.argv[1:])
