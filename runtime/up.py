"""`lantian up`, `status` and `stop`."""

import asyncio
import json
import os
import signal
import socket
import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import psutil

from lantian.kernel.bucket import BucketAway
from runtime import caddy, coturn, janus, rtmp, s3, services
from runtime.database import server_lock, up_lock
from runtime.home import ROOT, Instance, make_home
from runtime.logs import Terminal
from runtime.postgres import EmbeddedPostgres
from runtime.prepare import Preparation
from runtime.process import Spec
from runtime.supervisor import Supervisor, read_state
from runtime.words import Problem, say, table


def version() -> str:
    from importlib.metadata import PackageNotFoundError
    from importlib.metadata import version as installed

    try:
        return installed("lantian")
    except PackageNotFoundError:
        return "0"


def check_port(instance: Instance, port: int) -> None:
    """A plain word now is better than Caddy's in a log."""
    family = socket.AF_INET6 if ":" in instance.bind else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((instance.bind, port))
        except PermissionError as error:
            raise Problem(
                say(
                    f"没有权限使用端口 {port}，请用 LANTIAN_PORT 另选一个",
                    f"port {port} needs more rights: choose another with LANTIAN_PORT",
                )
            ) from error
        except OSError as error:
            raise Problem(
                say(
                    f"端口 {port} 已被占用，请用 LANTIAN_PORT 另选一个",
                    f"port {port} is in use: choose another with LANTIAN_PORT",
                )
            ) from error


def clear_orphans(instance: Instance) -> None:
    """Processes that a killed supervisor left. Normally the kernel has ended them with it."""
    try:
        state: dict[str, Any] = json.loads(instance.state_file.read_text())
        recorded = [(int(entry["pid"]), name) for name, entry in state["services"].items() if entry["pid"]]
    except (OSError, ValueError, KeyError, TypeError):
        return
    left = []
    for pid, name in recorded:
        try:
            process = psutil.Process(pid)
            ours = process.create_time() >= float(state["supervisor_started"]) - 2 and os.getsid(pid) == pid
        except (psutil.Error, OSError, ValueError):
            continue
        if ours and name != "postgres":  # which looks after itself
            left.append(process)
    _, alive = psutil.wait_procs(left, timeout=3)
    for process in alive:
        if (
            str(ROOT) in " ".join(process.cmdline())
            or "runtime" in " ".join(process.cmdline())
            or "caddy" in process.name()
        ):
            os.killpg(process.pid, signal.SIGKILL)


def _specs(instance: Instance, told: dict[str, str], server: EmbeddedPostgres | None) -> list[Spec]:
    specs = [services.postgres_spec(server)] if server else []
    specs += [
        services.web_spec(instance, told),
        *(services.live_spec(instance, told, node) for node in instance.node_names),
    ]
    specs.append(services.worker_spec(told))
    specs.append(services.caddy_spec(instance))
    if instance.rtmp_port:
        specs.append(services.rtmp_spec(instance))
    if instance.rtmp_port or janus.takes_whip(instance):
        specs.append(services.recorders_spec(told))
    if janus.wanted(instance):
        specs.append(services.janus_spec(instance))
    if instance.turn_port:
        specs.append(services.turn_spec(instance))
    if instance.demo:
        specs.append(services.broadcaster_spec(told))
    return specs


@dataclass(frozen=True)
class Manner:
    """How `up` is to behave: what it shows, and whether lost keys may be replaced."""

    verbose: bool = False
    quiet: bool = False
    new_keys: bool = False


def up(instance: Instance, manner: Manner) -> None:
    """Run the platform until a signal. Raises Problem."""
    make_home(instance.home)
    lock = up_lock(instance)
    if not lock.acquire():
        raise Problem(
            say(
                f"{instance.home} 上已有一个实例在运行（lantian status 可查看）",
                f"an instance is already running on {instance.home} (see lantian status)",
            )
        )
    wanted = (instance.port, instance.content_port, instance.http_port, instance.rtmp_port, instance.turn_port)
    ports = [port for port in wanted if port]
    if instance.rtmp_port:
        rtmp.programs()  # a plain word now, if they are not there
    try_s3(instance)
    if instance.turn_port:
        coturn.program()
    clear_orphans(instance)
    for port in ports:
        check_port(instance, port)
    server = None
    if not instance.database_url:
        _wait_for_commands(instance)
        server = EmbeddedPostgres(instance.home)
        if not server.secrets_file.exists():
            # The URL holds the password, and our processes are told it before the server first starts.
            server.make_secrets()
    told = services.environment(instance, server.url if server else instance.database_url)
    _run(instance, told, server, manner)


def try_s3(instance: Instance) -> None:
    """A plain word now. One that does not answer yet keeps nobody waiting: lessons are sent there once it does."""
    if instance.s3 is None:
        return
    try:
        s3.try_place(instance.s3)
    except BucketAway as error:
        Terminal.write(f"  ! {s3.away(instance.s3, error)}")


