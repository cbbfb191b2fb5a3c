"""What a process gives up before it opens a stranger's file or stream. Standard library alone: such a process loads this file by
its place (`runpy.run_path`), with nothing else of the platform in its memory.
"""

import contextlib
import ctypes
import os
import pwd
import resource
import signal
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import IO

PR_SET_PDEATHSIG, PR_SET_DUMPABLE, PR_SET_CHILD_SUBREAPER, PR_SET_NO_NEW_PRIVS = 1, 4, 36, 38
FIRST_TO_GO = "800"  # of 1000: as if it had so many thousandths of the memory more
CLONE_NEWUSER, CLONE_NEWNET = 0x10000000, 0x40000000


def shed(uid: str, *, network: bool = False) -> None:
    """The network (where the kernel lets us, and unless it is to be kept), then root, then any way back.

    `uid`: whom it becomes when it is started as root, `-` otherwise.
    """
    libc = ctypes.CDLL(None, use_errno=True)
    me, group = os.getuid(), os.getgid()
    if not network and me == 0:
        libc.unshare(CLONE_NEWNET)
    elif not network and libc.unshare(CLONE_NEWUSER | CLONE_NEWNET) == 0:
        for name, text in (("setgroups", "deny"), ("uid_map", f"{me} {me} 1"), ("gid_map", f"{group} {group} 1")):
            with contextlib.suppress(OSError):
                Path(f"/proc/self/{name}").write_text(text)
    if me == 0 and uid != "-":
        os.setgroups([])
        os.setgid(int(uid))
        os.setuid(int(uid))
    libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)


def confine(uid: str, limits: dict[int, int], *, network: bool = False, nice: int = 10) -> None:
    """Bound what may be used (`limits` by resource), stand back behind others by `nice`, and shed the rest.

    Whoever stands back also goes first where the machine has no memory left: it would be the database otherwise, which has more.
    """
    if nice:
        with contextlib.suppress(OSError):
            Path("/proc/self/oom_score_adj").write_text(FIRST_TO_GO)
    for limit, most in {resource.RLIMIT_CORE: 0, **limits}.items():
        resource.setrlimit(limit, (most, most))
    os.nice(nice)
    shed(uid, network=network)


def each_apart(
    asked: Sequence[str], answer: Callable[[str, IO[bytes]], bytes], uid: str, limits: dict[int, int]
) -> None:
    """Answer about many files, each in a process of its own that has no other file and is confined: forked, one after the other,
    from this one, which has loaded all that is needed and reads none of them. `asked`: WAY:SOURCE:OUT, numbers of open files.
    """
    libc = ctypes.CDLL(None)
    libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    libc.prctl(PR_SET_DUMPABLE, 0, 0, 0, 0)  # so that none of them opens what we hold of the others, by /proc
    libc.prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    files = [(way, int(source), int(out)) for way, source, out in (one.split(":") for one in asked)]
    while files:
        way, source, out = files.pop(0)
        child = os.fork()
        if child == 0:
            try:
                libc.prctl(PR_SET_DUMPABLE, 1, 0, 0, 0)  # or it could not say who it is where it has its own network
                for _way, *others in files:
                    for other in others:
                        os.close(other)
                confine(uid, limits)
                with os.fdopen(source, "rb") as file:
                    said = answer(way, file)
                with os.fdopen(out, "wb") as told:
                    told.write(said)
            finally:
                os._exit(0)  # nothing of what its parent has left to do is done here
        os.close(source)
        os.waitpid(child, 0)
        _end_left()
        os.close(out)  # the answer ends here: nobody is left who could add to it


def _end_left() -> None:
    """Whatever a file's process has left behind, which is ours since it has died."""
    children = Path(f"/proc/self/task/{os.getpid()}/children")
    while True:
        with contextlib.suppress(OSError):  # without that list whoever waits for us ends us
            for left in children.read_text().split():
                os.kill(int(left), signal.SIGKILL)
        try:
            os.waitpid(-1, 0)
        except ChildProcessError:
            return


def lesser_user() -> str:
    """Whom a child becomes: nobody, when we are root; `-`: whom we are."""
    if os.getuid() != 0:
        return "-"
    try:
        return str(pwd.getpwnam("nobody").pw_uid)
    except KeyError:
        return "65534"
