"""Exec wrapper: become the wanted user, ask the kernel to be signalled when the parent dies, then exec the command.

Run as a file by `python -I -S` (standard library only, about 15 ms). The order matters: changing user clears the
parent-death signal, so it is asked for last. Arguments: one JSON object, then the command.
"""

import ctypes
import json
import os
import signal
import sys

PR_SET_PDEATHSIG = 1
PR_SET_NO_NEW_PRIVS = 38


def die_with_parent(parent: int, signal_number: int) -> None:
    """Have the kernel send us `signal_number` when the thread that started us ends (Linux only)."""
    if not sys.platform.startswith("linux"):
        return
    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl(PR_SET_PDEATHSIG, signal_number, 0, 0, 0)
    if os.getppid() != parent:  # it died before we asked
        os._exit(1)


def become(uid: int, gid: int) -> None:
    os.setgroups([])
    os.setgid(gid)
    os.setuid(uid)
    if sys.platform.startswith("linux"):
        ctypes.CDLL(None).prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)


def main() -> None:
    options = json.loads(sys.argv[1])
    command = sys.argv[2:]
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGPIPE):
        signal.signal(number, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_SETMASK, [])
    if options.get("umask") is not None:
        os.umask(options["umask"])
    if options.get("nice"):
        os.nice(options["nice"])
    if options.get("uid") is not None:
        become(options["uid"], options["gid"])
    die_with_parent(options["parent"], options["death_signal"])
    os.execvpe(command[0], command, os.environ)  # noqa: S606 - the wrapper's whole purpose


if __name__ == "__main__":
    main()
