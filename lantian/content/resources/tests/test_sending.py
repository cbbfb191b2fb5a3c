"""Files on their way: in pieces, cut, resumed, killed, two at once, too many; and what the worker then says of them."""

import base64
import hashlib
import io
import os
import signal
import socket
import struct
import subprocess
import sys
import threading
from datetime import timedelta
from pathlib import Path

import pytest
from django.test import Client
from django.utils import timezone

from lantian.content.resources import queries, rules, services
from lantian.content.resources.enums import Scan
from lantian.content.resources.errors import (
    DiskFull,
    FileUnfit,
    QuotaFull,
    TooLarge,
    UploadBusy,
    UploadOver,
    WrongChecksum,
    WrongOffset,
)
from lantian.content.resources.models import Blob, Resource, Upload
from lantian.content.resources.services import receiving, scanning, storing
from lantian.content.resources.tests import files
from lantian.kernel.rules import Denied
from lantian.kernel.tests.verdicts import assert_allowed, assert_refused
from lantian.people.roster.tests.factories import with_account

pytestmark = pytest.mark.django_db
SIZE = 300_000
DATA = os.urandom(SIZE)
TUS = {"Tus-Resumable": "1.0.0"}


def begin(shelf, size=SIZE, **more):
    return services.begin_upload(name="a.bin", size=size, by=shelf.acting("teacher"), **more)


def write(shelf, upload, data, offset, **more):
    return services.write_piece(upload, offset=offset, read=io.BytesIO(data).read, by=shelf.acting("teacher"), **more)


def test_a_file_comes_in_pieces_and_each_has_to_begin_where_the_last_ended(shelf):
    upload = begin(shelf)
    assert write(shelf, upload, DATA[:1000], 0).offset == 1000
    for offset in (0, 999, 1001, len(DATA)):
        with pytest.raises(WrongOffset) as fault:
            write(shelf, upload, DATA[1000:], offset)
        assert fault.value.offset == 1000
    with pytest.raises(TooLarge):
        write(shelf, upload, DATA, 1000)
    assert write(shelf, upload, DATA[1000:], 1000).state == "checking"
    assert storing.path_of_upload(upload).read_bytes() == DATA
    with pytest.raises(UploadOver):
        write(shelf, upload, b"", len(DATA))


def test_a_checksum_keeps_a_piece_whole_or_not_at_all(shelf):
    upload = begin(shelf)
    good = hashlib.sha256(DATA[:5000]).digest()
    with pytest.raises(WrongChecksum):
        write(shelf, upload, DATA[1:5001], 0, checksum=("sha256", good))
    upload.refresh_from_db()
    assert (upload.offset, storing.path_of_upload(upload).stat().st_size) == (0, 0)
    assert write(shelf, upload, DATA[:5000], 0, checksum=("sha256", good)).offset == 5000


def test_a_line_that_breaks_keeps_what_came(shelf):
    upload = begin(shelf)
    source = io.BytesIO(DATA[:20_000])

    def breaks(count):
        piece = source.read(count)
        if not piece:
            raise ConnectionResetError
        return piece

    with pytest.raises(ConnectionResetError):
        services.write_piece(upload, offset=0, read=breaks, by=shelf.acting("teacher"))
    upload.refresh_from_db()
    assert upload.offset == 20_000
    Upload.objects.update(expires_at=timezone.now() + timedelta(days=1))  # six days later
    write(shelf, upload, DATA[20_000:], 20_000)
    assert storing.path_of_upload(upload).read_bytes() == DATA
    assert Upload.objects.get().expires_at > timezone.now() + timedelta(days=6)


def test_after_a_restore_that_has_less_the_rest_is_asked_for_again(shelf):
    upload = begin(shelf)
    write(shelf, upload, DATA[:5000], 0)
    os.truncate(storing.path_of_upload(upload), 3000)
    with pytest.raises(WrongOffset) as fault:
        write(shelf, upload, DATA[5000:], 5000)
    assert fault.value.offset == 3000
    write(shelf, upload, DATA[3000:], 3000)
    assert storing.path_of_upload(upload).read_bytes() == DATA


