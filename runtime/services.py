"""The processes of one instance: what each runs, in which order, and how it shows that it is well."""

import asyncio
import os
import shutil
import signal
import ssl
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path

from runtime import caddy, coturn, janus, rtmp
from runtime.home import ROOT, Instance
from runtime.launch import Launch
from runtime.postgres import EmbeddedPostgres
from runtime.process import Spec
from runtime.words import say

DEMO_NICENESS = 5


def environment(instance: Instance, database_url: str) -> dict[str, str]:
    """What our Python processes are told, over what we were told ourselves."""
    told = {
        "LANTIAN_HOME": str(instance.home),
        "LANTIAN_PORT": str(instance.port),
        "LANTIAN_TLS": instance.tls,
        "LANTIAN_CONTENT_PORT": str(instance.content_port),
        "LANTIAN_DEMO": "1" if instance.demo else "",
        "LANTIAN_DEBUG": "1" if instance.debug else "",
        "LANTIAN_DB_POOL": str(instance.db_pool),
        "LANTIAN_WEB_SOCKET": str(instance.web_socket),
        "LANTIAN_LIVE_SOCKET": str(instance.live_socket),
        "LANTIAN_DOOR_FOLDER": str(instance.door_folder),
        "LANTIAN_RTMP_PORT": str(instance.rtmp_port or ""),
        "LANTIAN_WHIP": "on" if janus.takes_whip(instance) else "off",
        "LANTIAN_LIVE_PICTURE": instance.picture,
        "LANTIAN_STAGE": instance.stage,
        "LANTIAN_JANUS_SOCKET": str(instance.janus_socket) if janus.wanted(instance) else "",
        "LANTIAN_JANUS_SECRETS": str(instance.home / "stage"),
        "DATABASE_URL": database_url,
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "PYTHONPATH": os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH", "")])),
        "PYTHONUNBUFFERED": "1",
    }
    if instance.turn_port:
        told |= {"LANTIAN_TURN_URLS": coturn.turn_urls(instance), "LANTIAN_TURN_SECRET": coturn.turn_secret(instance)}
    if instance.hosts:
        told["LANTIAN_HOSTS"] = ",".join(dict.fromkeys([*caddy.names(instance), "[::1]"]))
    # Secrets of the shell are nobody's business; without compiled files every start would cost seconds.
    unwanted = {"LANTIAN_PASSPHRASE", "PGPASSWORD", "PYTHONDONTWRITEBYTECODE"}
    kept = {name: value for name, value in os.environ.items() if name not in unwanted}
    return {**kept, **told}


