"""A running demonstration is backed up, and comes back in an empty folder: rows, sealed facts, recordings and their keys."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.e2e.conftest import ROOT, Instance

# Counted and opened by the services of the program itself, in either home.
LOOK = """
import hashlib
from django.apps import apps
from django.conf import settings
from lantian.content.media import services as media
from lantian.content.media.engine.crypto import decrypt_segment, sequence_iv
from lantian.content.media.models import Stream
from lantian.people.roster.models import Person
closed = Stream.objects.filter(state="closed", seconds__gt=0).order_by("pk")
print("people", Person.objects.count(), Person.objects.filter(phone_index__isnull=False).order_by("pk").first().phone)
signing = "".join(key["pem"] for key in settings.IDP_OIDC_PRIVATE_KEYS)
print("signs", hashlib.sha256(signing.encode()).hexdigest(), apps.get_model("connect", "Client").objects.count())
print("held", apps.get_model("live", "Attendance").objects.filter(session__stream__state="closed").count())
for stream in closed:
    keys, lost = media.stream_keys(stream.pk)
    secrets, folder = {str(key.id): key.secret for key in keys}, media.folder_of(stream)
    pieces = [(folder.av.path / r.name, secrets[r.key], r.sequence) for r in folder.av.load().segments]
    plain = [decrypt_segment(path.read_bytes(), key, sequence_iv(number)) for path, key, number in pieces]
    print("replay", stream.token, len(lost), len(plain), sum(map(len, plain)), (folder.path / "replay.m3u8").exists())
"""


def lantian(home: Path, *arguments: str, told: str = "") -> str:
    environment = {
        key: value for key, value in os.environ.items() if not key.startswith(("LANTIAN_", "DATABASE_", "DJANGO_"))
    }
    done = subprocess.run(
        [sys.executable, "-m", "runtime.cli", *arguments],
        cwd=ROOT,
        env=environment | {"LANTIAN_HOME": str(home)},
        input=told,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.slow
def test_a_backup_taken_while_a_lesson_runs_comes_back_in_an_empty_folder(instance: Instance, tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    archive, secret, home = tmp_path / "all.tar", tmp_path / "passphrase", tmp_path / "home"
    secret.write_text("correct horse battery\n")
    deadline = time.monotonic() + 120  # the demonstration records its two replays once everything is up
    while (before := lantian(instance.home, "shell", "-v0", "-c", LOOK)).count("replay") < 2:
        assert time.monotonic() < deadline, before
        time.sleep(2)
    lantian(instance.home, "backup", str(archive), "--passphrase-file", str(secret))
    lantian(home, "restore", str(archive), "--passphrase-file", str(secret))
    assert lantian(home, "shell", "-v0", "-c", LOOK) == before
