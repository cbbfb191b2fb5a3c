"""Keys, sealed values and blind indexes."""

import hmac
import json
import stat
import subprocess
import sys

import pytest
from django.db import connection, models
from hypothesis import given
from hypothesis import strategies as st

from lantian.kernel import crypto
from lantian.kernel.fields import Sealed, SealedTextField


@pytest.fixture
def ring(monkeypatch):
    """A key ring of its own, which the test may change."""
    keys = crypto.Keys(secret_key="x", fields={1: bytes([1]) * 32}, blind=bytes([9]) * 32)
    holder = {"keys": keys}
    monkeypatch.setattr(crypto, "keys", lambda: holder["keys"])
    return holder


@given(st.text(max_size=200), st.text(max_size=40))
def test_what_is_sealed_opens_again(value, context):
    assert crypto.decrypt(crypto.encrypt(value, context=context), context=context).decode() == value


def test_a_value_is_sealed_differently_each_time_and_bound_to_its_place(ring):
    first, second = (crypto.encrypt("13800001111", context="a.phone") for _ in range(2))
    assert first != second
    with pytest.raises(crypto.KeyLost):
        crypto.decrypt(first, context="a.citizen_id")


@given(st.integers(0, 200), st.integers(1, 255))
def test_any_changed_byte_is_noticed(place, change):
    sealed = bytearray(crypto.encrypt("0123456789", context="x"))
    sealed[place % len(sealed)] ^= change
    with pytest.raises(crypto.KeyLost):
        crypto.decrypt(bytes(sealed), context="x")


@pytest.mark.parametrize("junk", [b"", b"\x01", b"plain text that was never sealed", bytes(60)])
def test_what_was_never_sealed_is_no_secret(junk):
    with pytest.raises(crypto.KeyLost):
        crypto.decrypt(junk)


@given(st.lists(st.text(max_size=60), max_size=8), st.text(max_size=40))
def test_many_values_are_sealed_as_one_by_one(values, context):
    sealer = crypto.Sealer(context)
    sealed = [sealer.seal(value) for value in values]
    assert [crypto.decrypt(each, context=context).decode() for each in sealed] == values
    assert [sealer.index(value) for value in values] == [crypto.blind_index(value, purpose=context) for value in values]


def test_no_two_values_of_a_large_batch_share_a_nonce():
    sealer = crypto.Sealer("a.phone")
    nonces = {sealer.seal("13800001111")[3 : 3 + crypto.NONCE_BYTES] for _ in range(3 * crypto.Sealer.DRAWN)}
    assert len(nonces) == 3 * crypto.Sealer.DRAWN


def test_a_blind_index_is_a_keyed_hash_of_purpose_and_value(ring):
    said = hmac.digest(bytes([9]) * 32, b"a.phone\x0013800001111", "sha256")
    assert crypto.blind_index(" 13800001111 ", purpose="a.phone") == said


def test_old_values_open_after_a_new_key_is_added_and_new_ones_use_it(ring):
    old = crypto.encrypt("alt")
    ring["keys"] = crypto.Keys("x", {1: bytes([1]) * 32, 2: bytes([2]) * 32}, bytes([9]) * 32)
    assert crypto.decrypt(old) == b"alt"
    new = crypto.encrypt("neu")
    ring["keys"] = crypto.Keys("x", {1: bytes([1]) * 32}, bytes([9]) * 32)
    with pytest.raises(crypto.KeyLost, match="key 2"):
        crypto.decrypt(new)


def test_blind_indexes_are_equal_for_equal_values_within_one_purpose_and_key(ring):
    index = crypto.blind_index("13800001111", purpose="login")
    assert len(index) == 32
    assert crypto.blind_index(" 13800001111 ", purpose="login") == index
    assert crypto.blind_index("13800001112", purpose="login") != index
    assert crypto.blind_index("13800001111", purpose="phone") != index
    ring["keys"] = crypto.Keys("x", {1: bytes(32)}, bytes([8]) * 32)
    assert crypto.blind_index("13800001111", purpose="login") != index


