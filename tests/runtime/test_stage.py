"""The relay of the stage and the way around firewalls, as `lantian up` sets them up."""

import stat
from pathlib import Path

import pytest

from runtime import coturn, janus, services
from runtime.home import make_home, read_instance
from runtime.words import Problem


def told(tmp_path: Path, **settings: str) -> dict[str, str]:
    return {"LANTIAN_HOME": str(tmp_path / "home"), **settings}


@pytest.fixture
def installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(janus, "program", lambda: ("/usr/bin/janus", Path("/usr/lib/janus")))
    monkeypatch.setattr(janus, "reachable", lambda: True)


@pytest.mark.usefixtures("installed")
def test_it_runs_where_it_is_installed_unless_it_was_switched_off(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert janus.wanted(read_instance(told(tmp_path)))
    assert not janus.wanted(read_instance(told(tmp_path, LANTIAN_JANUS="off")))
    assert not janus.wanted(read_instance(told(tmp_path, LANTIAN_STAGE="mesh")))
    assert not janus.wanted(read_instance(told(tmp_path, LANTIAN_BIND="127.0.0.1"))), "nobody else is to reach us"
    monkeypatch.setattr(janus, "reachable", lambda: False)
    assert not janus.wanted(read_instance(told(tmp_path))), "a machine with its loop alone has no address to offer"
    assert janus.wanted(read_instance(told(tmp_path, LANTIAN_JANUS="on")))


@pytest.mark.usefixtures("installed")
def test_sources_may_come_by_whip_where_recorders_are_served_or_it_was_asked_for(tmp_path: Path) -> None:
    def takes(**settings: str) -> bool:
        return janus.takes_whip(read_instance(told(tmp_path, **settings)))

    assert not takes()
    assert takes(LANTIAN_RTMP_PORT="1935")
    assert takes(LANTIAN_WHIP="on")
    assert not takes(LANTIAN_RTMP_PORT="1935", LANTIAN_WHIP="off")
    assert not takes(LANTIAN_RTMP_PORT="1935", LANTIAN_STAGE="mesh")
    assert takes(LANTIAN_WHIP="on", LANTIAN_STAGE="mesh"), "Janus runs for it, and for no stage"
    with pytest.raises(Problem, match="make services"):
        takes(LANTIAN_WHIP="on", LANTIAN_JANUS="off")


@pytest.mark.usefixtures("installed")
def test_processes_that_are_told_can_read_what_they_are_told(tmp_path: Path) -> None:
    for settings in ({}, {"LANTIAN_WHIP": "on"}, {"LANTIAN_RTMP_PORT": "1935"}):
        instance = read_instance(told(tmp_path, **settings))
        again = read_instance(services.environment(instance, "postgresql://x"))
        assert janus.takes_whip(again) == janus.takes_whip(instance)


def test_without_it_everything_starts_all_the_same_unless_it_was_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(janus, "program", lambda: None)
    instance = read_instance(told(tmp_path))
    assert not janus.wanted(instance)
    assert services.environment(instance, "postgresql://x")["LANTIAN_JANUS_SOCKET"] == ""
    with pytest.raises(Problem, match="make services"):
        janus.wanted(read_instance(told(tmp_path, LANTIAN_JANUS="on")))


@pytest.mark.usefixtures("installed")
def test_it_keeps_to_the_address_that_the_platform_keeps_to(tmp_path: Path) -> None:
    instance = read_instance(told(tmp_path, LANTIAN_BIND="127.0.0.1", LANTIAN_JANUS="on"))
    assert janus.interfaces(instance) == ("lo",)
    assert janus.interfaces(
        read_instance(told(tmp_path, LANTIAN_BIND="127.0.0.1", LANTIAN_JANUS_INTERFACES="eth7"))
    ) == ("eth7",)
    assert janus.interfaces(read_instance(told(tmp_path))) == ()


@pytest.mark.usefixtures("installed")
def test_its_configuration_is_ours_alone_and_only_the_parts_that_are_needed(tmp_path: Path) -> None:
    settings = {
        "LANTIAN_JANUS_INTERFACES": "eth0, eth1",
        "LANTIAN_JANUS_PUBLIC": "203.0.113.7",
        "LANTIAN_JANUS_PORTS": "30000-30100",
    }
    instance = read_instance(told(tmp_path, **settings))
    make_home(instance.home)
    launch = janus.prepare(instance)
    work = instance.janus_socket.parent
    text = (work / "janus.jcfg").read_text()
    assert 'ice_enforce_list = "eth0,eth1"' in text
    assert 'nat_1_1_mapping = "203.0.113.7"' in text
    assert 'rtp_port_range = "30000-30100"' in text
    assert f'api_secret = "{janus.secret(instance, "janus-api")}"' in text
    assert janus.secret(instance, "janus-rooms") in (work / "janus.plugin.videoroom.jcfg").read_text()
    assert "ws_port" not in (work / "janus.transport.websockets.jcfg").read_text()
    assert [path.name for kind in janus.PARTS for path in (work / kind).iterdir()] == list(janus.PARTS.values())
    assert all(stat.S_IMODE(path.lstat().st_mode) & 0o077 == 0 for path in work.iterdir())
    assert launch.env.keys() <= {"PATH", "LANG"}, "nothing of our environment reaches it"
    before = janus.secret(instance, "janus-api")
    janus.prepare(instance)
    assert janus.secret(instance, "janus-api") == before, "a restart keeps the secret"


def test_with_a_port_for_it_browsers_are_told_of_our_own_turn_server(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("LANTIAN_TURN_URLS", "LANTIAN_TURN_SECRET"):
        monkeypatch.delenv(name, raising=False)
    instance = read_instance(
        told(tmp_path, LANTIAN_TURN_PORT="3478", LANTIAN_HOSTS="lantian.example.cn", LANTIAN_JANUS="off")
    )
    make_home(instance.home)
    environment = services.environment(instance, "postgresql://x")
    assert environment["LANTIAN_TURN_URLS"].startswith("turn:lantian.example.cn:3478?")
    assert f"static-auth-secret={environment['LANTIAN_TURN_SECRET']}" in coturn.configuration(instance, tmp_path)
    monkeypatch.setenv("LANTIAN_TURN_URLS", "turn:other:3478")
    assert services.environment(instance, "postgresql://x")["LANTIAN_TURN_URLS"] == "turn:other:3478"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("LANTIAN_STAGE", "janus"),
        ("LANTIAN_LIVE_PICTURE", "1080p"),
        ("LANTIAN_JANUS", "yes"),
        ("LANTIAN_JANUS_PORTS", "20000"),
        ("LANTIAN_JANUS_PORTS", "30000-20000"),
        ("LANTIAN_JANUS_PORTS", "80-90"),
        ("LANTIAN_JANUS_PUBLIC", "here"),
        ("LANTIAN_JANUS_INTERFACES", 'eth0"\n}'),
        ("LANTIAN_TURN_PORT", "turn"),
    ],
)
def test_a_wrong_value_is_said_plainly(tmp_path: Path, name: str, value: str) -> None:
    with pytest.raises(Problem, match=name):
        read_instance(told(tmp_path, **{name: value}))
