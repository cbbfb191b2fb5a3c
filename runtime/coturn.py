"""The way around firewalls for browsers on stage: coturn (Debian's package, `make services`), on a configuration of ours."""

import os
import shutil
from pathlib import Path

from runtime.binaries import server_user
from runtime.home import Instance
from runtime.janus import environment, secret
from runtime.launch import Launch
from runtime.words import Problem, say


def program() -> str:
    """Raises Problem when it is not installed."""
    found = shutil.which("turnserver")
    if found is None:
        words = (
            "LANTIAN_TURN_PORT 需要 coturn：请先运行 make services",
            "LANTIAN_TURN_PORT needs coturn: run `make services`",
        )
        raise Problem(say(*words))
    return found


def turn_secret(instance: Instance) -> str:
    """What the live process makes passwords with: the operator's, or our own."""
    return os.environ.get("LANTIAN_TURN_SECRET", "") or secret(instance, "turn")


def turn_urls(instance: Instance) -> str:
    """What browsers are told, unless the operator says it: by UDP, and by TCP where that is shut."""
    if told := os.environ.get("LANTIAN_TURN_URLS", ""):
        return told
    host = instance.janus_public or (instance.hosts[0] if instance.hosts else "localhost")
    return f"turn:{host}:{instance.turn_port}?transport=udp,turn:{host}:{instance.turn_port}?transport=tcp"


def configuration(instance: Instance, work: Path) -> str:
    """Passwords of ours alone; no relaying to this machine's own loop, to groups, or without end."""
    low, high = instance.turn_ports
    lines = [
        f"listening-port={instance.turn_port}",
        f"min-port={low}",
        f"max-port={high}",
        "use-auth-secret",
        f"static-auth-secret={turn_secret(instance)}",
        "realm=lantian",
        "fingerprint",
        "no-tls",
        "no-dtls",
        "no-cli",
        "no-multicast-peers",
        "no-software-attribute",
        "stale-nonce=600",
        "user-quota=40",
        "total-quota=1200",
        "max-bps=500000",
        "log-file=stdout",
        "simple-log",
        f"userdb={work / 'turn.db'}",
        f"pidfile={work / 'turn.pid'}",
    ]
    if instance.bind:
        lines.append(f"listening-ip={instance.bind}")
    if instance.janus_public:
        lines.append(f"external-ip={instance.janus_public}")
    return "\n".join([*lines, ""])


def prepare(instance: Instance) -> Launch:
    """Lay out its folder anew; the command that runs it."""
    turnserver, work, user = program(), instance.turn_folder, server_user()
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(mode=0o700)
    path = work / "turnserver.conf"
    path.touch(mode=0o600)
    path.write_text(configuration(instance, work))
    if user is not None:
        os.chown(work, *user)
        os.chown(path, *user)
    return Launch([turnserver, "-c", str(path)], environment(), cwd=work, user=user)
