"""The environment and the home folder."""

import os
import re
import stat
from pathlib import Path

import pytest

from runtime.home import (
    ROOT,
    VARIABLES,
    Instance,
    fingerprint,
    make_home,
    private_folder,
    read_instance,
    socket_folder,
)
from runtime.lock import Lock
from runtime.words import Problem, pad, table, width


def test_defaults_need_no_environment() -> None:
    instance = read_instance({})
    assert (instance.port, instance.tls, instance.demo, instance.database_url) == (8000, "", False, "")
    assert instance.home.is_absolute()
    assert instance.url == "http://localhost:8000"


def test_everything_can_be_told() -> None:
    instance = read_instance(
        {
            "LANTIAN_HOME": "/srv/lantian",
            "LANTIAN_PORT": "443",
            "LANTIAN_TLS": "internal",
            "LANTIAN_HOSTS": "school.example, 10.1.2.3",
            "DATABASE_URL": "postgresql://a:b@db/lantian",
            "LANTIAN_DEMO": "1",
            "LANTIAN_DB_POOL": "6",
        }
    )
    assert instance.hosts == ("school.example", "10.1.2.3")
    assert instance.url == "https://school.example"
    assert (instance.http_port, instance.db_pool, instance.demo) == (80, 6, True)


def test_plain_port_beside_https_follows_the_port() -> None:
    assert read_instance({"LANTIAN_TLS": "internal", "LANTIAN_PORT": "8443"}).http_port == 8444
    assert read_instance({"LANTIAN_TLS": "internal", "LANTIAN_HTTP_PORT": "0"}).http_port == 0
    assert read_instance({"LANTIAN_HTTP_PORT": "99"}).http_port == 0


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("LANTIAN_PORT", "99999"),
        ("LANTIAN_PORT", "http"),
        ("LANTIAN_PORT", "-1"),
        ("LANTIAN_TLS", "yes"),
        ("DATABASE_URL", "mysql://x"),
        ("LANTIAN_DB_POOL", "1"),
        ("LANTIAN_WEB_WORKERS", "0"),
    ],
)
def test_bad_values_are_named_plainly(name: str, value: str) -> None:
    with pytest.raises(Problem, match=name):
        read_instance({name: value})


def test_the_home_is_private(home: Path) -> None:
    home.mkdir(mode=0o755)
    make_home(home)
    assert stat.S_IMODE(home.stat().st_mode) == 0o700
    assert all(stat.S_IMODE(path.stat().st_mode) == 0o700 for path in home.iterdir())


def test_a_home_that_cannot_be_is_said_plainly(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(Problem, match="home folder"):
        make_home(tmp_path / "file" / "home")


def test_sockets_fit_however_long_the_path(tmp_path: Path) -> None:
    long = tmp_path / ("deep" * 40) / "home"
    make_home(long)
    assert len(os.fsencode(socket_folder(long) / "live.sock")) < 107
    assert socket_folder(long) != socket_folder(tmp_path / ("deep" * 40) / "other")


def test_sockets_stay_in_a_short_home() -> None:
    assert Instance(Path("/srv/lantian")).web_socket == Path("/srv/lantian/run/web.sock")


def test_a_folder_made_by_somebody_else_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if os.geteuid() != 0:
        pytest.skip("only root can give a folder away")
    folder = private_folder(tmp_path)
    os.chown(folder, 65534, 65534)
    try:
        with pytest.raises(Problem):
            private_folder(tmp_path)
    finally:
        folder.rmdir()


def test_the_same_folder_has_one_fingerprint(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path)
    assert fingerprint(tmp_path / "link") == fingerprint(tmp_path) != fingerprint(tmp_path / "other")


def test_a_lock_is_held_once(tmp_path: Path) -> None:
    first, second = Lock(tmp_path / "lock"), Lock(tmp_path / "lock")
    assert first.acquire()
    assert not second.acquire()
    assert Lock(tmp_path / "lock").held_elsewhere()
    first.release()
    assert second.acquire(shared=True)
    assert Lock(tmp_path / "lock").acquire(shared=True)


def test_every_variable_read_anywhere_is_documented() -> None:
    documented = {variable.name for variable in VARIABLES}
    read = set()
    for folder in ("config", "lantian", "runtime"):
        for path in (ROOT / folder).rglob("*.py"):
            if "tests" not in path.parts:
                read |= set(
                    re.findall(
                        r"(?:environ(?:\.get)?[\[(]|flag\()\s*\"(LANTIAN_[A-Z_]+|DATABASE_URL)\"", path.read_text()
                    )
                )
    assert read <= documented
    manual = (ROOT / "docs" / "operations.md").read_text()
    assert [name for name in documented if f"`{name}`" not in manual] == []


def test_columns_of_chinese_line_up() -> None:
    assert width("教师 a") == 6
    assert pad("教师", 6) == "教师  "
    assert table([("教师", "x"), ("ab", "y")], indent="") == "教师  x\nab    y"
