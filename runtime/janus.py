"""The relay of the stage, and where WHIP sources send: Janus with its VideoRoom plugin alone (Debian's package, `make
services`), on a configuration of ours.

It listens for our own processes on a socket in a folder of its own, and for browsers and sources on UDP ports while they send.
"""

import os
import secrets
import shutil
import socket
from pathlib import Path

import psutil

from runtime.binaries import server_user
from runtime.home import Instance
from runtime.launch import Launch
from runtime.words import Problem, say

LIBRARIES = (Path("/usr/lib"), Path("/usr/lib64"), Path("/usr/local/lib"))
PARTS = {"plugins": "libjanus_videoroom.so", "transports": "libjanus_websockets.so"}


def program() -> tuple[str, Path] | None:
    """Janus, and the folder with its parts; None when it is not installed."""
    janus = shutil.which("janus")
    if janus is None:
        return None
    places = [found for place in LIBRARIES for found in (place / "janus", *place.glob("*-linux-gnu/janus"))]
    for place in places:
        if all((place / kind / name).exists() for kind, name in PARTS.items()):
            return janus, place
    return None


def reachable() -> bool:
    """Whether this machine has an address that is not its own loop: Janus offers no other."""
    usual = (socket.AF_INET, socket.AF_INET6)
    up = {name for name, facts in psutil.net_if_stats().items() if facts.isup}
    return any(
        each.family in usual and not each.address.startswith(("127.", "::1", "fe80:"))
        for name, addresses in psutil.net_if_addrs().items()
        if name in up
        for each in addresses
    )


def wanted(instance: Instance) -> bool:
    """Whether it is to run: where it is installed and of use, unless it was switched off. Raises Problem when it was asked for
    by name and is not there."""
    if instance.janus == "off" or (instance.stage == "mesh" and instance.whip != "on"):
        return False
    if program() is None:
        if instance.janus == "on":
            words = (
                "LANTIAN_JANUS=on 需要 janus：请先运行 make services",
                "LANTIAN_JANUS=on needs janus: run `make services`",
            )
            raise Problem(say(*words))
        return False
    return instance.janus == "on" or (reachable() and not instance.bind.startswith(("127.", "::1")))


def takes_whip(instance: Instance) -> bool:
    """Whether sources may come by WHIP: where Janus runs and recorders are served, or it was asked for. Raises Problem when it
    was asked for and Janus does not run."""
    if instance.whip == "off" or (instance.whip == "auto" and not instance.rtmp_port):
        return False
    if wanted(instance):
        return True
    if instance.whip == "on":
        words = (
            "LANTIAN_WHIP=on 需要 Janus：请先运行 make services，并让本机有一个局域网地址（或设 LANTIAN_JANUS=on）",
            "LANTIAN_WHIP=on needs Janus: run `make services`; it needs an address beside its loop (else LANTIAN_JANUS=on)",
        )
        raise Problem(say(*words))
    return False


def interfaces(instance: Instance) -> tuple[str, ...]:
    """Those it keeps to: what was said, or the one whose address the whole platform keeps to; none: all."""
    if instance.janus_interfaces or not instance.bind:
        return instance.janus_interfaces
    found = psutil.net_if_addrs().items()
    return tuple(name for name, addresses in found if any(each.address == instance.bind for each in addresses))


def secret(instance: Instance, name: str) -> str:
    """A secret of the stage, made when it is first asked for. Restarts keep it: passwords that were given out stay good."""
    path = instance.home / "stage" / name
    if not path.exists():
        path.parent.mkdir(mode=0o700, exist_ok=True)
        fresh = path.with_suffix(".new")
        fresh.touch(mode=0o600)
        fresh.write_text(secrets.token_urlsafe(32))
        fresh.rename(path)
    return path.read_text()


def _general(instance: Instance, work: Path) -> str:
    """One word for requests, another for the monitoring interface, which no transport carries."""
    return f"""general: {{
    configs_folder = "{work}"
    plugins_folder = "{work}/plugins"
    transports_folder = "{work}/transports"
    events_folder = "{work}/none"
    loggers_folder = "{work}/none"
    debug_level = 3
    debug_colors = false
    api_secret = "{secret(instance, "janus-api")}"
    admin_secret = "{secrets.token_urlsafe(32)}"
    server_name = "lantian"
    session_timeout = 45
    reclaim_session_timeout = 0
    hide_dependencies = true
}}
"""


def _network(instance: Instance) -> str:
    low, high = instance.janus_ports
    lines = ["nat: {", "    ignore_mdns = true"]
    if kept := interfaces(instance):
        lines.append(f'    ice_enforce_list = "{",".join(kept)}"')
    if instance.janus_public:
        lines.append(f'    nat_1_1_mapping = "{instance.janus_public}"')
        lines.append("    keep_private_host = true")
    return "\n".join([f'media: {{\n    rtp_port_range = "{low}-{high}"\n    no_media_timer = 10\n}}', *lines, "}", ""])


def _transport(socket_path: Path) -> str:
    return f"""general: {{
    json = "compact"
    ws = true
    ws_unix = "{socket_path}"
    wss = false
}}
admin: {{
    admin_ws = false
    admin_wss = false
}}
"""


def _room_plugin(instance: Instance) -> str:
    key = secret(instance, "janus-rooms")
    return f'general: {{\n    admin_key = "{key}"\n    lock_rtp_forward = true\n    string_ids = true\n}}\n'


def prepare(instance: Instance) -> Launch:
    """Lay out its folder anew; the command that runs it. As root it runs as nobody, who may read nothing else of ours."""
    found = program()
    if found is None:
        raise Problem(say("没有安装 janus", "janus is not installed"))
    janus, libraries = found
    work, user = instance.janus_socket.parent, server_user()
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(mode=0o700)
    files = {
        "janus.jcfg": _general(instance, work) + _network(instance),
        "janus.transport.websockets.jcfg": _transport(instance.janus_socket),
        "janus.plugin.videoroom.jcfg": _room_plugin(instance),
    }
    for name, text in files.items():
        (work / name).touch(mode=0o600)
        (work / name).write_text(text)
    for kind in (*PARTS, "none"):
        (work / kind).mkdir(mode=0o700)
    for kind, name in PARTS.items():
        (work / kind / name).symlink_to(libraries / kind / name)
    if user is not None:
        for path in (work, *work.rglob("*")):
            os.chown(path, *user, follow_symlinks=False)
    argv = [janus, "--disable-colors", "-F", str(work), "-C", str(work / "janus.jcfg")]
    return Launch(argv, environment(), cwd=work, user=user)


def environment() -> dict[str, str]:
    return {"PATH": os.environ.get("PATH", "/usr/bin:/bin"), "LANG": "C.UTF-8"}


def answers(path: Path) -> bool:
    """Whether it takes connections."""
    with socket.socket(socket.AF_UNIX) as probe:
        probe.settimeout(2)
        try:
            probe.connect(str(path))
        except OSError:
            return False
    return True