def _wait_for_commands(instance: Instance) -> None:
    lock = server_lock(instance)
    if lock.acquire():
        lock.release()
        return
    Terminal.write(
        say(
            "  … 等待另一个 lantian 命令用完数据库",
            "  … waiting for another lantian command to finish with the database",
        )
    )
    lock.acquire(wait=True)
    lock.release()


def _run(instance: Instance, told: dict[str, str], server: EmbeddedPostgres | None, manner: Manner) -> None:
    began = time.monotonic()
    supervisor = Supervisor(
        _specs(instance, told, server),
        instance.state_file,
        instance.home / "logs",
        facts={
            "version": version(),
            "home": str(instance.home),
            "url": instance.url,
            "port": instance.port,
            "tls": instance.tls,
            "rtmp_port": instance.rtmp_port,
            "demo": instance.demo,
            "embedded": server is not None,
        },
        verbose=manner.verbose,
        quiet=manner.quiet,
    )
    tell = (lambda _text: None) if manner.quiet else Terminal.write
    preparation = Preparation(instance, told, supervisor.log, tell, new_keys=manner.new_keys)
    supervisor.gates = {
        "keys": (("postgres",) if server else (), preparation.keys),
        "schema": (("keys",), preparation.schema),
        "demo": (("schema",), preparation.demo),
        "static": (("keys",), preparation.static),
    }
    supervisor.on_ready = lambda: tell(banner(instance, time.monotonic() - began))
    tell(say(f"蓝天 {version()}  状态目录 {instance.home}", f"Lantian {version()}  home {instance.home}"))
    try:
        asyncio.run(supervisor.run())
    finally:
        if server is not None:
            server.tidy()
    tell(say("已停止。", "Stopped."))


# What the person sees ------------------------------------------------------------------------------------------------------


def banner(instance: Instance, seconds: float) -> str:
    lines = ["", say(f"就绪（{seconds:.1f} 秒）：{instance.url}", f"Ready ({seconds:.1f} s): {instance.url}")]
    if instance.tls:
        lines += _certificate_lines(instance)
    if instance.demo:
        lines += ["", account_table(instance.accounts_file)]
    lines += ["", say("按 Ctrl-C 停止。", "Ctrl-C stops it."), ""]
    return "\n".join(lines)


def _certificate_lines(instance: Instance) -> list[str]:
    path = caddy.root_certificate(instance)
    lines = [say(f"根证书（装到各教室大屏）：{path}", f"root certificate, to install on class screens: {path}")]
    if instance.http_port:
        addresses = caddy.lan_addresses() or ["localhost"]
        found = f"http://{addresses[0]}:{instance.http_port}{caddy.CA_PATH}"
        lines.append(say(f"  大屏上可从 {found} 下载", f"  screens can fetch it from {found}"))
    return lines


def account_table(path: Path) -> str:
    """The demo accounts as printed lines; empty when there are none."""
    try:
        accounts = json.loads(path.read_text())
    except (OSError, ValueError):
        return ""
    if isinstance(accounts, dict):
        accounts = accounts.get("accounts", [])
    heads = (say("角色", "role"), say("账号", "login"), say("密码", "password"), say("单位", "organisation"))
    rows: list[tuple[str, ...]] = [heads]
    for account in accounts:
        words = [account.get(key) for key in ("role", "login", "password", "organisation")]
        rows.append(tuple("" if word is None else str(word) for word in words))
    return say("演示账号：", "Demo accounts:") + "\n" + table(rows)


def status(instance: Instance, *, as_json: bool = False) -> int:
    """Print what runs; 0 when everything is ready, 3 when nothing runs, 1 between."""
    state = read_state(instance.state_file)
    if state is None:
        print(json.dumps({"running": False}) if as_json else say("没有在运行。", "Not running."))
        return 3
    if as_json:
        print(json.dumps({"running": True, **state}, ensure_ascii=False, indent=1))
    else:
        print(f"{state['url']}  {state['home']}")
        rows: list[tuple[str, ...]] = [("", say("进程号", "pid"), say("重启", "restarts"), say("状态", "state"))]
        for name, entry in state["services"].items():
            rows.append((name, str(entry["pid"] or "-"), str(entry["restarts"]), entry["state"]))
        print(table(rows))
    return 0 if state["ready"] and all(entry["state"] == "ready" for entry in state["services"].values()) else 1


def stop(instance: Instance, *, patience: float = 60) -> int:
    """Ask the running supervisor to stop and wait until it has."""
    state = read_state(instance.state_file)
    if state is None:
        print(say("没有在运行。", "Not running."))
        return 0
    os.kill(int(state["supervisor"]), signal.SIGTERM)
    deadline = time.monotonic() + patience
    while time.monotonic() < deadline:
        if not up_lock(instance).held_elsewhere():
            print(say("已停止。", "Stopped."))
            return 0
        time.sleep(0.05)
    print(say("仍在停止中。", "It is still stopping."))
    return 1


def as_running(instance: Instance) -> Instance:
    """The instance with what the running supervisor was told, so that commands beside it agree with it."""
    state = read_state(instance.state_file)
    if state is None:
        return instance
    return replace(
        instance, port=int(state["port"]), tls=str(state["tls"]), demo=bool(state["demo"]), http_port=instance.http_port
    )