async def http_ok(
    path: str,
    *,
    unix: Path | None = None,
    host: str = "127.0.0.1",
    port: int = 0,
    tls: bool = False,
    patience: float = 5,
) -> bool:
    """GET `path`; true for a status below 400. Speaks just enough HTTP to need no client library."""

    async def ask() -> bool:
        if unix is not None:
            reader, writer = await asyncio.open_unix_connection(str(unix))
        else:
            context = None
            if tls:
                context = ssl.create_default_context()
                context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
            name = "localhost" if tls else None
            reader, writer = await asyncio.open_connection(host, port, ssl=context, server_hostname=name)
        try:
            writer.write(f"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode())
            await writer.drain()
            head = await reader.readline()
            return 200 <= int(head.split()[1]) < 400
        finally:
            writer.close()

    try:
        return await asyncio.wait_for(ask(), patience)
    except (OSError, ValueError, IndexError, TimeoutError):
        return False


def postgres_spec(server: EmbeddedPostgres) -> Spec:
    async def ready() -> bool:
        return await asyncio.to_thread(server.is_ready)

    return Spec(
        "postgres",
        server.prepare,
        ready,
        stop_signal=signal.SIGINT,
        stop_timeout=30,
        title=say("数据库 postgres", "database postgres"),
    )


def _python(arguments: list[str], told: dict[str, str], *, nice: int = 0) -> Callable[[], Launch]:
    return lambda: Launch([sys.executable, *arguments], told, cwd=ROOT, nice=nice)


def _probe(path: str, unix: Path) -> Callable[[], Awaitable[bool]]:
    return lambda: http_ok(path, unix=unix, patience=10)


def web_spec(instance: Instance, told: dict[str, str]) -> Spec:
    sizes = [str(instance.web_workers), str(instance.db_pool)]
    arguments = ["-m", "runtime.serve", "web", str(instance.web_socket), *sizes]
    probe = _probe("/healthz", instance.web_socket)
    figures = instance.run / "metrics"  # where the web processes add up their Prometheus counters

    def launch() -> Launch:
        shutil.rmtree(figures, ignore_errors=True)
        figures.mkdir(mode=0o700)
        return _python(arguments, {**told, "PROMETHEUS_MULTIPROC_DIR": str(figures)})()

    return Spec(
        "web",
        launch,
        probe,
        after=("schema", "static"),
        alive=probe,
        title=say("网页 web", "pages web"),
    )


def live_spec(instance: Instance, told: dict[str, str], node: str = "main") -> Spec:
    """One of this machine's live processes. Told to stop, it hands its lessons on before it does."""
    socket = instance.node_socket(node)
    name = "live" if node == "main" else f"live-{node}"
    mine = {**told, "LANTIAN_NODE": node, "LANTIAN_LIVE_ADDRESS": f"unix:{socket}", "LANTIAN_NODE_REMOTE": ""}
    return _live_spec(name, socket, mine)


def remote_live_spec(instance: Instance, told: dict[str, str], node: str, address: str) -> Spec:
    """The live process of a machine that has nothing else; `address` (host:port): its front door, as the others reach it."""
    mine = {**told, "LANTIAN_NODE": node, "LANTIAN_LIVE_ADDRESS": f"http://{address}", "LANTIAN_NODE_REMOTE": "1"}
    return _live_spec("live", instance.live_socket, mine)


def _live_spec(name: str, socket: Path, mine: dict[str, str]) -> Spec:
    probe = _probe("/live/ws/health", socket)
    return Spec(
        name,
        _python(["-m", "runtime.serve", "live", str(socket)], mine),
        probe,
        after=("schema",),
        alive=probe,
        stop_timeout=15,
        title=say(f"直播 {name}", f"lessons {name}"),
    )


def worker_spec(told: dict[str, str]) -> Spec:
    return Spec(
        "worker",
        _python(["-m", "runtime.cli", "worker"], told),
        settle=0.5,
        after=("schema", "web", "live"),  # jobs can wait: whoever opens a page first cannot
        stop_timeout=20,
        title=say("后台任务 worker", "background jobs worker"),
    )


def broadcaster_spec(told: dict[str, str]) -> Spec:
    return Spec(
        "broadcaster",
        _python(["-m", "django", "demo", "broadcast"], told, nice=DEMO_NICENESS),
        settle=4,
        after=("demo", "web", "live", "caddy"),
        tries_at_first=0,
        title=say("演示课 broadcaster", "demo lesson broadcaster"),
    )


def caddy_spec(instance: Instance, text: Callable[[Instance], str] = caddy.caddyfile) -> Spec:
    def launch() -> Launch:
        path = caddy.write_caddyfile(instance, text)
        argv = [caddy.caddy_binary(), "run", "--config", str(path), "--adapter", "caddyfile"]
        return Launch(argv, caddy.environment(instance), cwd=instance.home)

    async def ready() -> bool:
        host = instance.bind or "127.0.0.1"
        return await http_ok(caddy.FRONT_PROBE, host=host, port=instance.port, tls=bool(instance.tls))

    return Spec("caddy", launch, ready, alive=ready, stop_timeout=6, title=say("前门 caddy", "front door caddy"))


def rtmp_spec(instance: Instance) -> Spec:
    def launch() -> Launch:
        return Launch(rtmp.prepare(instance), rtmp.environment(), cwd=instance.home)

    probe = _probe("/stat", instance.door_folder / "rtmp.sock")
    return Spec(
        "rtmp",
        launch,
        probe,
        alive=probe,
        stop_signal=signal.SIGQUIT,
        stop_timeout=6,
        tries_at_first=0,
        title=say("录播接入 rtmp", "recorders' door rtmp"),
    )


def recorders_spec(told: dict[str, str]) -> Spec:
    return Spec(
        "recorders",
        _python(["-m", "django", "recorders"], told),
        settle=1,
        after=("schema", "live"),
        tries_at_first=0,
        title=say("录播设备 recorders", "recorders' gateway"),
    )


def janus_spec(instance: Instance) -> Spec:
    async def ready() -> bool:
        return await asyncio.to_thread(janus.answers, instance.janus_socket)

    return Spec(
        "janus",
        lambda: janus.prepare(instance),
        ready,
        alive=ready,
        stop_timeout=6,
        tries_at_first=0,  # lessons do without
        title=say("连线中转 janus", "relay of the stage janus"),
    )


def turn_spec(instance: Instance) -> Spec:
    return Spec(
        "turn",
        lambda: coturn.prepare(instance),
        settle=1,
        stop_timeout=6,
        tries_at_first=0,
        title=say("连线穿透 coturn", "way around firewalls coturn"),
    )
