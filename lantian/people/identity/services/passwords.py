"""Checking and making passwords without starving the pages.

A good password hash costs a quarter of a second of a core, on purpose. A morning on which a whole school signs in must not
stop those who are in already, so only a few hashes run at a time on the machine (`slots`), a few requests of a process wait
for one, and the rest are told at once to press again in a moment.
"""

import fcntl
import os
import secrets
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.contrib.auth.hashers import PBKDF2PasswordHasher, identify_hasher, make_password, verify_password
from django.utils import timezone

from lantian.people.identity.errors import TooManySignIns
from lantian.people.identity.models import Account

WAIT_SECONDS = 5.0
WAITERS_PER_PROCESS = 2  # of four threads: the other two keep serving pages
CODE_ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"  # nothing that a child mistakes for something else
CODE_LENGTH = 10
CODE_VALID = timedelta(days=180)

_queue = threading.BoundedSemaphore(WAITERS_PER_PROCESS)


class ActivationCodeHasher(PBKDF2PasswordHasher):
    """For random secrets only: 31^10 (2^49.5) activation codes need no slow hash, and a region prints 100 000 of them.

    A thousand rounds make guessing one as dear as 2^59 plain hashes; it stops working at first sign-in or after half a year.
    """

    algorithm = "lantian_code"
    iterations = 1000


def slots() -> int:
    """How many password hashes may run at once on this machine: half of its cores."""
    return max(1, (os.cpu_count() or 1) // 2)


def _take_slot(folder: Path, deadline: float) -> int:
    """Lock one of the slot files; the kernel drops the lock with the descriptor, however the process ends."""
    while True:
        for number in range(slots()):
            handle = os.open(folder / f"hash-{number}.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                os.close(handle)
            else:
                return handle
        if time.monotonic() > deadline:
            raise TooManySignIns
        time.sleep(0.02)


@contextmanager
def hashing_slot(wait: float = WAIT_SECONDS) -> Iterator[None]:
    """Hold one of the machine's hashing slots. Raises TooManySignIns at once when too many wait here, or after `wait` seconds."""
    if not _queue.acquire(blocking=False):
        raise TooManySignIns
    try:
        folder = Path(settings.LANTIAN_HOME) / "run"
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle = _take_slot(folder, time.monotonic() + wait)
        try:
            yield
        finally:
            os.close(handle)
    finally:
        _queue.release()


def new_code() -> str:
    """A random activation code, printed in two halves: ABCDE-FGHJK."""
    drawn = "".join(secrets.choice(CODE_ALPHABET) for _ in range(CODE_LENGTH))
    return f"{drawn[:5]}-{drawn[5:]}"


def plain_code(typed: str) -> str:
    """A code without what people add or change when they type it."""
    return "".join(typed.split()).replace("-", "").replace("—", "").upper()


def hash_code(code: str) -> str:
    """Hash an activation code, quickly."""
    return make_password(plain_code(code), hasher=ActivationCodeHasher.algorithm)


def hash_password(password: str) -> str:
    """Hash with the strongest hasher, in a slot. Raises TooManySignIns."""
    with hashing_slot():
        return make_password(password)


@dataclass(frozen=True)
class SharedPassword:
    """A password that is no secret (demonstration accounts print theirs), hashed once for all who have it.

    Two accounts with one hash have one password, for whoever reads the table: never for passwords of people.
    """

    encoded: str


def share(password: str) -> SharedPassword:
    """Hash a printed password. Raises TooManySignIns."""
    return SharedPassword(hash_password(password))


def is_code(encoded: str) -> bool:
    """Whether a stored password is an activation code's."""
    return encoded.startswith(ActivationCodeHasher.algorithm + "$")


def matches(account: Account | None, password: str, *, renew: bool = False) -> bool:
    """Whether the password (or the activation code, while it is good) is right, taking as long for a no as for a yes.

    With `renew` a right password under an outdated hash is hashed anew in passing, in `account` as well: sessions are tied to
    the hash, so this is for signing in alone, where the session begins afterwards. Raises TooManySignIns.
    """
    with hashing_slot():
        if account is None or not account.has_usable_password():
            make_password(password)
            return False
        if is_code(account.password):
            right, _ = verify_password(plain_code(password), account.password)
            if not right:
                make_password(password)  # else the answer's haste would tell that this account waits for its code
            return right and (account.code_expires_at is None or account.code_expires_at > timezone.now())
        right, outdated = verify_password(password, account.password)
        if right and outdated and renew:
            anew = make_password(password)
            if Account.objects.filter(pk=account.pk, password=account.password).update(password=anew):
                account.password = anew
        return right


def algorithm_of(account: Account) -> str:
    """Name of the hasher that made the account's password; empty when it has none that can be used."""
    return str(identify_hasher(account.password).algorithm) if account.has_usable_password() else ""