def test_processes_that_start_together_agree_on_one_key_file(tmp_path):
    path = tmp_path / "keys" / "lantian.key"
    program = (
        "import sys; from pathlib import Path; from lantian.kernel import crypto;"
        "sys.stdin.readline(); print(crypto.load_or_create_keys(Path(sys.argv[1])).secret_key)"
    )
    starters = [
        subprocess.Popen(
            [sys.executable, "-c", program, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        for _ in range(4)
    ]
    for process in starters:
        assert process.stdin is not None
        process.stdin.write("now\n")
        process.stdin.flush()
    made = {process.communicate(timeout=60)[0].strip() for process in starters}
    assert made == {crypto.load_or_create_keys(path).secret_key}
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [each.name for each in path.parent.iterdir()] == ["lantian.key"]


@pytest.mark.parametrize(
    "content", ["", "{", "{}", json.dumps({"secret_key": "a", "fields": {"1": "c2hvcnQ="}, "blind": ""})]
)
def test_a_broken_key_file_is_never_replaced(tmp_path, content):
    path = tmp_path / "lantian.key"
    path.write_text(content)
    with pytest.raises(crypto.KeyFileBroken):
        crypto.load_or_create_keys(path)
    assert path.read_text() == content


def test_the_key_that_signs_is_made_once_and_readable_by_its_owner_alone(tmp_path):
    path = tmp_path / "keys" / "signing.pem"
    program = (
        f"import pathlib; from lantian.kernel.crypto import *; load_or_create_signing_keys(pathlib.Path({str(path)!r}))"
    )
    together = [subprocess.Popen([sys.executable, "-c", program]) for _ in range(3)]
    assert [process.wait(60) for process in together] == [0, 0, 0]
    assert [entry.name for entry in path.parent.iterdir()] == ["signing.pem"]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    (first,) = crypto.load_or_create_signing_keys(path)
    path.write_text(path.read_text() + crypto.new_signing_key())
    assert crypto.load_or_create_signing_keys(path)[0] == first
    assert len(crypto.load_or_create_signing_keys(path)) == 2


@pytest.mark.parametrize(
    "content",
    ["", "junk", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"],
    ids=["empty", "junk", "cut"],
)
def test_a_broken_signing_key_is_never_replaced(tmp_path, content):
    path = tmp_path / "signing.pem"
    path.write_text(content)
    with pytest.raises(crypto.KeyFileBroken):
        crypto.load_or_create_signing_keys(path)
    assert path.read_text() == content


def test_keys_survive_being_written_and_read(tmp_path):
    keys = crypto.Keys("secret", {1: bytes(32), 3: bytes([3]) * 32}, bytes([7]) * 32)
    crypto.write_keys(tmp_path / "k", keys)
    assert crypto.parse_keys((tmp_path / "k").read_text()) == keys
    assert keys.current == 3


class Diary(models.Model):
    """A table of this test alone."""

    secret = SealedTextField(context="tests.diary.secret", null=True)

    class Meta:
        app_label = "web"
        managed = False

    def __str__(self) -> str:
        return "diary"


@pytest.fixture
def diary(db):
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMPORARY TABLE web_diary (id bigserial PRIMARY KEY, secret bytea)")


def test_a_sealed_field_is_text_to_the_model_and_ciphertext_to_the_table(diary):
    row = Diary.objects.create(secret="心里话")
    stored = Diary.objects.values_list("secret", flat=True).get()
    assert isinstance(stored, Sealed)
    assert "心里话".encode() not in stored
    assert Diary.objects.get().secret == "心里话"
    row.secret = ""
    row.save()
    assert Diary.objects.get().secret is None


def test_a_sealed_field_is_opened_only_when_read(diary, monkeypatch):
    Diary.objects.create(secret="心里话")
    opened = []
    real = crypto.decrypt
    monkeypatch.setattr(crypto, "decrypt", lambda *a, **k: opened.append(1) or real(*a, **k))
    row = Diary.objects.get()
    assert opened == []
    assert row.secret == row.secret == "心里话"
    assert len(opened) == 1
    assert Diary.objects.defer("secret").get().secret == "心里话"


def test_saving_an_unread_secret_keeps_it(diary):
    Diary.objects.create(secret="心里话")
    Diary.objects.get().save()
    assert Diary.objects.get().secret == "心里话"