def test_of_two_who_write_at_once_one_is_told(shelf):
    upload = begin(shelf)
    with receiving._open_alone(storing.path_of_upload(upload)), pytest.raises(UploadBusy):
        write(shelf, upload, DATA, 0)
    assert write(shelf, upload, DATA, 0).state == "checking"


def test_a_full_disk_is_said_and_nothing_is_lost(shelf, monkeypatch, settings):
    upload = begin(shelf)
    write(shelf, upload, DATA[:7000], 0)

    def full(handle, piece):
        raise DiskFull

    with monkeypatch.context() as patch:
        patch.setattr(receiving, "_write", full)
        with pytest.raises(DiskFull):
            write(shelf, upload, DATA[7000:], 7000)
    upload.refresh_from_db()
    assert upload.offset == 7000
    assert write(shelf, upload, DATA[7000:], 7000).state == "checking"
    settings.LANTIAN_DISK_RESERVE_BYTES = 1 << 60
    with pytest.raises(DiskFull):
        begin(shelf)


def test_nobody_begins_what_cannot_be_kept(shelf, settings, monkeypatch):
    with pytest.raises(FileUnfit):
        begin(shelf, size=0)
    with pytest.raises(TooLarge):
        begin(shelf, size=receiving.LARGEST + 1)
    with pytest.raises(Denied):
        services.begin_upload(name="a", size=1, by=shelf.acting("pupil"))
    monkeypatch.setattr(receiving, "UNDER_WAY", 2)
    begin(shelf)
    begin(shelf)
    with pytest.raises(QuotaFull):
        begin(shelf)
    Upload.objects.all().delete()
    settings.LANTIAN_RESOURCES_UNIT_BYTES = 2 * len(DATA)
    begin(shelf)
    with pytest.raises(QuotaFull):
        begin(shelf, size=len(DATA) + 1)


def test_given_up_or_forgotten_it_is_gone(shelf):
    upload, other = begin(shelf), begin(shelf)
    write(shelf, upload, DATA[:10], 0)
    write(shelf, other, DATA[:10], 0)
    assert_refused(rules.may_manage_upload, shelf.acting("colleague"), upload)
    assert_allowed(rules.may_manage_upload, shelf.acting("teacher"), upload)
    Upload.objects.filter(pk=other.pk).update(expires_at=timezone.now() - timedelta(seconds=1))
    with pytest.raises(UploadOver):
        write(shelf, other, DATA[10:], 10)
    assert services.expire_uploads() == 1
    assert not storing.path_of_upload(other).exists()
    path = storing.path_of_upload(upload)
    services.drop_upload(upload, by=shelf.acting("teacher"))
    storing._sweep_strays(-1)
    assert not path.exists()


def test_the_same_file_is_kept_once_and_swept_when_nothing_points_to_it(shelf):
    first, second = (shelf.send(files.pdf(), name) for name in ("a.pdf", "b.pdf"))
    assert first.blob == second.blob
    path = storing.path_of(first.blob_id)
    assert hashlib.sha256(path.read_bytes()).hexdigest() == first.blob_id
    made = services.create_resource(upload=first, by=shelf.acting("teacher"))
    Upload.objects.all().delete()
    assert services.sweep_blobs(older=timedelta(0)) == 0
    services.discard_version(shelf.version(made), by=shelf.acting("teacher"))
    assert services.sweep_blobs() == 0, "not at once"
    stray = storing.path_of("ab" * 32)
    stray.parent.mkdir(parents=True)
    stray.write_bytes(b"left by a killed process")
    assert services.sweep_blobs(older=timedelta(seconds=-5)) == 2
    assert not path.exists()
    assert not stray.exists()
    assert not Blob.objects.exists()
    with pytest.raises(ValueError, match="hash"):
        storing.path_of("../etc/passwd")


