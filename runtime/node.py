"""`lantian node`: a live process on a machine of its own, with a front door for its pictures (docs/adr/0027, 0028).

It has the database, the keys and the S3 in common with the first machine, and no disk. Lessons come to it as to the live
processes of the first machine, whose front door brings people here under `/n/NAME/`.
"""

import asyncio
import time
from dataclasses import replace

import psycopg

from runtime import caddy, janus, services
from runtime.database import up_lock
from runtime.home import NODE, NODE_ADDRESS, Instance, make_home
from runtime.logs import Terminal
from runtime.prepare import Notes, Preparation, schema_fingerprint
from runtime.supervisor import Supervisor
from runtime.up import check_port, clear_orphans, try_s3, version
from runtime.words import Problem, say

TAKEN = {"main", *"abcdefgh"}  # by the first machine's own


def run(given: Instance, name: str, address: str = "", *, verbose: bool = False, quiet: bool = False) -> None:
    """Run it until a signal. `address`: host:port at which the others reach this machine's front door. Raises Problem."""
    instance = only_lessons(given)
    address = address or guessed(instance)
    _check(instance, name, address)
    make_home(instance.home)
    lock = up_lock(instance)
    if not lock.acquire():
        raise Problem(
            say(
                f"{instance.home} 上已有一个实例在运行（lantian status 可查看）",
                f"an instance is already running on {instance.home} (see lantian status)",
            )
        )
    try_s3(instance)
    clear_orphans(instance)
    check_port(instance, instance.port)
    told = services.environment(instance, instance.database_url)
    _supervise(instance, told, name, address, verbose=verbose, quiet=quiet)


def only_lessons(given: Instance) -> Instance:
    """What belongs to the first machine is not here, whatever the environment says."""
    return replace(given, tls="", http_port=0, demo=False, rtmp_port=0, turn_port=0, live_nodes=1, nodes=())


def guessed(instance: Instance) -> str:
    """Where the others reach this machine, when nobody says: host:port."""
    host = instance.bind or next(iter(caddy.lan_addresses()), "127.0.0.1")
    return f"[{host}]:{instance.port}" if ":" in host else f"{host}:{instance.port}"


def _check(instance: Instance, name: str, address: str) -> None:
    """Plain words before anything is started. Raises Problem."""
    if not NODE.fullmatch(name) or name in TAKEN:
        raise Problem(
            say(
                f"名称“{name}”不能用：小写字母开头，只用小写字母、数字、横线，不能是 main 和 a 到 h",
                f"'{name}' is no name for it: small letters, digits and hyphens, a letter first, not main and not a to h",
            )
        )
    if not NODE_ADDRESS.fullmatch(address):
        raise Problem(
            say(f"--address 应写成 主机:端口，现为“{address}”", f"--address must be host:port, not '{address}'")
        )
    if not instance.database_url:
        raise Problem(
            say(
                "直播节点要用与主机相同的数据库，请设 DATABASE_URL",
                "a node needs the same database as the first machine: set DATABASE_URL",
            )
        )
    if instance.s3 is None:
        raise Problem(
            say(
                "直播节点的分段要存到对象存储，别的机器才接得下去，请设 LANTIAN_S3_ENDPOINT 等",
                "a node's segments must be in an S3 for others to go on with them: set LANTIAN_S3_ENDPOINT and so on",
            )
        )


class Gates(Preparation):
    """A node changes nothing: it looks whether it belongs there."""

    def keys(self) -> None:
        if not (self.instance.home / "keys" / "lantian.key").exists():
            raise Problem(
                say(
                    "这里没有密钥：在主机上 lantian keys escrow 导出，在这里 lantian keys recover 取回",
                    "no keys here: export them with lantian keys escrow on the first machine, and bring them with lantian keys"
                    " recover",
                )
            )
        self._known()
        super().keys()

    def schema(self) -> None:
        if self._known() != schema_fingerprint():
            raise Problem(
                say(
                    "数据库属于另一个版本的蓝天：先升级主机，再在这里装同一版本",
                    "the database belongs to another version of Lantian: upgrade the first machine, then install the same here",
                )
            )

    def _known(self) -> str:
        """What is noted of the tables. Raises Problem when there are none, or no database."""
        try:
            known = Notes(self.environment["DATABASE_URL"]).read()
        except psycopg.OperationalError as error:
            words = str(error).strip().splitlines()[0]
            raise Problem(say(f"连不上数据库：{words}", f"the database cannot be reached: {words}")) from error
        if "schema" not in known:
            raise Problem(
                say(
                    "这个数据库还没有蓝天的数据表：先在主机上 lantian up",
                    "this database has no tables of Lantian yet: lantian up on the first machine comes first",
                )
            )
        return str(known["schema"])


def _supervise(
    instance: Instance, told: dict[str, str], name: str, address: str, *, verbose: bool, quiet: bool
) -> None:
    began = time.monotonic()
    specs = [
        services.remote_live_spec(instance, told, name, address),
        services.caddy_spec(instance, caddy.node_caddyfile),
    ]
    if janus.wanted(instance):
        specs.append(services.janus_spec(instance))
    facts = {
        "version": version(),
        "home": str(instance.home),
        "url": f"http://{address}",
        "port": instance.port,
        "tls": "",
        "rtmp_port": 0,
        "demo": False,
        "embedded": False,
        "node": name,
    }
    supervisor = Supervisor(
        specs, instance.state_file, instance.home / "logs", facts=facts, verbose=verbose, quiet=quiet
    )
    tell = (lambda _text: None) if quiet else Terminal.write
    gates = Gates(instance, told, supervisor.log, tell)
    supervisor.gates = {"keys": ((), gates.keys), "schema": (("keys",), gates.schema)}
    supervisor.on_ready = lambda: tell(
        say(
            f"就绪（{time.monotonic() - began:.1f} 秒）：直播节点 {name}。主机上要有 LANTIAN_NODES={name}={address}",
            f"Ready ({time.monotonic() - began:.1f} s): node {name}. The first machine needs LANTIAN_NODES={name}={address}",
        )
    )
    tell(
        say(
            f"蓝天 {version()}  直播节点 {name}  状态目录 {instance.home}",
            f"Lantian {version()}  node {name}  home {instance.home}",
        )
    )
    asyncio.run(supervisor.run())
    tell(say("已停止。", "Stopped."))