# What a file is --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "data", "kind"),
    [
        ("a.pdf", files.pdf(pages=3), "document"),
        ("a.docx", files.docx(), "document"),
        ("a.pptx", files.pptx(), "slides"),
        ("a.doc", files.ole("WordDocument"), "document"),
        ("a.ppt", files.ole("PowerPoint Document"), "slides"),
        ("a.png", files.picture(), "image"),
        ("a.jpeg", files.picture("JPEG"), "image"),
        ("a.mp4", files.film(), "video"),
        ("a.wav", files.sound(), "audio"),
        ("a.txt", "中文".encode("gb18030") * 9, "document"),
        ("a.h5p", files.h5p(), "interactive"),
        ("a.zip", files.scorm(), "interactive"),
        ("b.zip", files.pages(), "interactive"),
        ("c.zip", files.packed({"a.txt": "x"}), "pack"),
        ("no ending", files.pdf(), "document"),
    ],
)
def test_what_a_file_is_follows_from_what_is_in_it(shelf, name, data, kind):
    upload = shelf.send(data, name)
    assert upload.state == "ready", upload.why
    made = services.create_resource(upload=upload, by=shelf.acting("teacher"))
    assert made.kind == kind


@pytest.mark.parametrize(
    ("name", "data", "why"),
    [
        ("a.exe", b"MZ\x90\0" + b"\0" * 2000, "程序不能上传"),
        ("lesson.pdf", b"MZ\x90\0" + b"\0" * 2000, "已损坏"),
        ("lesson.pdf", files.picture(), "其实是 .png"),
        ("photo.jpg", files.packed({"a.txt": "x"}), "其实是 .zip"),
        ("a.pdf", files.pdf()[:200], "已损坏"),
        ("a.pdf", b"%PDF-1.4 nothing more", "已损坏"),
        ("a.png", files.picture()[:60], "已损坏"),
        ("a.mp4", files.film()[:400], "已损坏"),
        ("a.docx", files.docx()[:300], "已损坏"),
        ("a.docx", files.ole("EncryptedPackage"), "密码"),
        ("a.zip", files.locked_zip(), "密码"),
        ("a.docm", files.docx(**{"word/vbaProject.bin": b"x"}), "宏"),
        ("a.zip", files.bomb(), "大得不正常"),
        ("a.zip", files.folded(), "大得不正常"),
        ("a.zip", files.packed({"../../etc/cron.d/x": "x"}), "指向外面"),
        ("a.zip", files.packed({"game/setup.exe": "x"}), "setup.exe"),
        ("a.zip", files.packed({}), "已损坏|空的|不是"),
        ("a.rar", b"Rar!\x1a\x07\x00" + b"\0" * 2000, "RAR"),
        ("a.html", b"<html><script>alert(1)</script>", "index.html"),
        ("a.svg", b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>", "不能上传这种"),
        ("a.bin", b"\0\1\2\3" * 400, "不能上传这种"),
    ],
)
def test_broken_disguised_locked_and_hostile_files_are_refused_in_words(shelf, name, data, why):
    upload = shelf.send(data, name)
    assert upload.state == "refused"
    assert any(word in upload.why for word in why.split("|")), upload.why
    assert upload.blob is None
    assert not storing.path_of_upload(upload).exists()
    with pytest.raises(FileUnfit):
        services.create_resource(upload=upload, by=shelf.acting("teacher"))


def test_a_file_that_was_changed_on_its_way_is_refused(shelf):
    upload = begin(shelf, told_sha256="0" * 64)
    write(shelf, upload, DATA, 0)
    assert "传坏" in services.take_in(upload.pk).why
    assert services.take_in(upload.pk) is None, "once"
    lost = begin(shelf)
    write(shelf, lost, DATA, 0)
    storing.path_of_upload(lost).unlink()
    assert "不见" in services.take_in(lost.pk).why


# Viruses --------------------------------------------------------------------------------------------------------------------


@pytest.fixture
def clamd(tmp_path, settings):
    """One that speaks the protocol: it finds what holds EICAR, and takes no more than a megabyte."""
    place = tmp_path / "clamd.ctl"
    server = socket.socket(socket.AF_UNIX)
    server.bind(str(place))
    server.listen(4)

    def read(line, count):
        data = b""
        while len(data) < count:
            piece = line.recv(count - len(data))
            if not piece:
                return data
            data += piece
        return data

    def serve():
        while True:
            try:
                line, _peer = server.accept()
            except OSError:
                return
            with line:
                assert read(line, 10) == b"zINSTREAM\0"
                data = b""
                while (length := struct.unpack("!I", read(line, 4))[0]) and len(data) < 1 << 20:
                    data += read(line, length)
                if length:
                    line.sendall(b"INSTREAM size limit exceeded. ERROR\0")
                else:
                    line.sendall(b"stream: Eicar-Test-Signature FOUND\0" if b"EICAR" in data else b"stream: OK\0")

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    settings.LANTIAN_CLAMD = f"unix:{place}"
    yield place
    server.shutdown(socket.SHUT_RDWR)
    server.close()
    thread.join(5)


def test_clamd_is_asked_and_what_it_finds_is_refused(shelf, clamd):
    assert shelf.send(b"just a text, nothing else", "a.txt").blob.scan == Scan.CLEAN
    bad = shelf.send(b"a text with EICAR inside of it", "b.txt")
    assert (bad.state, bad.blob) == ("refused", None)
    assert "病毒" in bad.why
    assert Blob.objects.get(scan="infected").facts["virus"] == "Eicar-Test-Signature"
    again = shelf.send(b"a text with EICAR inside of it", "c.txt")
    assert again.state == "refused", "as the file is known"


def test_without_clamd_or_where_it_refuses_files_stay_unscanned_until_it_answers(shelf, settings, clamd):
    place = settings.LANTIAN_CLAMD
    settings.LANTIAN_CLAMD = ""
    assert services.scan_waiting() == 0
    text = shelf.send(b"EICAR, while nobody looked at files", "a.txt")
    assert (text.state, text.blob.scan) == ("ready", Scan.UNSCANNED)
    for away in ("unix:/nowhere", "127.0.0.1:1"):
        settings.LANTIAN_CLAMD = away
        assert services.scan_waiting() == 0
    settings.LANTIAN_CLAMD = place
    assert services.scan_waiting() == 1
    assert Blob.objects.get().scan == "infected"
    made = services.create_resource(upload=text, by=shelf.acting("teacher"))
    assert "病毒" in services.check_sound(type("Asked", (), {"subject": shelf.version(made).pk})())
    long = shelf.media if hasattr(shelf, "media") else storing.root() / "long"
    long.write_bytes(b"x" * (3 << 20))
    with pytest.raises(scanning.ScannerAway):
        scanning.scan_file(long)


# By HTTP --------------------------------------------------------------------------------------------------------------------


@pytest.fixture
def client(shelf):
    made = Client()
    made.force_login(with_account(shelf.teacher))
    return made


def tus(client, method, address, data=b"", **headers):
    return client.generic(method, address, data, content_type="application/offset+octet-stream", headers=TUS | headers)


def create(client, size, name="函数.txt", **more):
    metadata = f"filename {base64.b64encode(name.encode()).decode()},odd !!,empty"
    answer = tus(
        client, "POST", "/resources/uploads/", **{"Upload-Length": str(size), "Upload-Metadata": metadata} | more
    )
    assert answer.status_code == 201, answer.content
    assert "Upload-Expires" in answer.headers
    return answer.headers["Location"]


def test_the_protocol_from_creation_to_a_resource(shelf, client):
    options = client.options("/resources/uploads/")
    assert options.headers["Tus-Extension"] == "creation,termination,expiration,checksum"
    assert client.post("/resources/uploads/", headers={"Upload-Length": "1"}).status_code == 412
    data = files.WORDS.encode()
    address = create(client, len(data))
    digest = base64.b64encode(hashlib.sha1(data[:50]).digest()).decode()
    for headers, status in (
        ({"Upload-Offset": "0", "Upload-Checksum": "sha1 " + base64.b64encode(b"no").decode()}, 460),
        ({"Upload-Offset": "0", "Upload-Checksum": "crc32 aaaa"}, 400),
        ({"Upload-Offset": "7"}, 409),
        ({}, 400),
        ({"Upload-Offset": "0", "Upload-Checksum": f"sha1 {digest}"}, 204),
    ):
        assert tus(client, "PATCH", address, data[:50], **headers).status_code == status
    head = tus(client, "HEAD", address)
    assert (head.headers["Upload-Offset"], head.headers["Upload-Length"]) == ("50", str(len(data)))
    assert "no-store" in head.headers["Cache-Control"]
    wrong = client.patch(address, data, content_type="text/plain", headers=TUS | {"Upload-Offset": "50"})
    assert wrong.status_code == 415
    done = tus(client, "PATCH", address, data[50:], **{"Upload-Offset": "50"})
    assert (done.status_code, done.headers["Upload-Offset"]) == (204, str(len(data)))
    assert client.get(f"{address}state/").json()["state"] == "checking"
    upload = services.take_in(Upload.objects.get().pk)
    assert client.get(f"{address}state/").json()["alike"] == []
    answer = client.post("/resources/new/", {"upload": str(upload.pk)}, headers={"X-Requested-With": "fetch"})
    assert answer.json()["url"] == f"/resources/versions/{Resource.objects.get().versions.get().pk}/edit/"
    assert queries.open_version(Resource.objects.get()).file_name == "函数.txt"


def test_another_persons_upload_is_not_there_and_ones_own_can_be_given_up(shelf, client):
    address = create(client, 100)
    other = Client()
    other.force_login(with_account(shelf.colleague))
    for method in ("HEAD", "PATCH", "DELETE"):
        assert tus(other, method, address, **{"Upload-Offset": "0"}).status_code == 404
    assert other.get(f"{address}state/").status_code == 404
    assert tus(Client(), "HEAD", address).status_code == 302
    assert tus(client, "POST", "/resources/uploads/", **{"Upload-Length": "99999999999999"}).status_code == 413
    assert tus(client, "POST", "/resources/uploads/", **{"Upload-Length": "-1"}).status_code == 400
    assert tus(client, "DELETE", address).status_code == 204
    assert tus(client, "HEAD", address).status_code == 404


CHILD = """
import sys, django; django.setup()
from uuid import UUID
from lantian.content.resources import services
from lantian.content.resources.models import Upload
from lantian.people.roster.models import Person
from lantian.people.roster.queries import actor_of_person
from django.conf import settings
settings.LANTIAN_MEDIA_ROOT = sys.argv[3]
settings.LANTIAN_DISK_RESERVE_BYTES = 0
sent = 0
def read(count):
    global sent
    if sent >= 9 << 20:
        print("sent", flush=True)
        sys.stdin.read()  # until killed
    sent += count
    return b"x" * count
services.write_piece(Upload.objects.get(pk=UUID(sys.argv[1])), offset=0, read=read,
                     by=actor_of_person(Person.objects.get(pk=UUID(sys.argv[2]))))
"""


@pytest.mark.django_db(transaction=True)
def test_a_process_killed_in_the_middle_of_a_piece_leaves_an_upload_that_goes_on(media):
    from django.db import connection

    from lantian.content.resources.tests.shelf import make_shelf

    shelf, size = make_shelf(), 12 << 20
    upload = begin(shelf, size=size)
    url = connection.settings_dict
    environment = os.environ | {
        "LANTIAN_TEST_HARNESS": "0",
        "DATABASE_URL": f"postgresql://{url['USER']}:{url['PASSWORD']}@/{url['NAME']}?host={url['HOST']}&port={url['PORT']}",
    }
    child = subprocess.Popen(
        [sys.executable, "-c", CHILD, str(upload.pk), str(shelf.teacher.pk), str(media)],
        env=environment,
        cwd=Path(__file__).parents[4],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    try:
        assert child.stdout.readline() == b"sent\n"
        with pytest.raises(UploadBusy):
            write(shelf, upload, b"y", 0)
    finally:
        child.send_signal(signal.SIGKILL)
        child.wait()
        child.stdout.close()
        child.stdin.close()
    upload.refresh_from_db()
    assert upload.offset == 8 << 20, "what was on the disk for sure"
    assert storing.path_of_upload(upload).stat().st_size > upload.offset
    done = write(shelf, upload, b"y" * (size - upload.offset), upload.offset)
    kept = storing.path_of_upload(done).read_bytes()
    assert (len(kept), kept[(8 << 20) - 1 : (8 << 20) + 1]) == (size, b"xy")
