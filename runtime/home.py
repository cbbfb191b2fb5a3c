"""The home folder and the environment: everything one instance is told, read once into a frozen `Instance`.

`VARIABLES` is the table of every variable that any part of Lantian reads; docs/operations.md prints the same table and
a test compares the two, and looks for variables that the code reads but the table lacks.
"""

import hashlib
import os
import re
import stat
from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path
from typing import NamedTuple

from lantian.kernel.bucket import BucketPlace
from runtime.s3 import read_place
from runtime.words import Problem, say

ROOT = Path(__file__).resolve().parents[1]
FOLDERS = ("run", "keys", "media", "files", "logs", "static", "caddy", "demo")
NODE = re.compile(r"[a-z][a-z0-9-]{0,30}")
NODE_ADDRESS = re.compile(r"(?:[A-Za-z0-9.-]+|\[[0-9a-fA-F:]+\]):[0-9]{1,5}")
ORIGIN = re.compile(r"https?://[A-Za-z0-9.-]+(?::[0-9]{1,5})?")
SOCKET_LIMIT = 100  # sockaddr_un holds 107 bytes; a few are left for postgres' own suffixes


class Variable(NamedTuple):
    name: str
    default: str
    chinese: str
    english: str


VARIABLES = (
    Variable(
        "LANTIAN_HOME", "./var", "状态目录：数据库、文件、密钥、日志", "state folder: database, files, keys, logs"
    ),
    Variable("LANTIAN_PORT", "8000", "访问端口", "port of the front door"),
    Variable("LANTIAN_BIND", "", "只监听这个地址（默认全部）", "listen on this address only (default: all)"),
    Variable(
        "LANTIAN_TLS", "", "internal：用本机自建证书提供 HTTPS", "internal: HTTPS by a certificate authority of its own"
    ),
    Variable(
        "LANTIAN_HTTP_PORT",
        "",
        "HTTPS 时的明文端口，发放根证书并跳转（默认端口加一，0 为关闭）",
        "plain port beside HTTPS: serves the root certificate and redirects (default port + 1, 0 for none)",
    ),
    Variable("LANTIAN_HOSTS", "*", "允许的主机名，逗号分隔", "host names answered for, comma separated"),
    Variable(
        "LANTIAN_CONTENT_ORIGIN",
        "",
        "互动资源（H5P、SCORM、网页包）运行的来源，如 https://content.example.cn：不同于平台的主机名（默认：本机的另一个端口）",
        "where uploaded packages (H5P, SCORM, pages) run, such as https://content.example.cn: a host name that is not the"
        " platform's (default: the second port)",
    ),
    Variable(
        "LANTIAN_CONTENT_PORT",
        "",
        "前门的第二个端口，只给互动资源用（默认访问端口加 10000；0 为关闭）",
        "second port of the front door, for uploaded packages alone (default: port + 10000; 0 for none)",
    ),
    Variable(
        "LANTIAN_ORIGINS",
        "",
        "另外信任的来源（https://…），逗号分隔",
        "further trusted origins (https://…), comma separated",
    ),
    Variable(
        "LANTIAN_TRUSTED_PROXIES",
        "",
        "前置反向代理的网段，逗号分隔",
        "CIDR ranges of reverse proxies in front, comma separated",
    ),
    Variable(
        "LANTIAN_LIVE_AAC",
        "1",
        "0：不做 AAC 声音的第二份流（旧 iPhone 无声，省一半磁盘）",
        "0: no second rendition with AAC sound (older iPhones hear nothing; half the disk)",
    ),
    Variable(
        "LANTIAN_LIVE_PICTURE",
        "720p",
        "老师的浏览器做多大的画面：720p、540p 或 360p（老师的电脑都很旧时）",
        "how large a picture teachers' browsers make: 720p, 540p or 360p (where all of them have weak computers)",
    ),
    Variable(
        "LANTIAN_STUN_URLS",
        "",
        "连线用的 STUN 服务器，逗号分隔，如 stun:turn.example.cn:3478",
        "STUN servers for calling classes in, comma separated, such as stun:turn.example.cn:3478",
    ),
    Variable(
        "LANTIAN_TURN_URLS",
        "",
        "连线用的 TURN 服务器，逗号分隔，如 turn:turn.example.cn:3478",
        "TURN servers for calling classes in, comma separated, such as turn:turn.example.cn:3478",
    ),
    Variable(
        "LANTIAN_TURN_SECRET",
        "",
        "与 TURN 服务器（coturn use-auth-secret）共用的密钥",
        "secret shared with the TURN server (coturn's use-auth-secret)",
    ),
    Variable(
        "LANTIAN_TURN_PORT",
        "",
        "由本平台运行 coturn 的端口，通常 3478；不填为不运行（需先 make services）",
        "port of a coturn that the platform runs itself, usually 3478; empty: none (needs `make services` first)",
    ),
    Variable("LANTIAN_TURN_PORTS", "49160-49999", "它转发所用的 UDP 端口范围", "UDP ports that it relays on"),
    Variable(
        "LANTIAN_STAGE",
        "auto",
        "班级连线：relay 经 Janus（至多 6 个班），mesh 浏览器直连（至多 3 个班），auto 有 Janus 就用",
        "calling classes in: relay by Janus (six classes at most), mesh from browser to browser (three), auto: by Janus where it"
        " runs",
    ),
    Variable(
        "LANTIAN_JANUS",
        "auto",
        "off：不运行 Janus；on：没有就不启动；auto：装了就用（make services）",
        "off: no Janus; on: do not start without it; auto: where it is installed (`make services`)",
    ),
    Variable("LANTIAN_JANUS_PORTS", "20000-20999", "Janus 收发画面声音的 UDP 端口范围", "UDP ports of Janus"),
    Variable(
        "LANTIAN_JANUS_INTERFACES",
        "",
        "Janus 只用这些网卡（名称），逗号分隔",
        "network interfaces that Janus uses (names), comma separated; empty: all",
    ),
    Variable(
        "LANTIAN_JANUS_PUBLIC",
        "",
        "服务器在 NAT 后面时，它对外的 IP 地址",
        "this server's public IP address, when it stands behind one-to-one NAT",
    ),
    Variable(
        "LANTIAN_RTMP_PORT",
        "",
        "录播设备推流（RTMP）的端口，通常 1935；不填为不接（需先 make services）",
        "port on which recorder boxes send (RTMP), usually 1935; empty: none (needs `make services` first)",
    ),
    Variable("LANTIAN_WHIP", "auto", "off：不接 WHIP；on：无 RTMP 也接", "off: no WHIP (OBS); on: without RTMP too"),
    Variable(
        "LANTIAN_SMS",
        "",
        "短信：http 为调用地区的短信服务，log 为写入文件（仅演示）",
        "text messages: http calls the region's service, log writes to a file (demonstrations only)",
    ),
    Variable(
        "LANTIAN_SMS_URL", "", "短信服务的地址（https://…）", "address of the service for text messages (https://…)"
    ),
    Variable("LANTIAN_SMS_TOKEN", "", "短信服务的令牌", "bearer token of the service for text messages"),
    Variable(
        "LANTIAN_ADDRESS",
        "",
        "平台对外的地址，消息里的链接用它，如 https://lantian.example.cn（默认 http://localhost:端口）",
        "where people reach the platform, for links in messages, such as https://lantian.example.cn (default:"
        " http://localhost:port)",
    ),
    Variable(
        "LANTIAN_MAIL_URL",
        "",
        "发邮件的服务器，如 smtp://用户:密码@mail.example.cn:587?tls=starttls 或 smtps://…",
        "mail server, such as smtp://user:password@mail.example.cn:587?tls=starttls or smtps://…",
    ),
    Variable("LANTIAN_MAIL_FROM", "lantian@localhost", "邮件的发件人", "sender of mails"),
    Variable(
        "LANTIAN_PUSH_HOSTS",
        "",
        "网页推送只发往这些主机，逗号分隔（默认各浏览器厂商的；填一个逗号为不用推送）",
        "web pushes go to these hosts alone, comma separated (default: those of the browsers' makers; a comma: no push)",
    ),
    Variable("DATABASE_URL", "", "外部 PostgreSQL（默认内置）", "an external PostgreSQL (default: the embedded one)"),
    Variable(
        "LANTIAN_DB_POOL",
        "4",
        "每个网页进程的数据库连接数与线程数",
        "database connections, and threads, of each web process",
    ),
    Variable("LANTIAN_WEB_WORKERS", "", "网页进程数（默认核数，至多 8）", "web processes (default: cores, at most 8)"),
    Variable(
        "LANTIAN_DEMO", "", "1：演示数据、演示账号和一节直播课", "1: demo region, demo accounts and a live lesson"
    ),
    Variable("LANTIAN_DEMO_FONT", "", "演示课页面所用的字体文件", "font file for the pages of the demo lesson"),
    Variable("LANTIAN_DEBUG", "", "1：开发用，显示错误细节", "1: for development, shows details of errors"),
    Variable(
        "LANTIAN_ISSUER",
        "",
        "统一登录的签发地址，如 https://id.example.cn（默认：访问时的地址）",
        "what signs people on to other software calls itself, such as https://id.example.cn (default: the address asked)",
    ),
    Variable(
        "LANTIAN_UPSTREAM_ISSUER",
        "",
        "可用其账号登录的上级平台（OpenID Connect 签发地址）",
        "platform whose accounts may open accounts here (its OpenID Connect issuer)",
    ),
    Variable("LANTIAN_UPSTREAM_NAME", "", "上级平台在登录页上的名称", "its name on the sign-in page"),
    Variable("LANTIAN_UPSTREAM_CLIENT", "", "在上级平台登记的标识", "our client ID there"),
    Variable("LANTIAN_UPSTREAM_SECRET", "", "在上级平台登记的密钥", "our client secret there"),
    Variable("LANTIAN_UPSTREAM_SCOPE", "openid", "向上级平台要的范围", "scopes asked of it"),
    Variable(
        "LANTIAN_UPSTREAM_TRUSTS",
        "",
        "信任上级平台给出的哪个号码，如 student_number=xjh（默认不信任，由本人关联）",
        "which number it gives is believed, such as student_number=xjh (default: none; people link themselves)",
    ),
    Variable("LANTIAN_REGION_NAME", "绵阳", "平台所属地区的名称", "name of the region that runs the platform"),
    Variable("LANTIAN_LANG", "", "命令行语言 zh 或 en", "language of the command line, zh or en"),
    Variable("LANTIAN_LOG_REQUESTS", "", "1：应用记录每个请求", "1: the application logs every request"),
    Variable(
        "LANTIAN_ACCESS_LOG", "", "1：前门访问日志（含 IP）", "1: access log of the front door (holds IP addresses)"
    ),
    Variable("LANTIAN_METRICS_TOKEN", "", "从别处读取 /metrics 的令牌", "token for reading /metrics from elsewhere"),
    Variable("LANTIAN_MAX_UPLOAD_MB", "256", "单个请求的大小上限", "largest request body"),
    Variable(
        "LANTIAN_DISK_RESERVE_MB", "1024", "磁盘余量低于此值时不再开新课", "refuse new lessons when less disk is free"
    ),
    Variable(
        "LANTIAN_KEEP_RECORDINGS_DAYS",
        "",
        "录像保留天数；不填为一直保留，演示中为 3",
        "days that recordings are kept; empty: for good, in a demonstration 3",
    ),
    Variable(
        "LANTIAN_RESOURCES_UNIT_GB", "200", "一个单位的资源最多占多少 GB", "GB that one unit's resources may take"
    ),
    Variable(
        "LANTIAN_CLAMD",
        "",
        "查毒程序 clamd 的位置：unix:/路径 或 主机:端口（不填为不查毒）",
        "where clamd is: unix:/path or host:port (empty: files are not scanned)",
    ),
    Variable("LANTIAN_IMPORT_ROOT", "", "成批导入资源的目录", "folder that bulk imports come from"),
    Variable(
        "LANTIAN_HARVEST_HOSTS", "", "可以采集的内网主机，逗号分隔", "hosts of one's own network that may be harvested"
    ),
    Variable(
        "LANTIAN_S3_ENDPOINT",
        "",
        "对象存储（S3）的地址，如 https://s3.example.cn；课堂分段和资源文件另存一份在那里（不填为只存本机）",
        "an S3 that keeps lessons' segments and files of resources too, such as https://s3.example.cn (empty: this disk alone)",
    ),
    Variable("LANTIAN_S3_BUCKET", "", "其中的存储桶", "the bucket there"),
    Variable("LANTIAN_S3_KEY", "", "对象存储的访问密钥标识", "access key there"),
    Variable(
        "LANTIAN_S3_SECRET",
        "",
        "对象存储的访问密钥（也可放在状态目录的 keys/s3.secret，权限 600）",
        "secret of that key (or in the home folder's keys/s3.secret, mode 600)",
    ),
    Variable("LANTIAN_S3_PREFIX", "", "只用桶中的这个目录", "use this folder of the bucket alone"),
    Variable("LANTIAN_S3_REGION", "us-east-1", "对象存储的区域名", "the S3's name for its region"),
    Variable("LANTIAN_PASSPHRASE", "", "备份与密钥托管的口令", "passphrase of backups and key escrow"),
    Variable(
        "LANTIAN_WEB_SOCKET",
        "",
        "（由监管进程设置）网页进程的套接字",
        "(set by the supervisor) socket of the web process",
    ),
    Variable(
        "LANTIAN_LIVE_SOCKET",
        "",
        "（由监管进程设置）直播进程的套接字",
        "(set by the supervisor) socket of the live process",
    ),
    Variable(
        "LANTIAN_LIVE_NODES",
        "1",
        "本机直播进程数（main、b、c……），课堂分在其中，一个坏了由别的接着",
        "live processes on this machine (main, b, c …): lessons are spread over them, and go on elsewhere when one dies",
    ),
    Variable(
        "LANTIAN_NODES",
        "",
        "别的机器上的直播进程，如 x=10.0.0.5:8000，逗号分隔",
        "live processes on other machines, such as x=10.0.0.5:8000, comma separated",
    ),
    Variable(
        "LANTIAN_NODE",
        "main",
        "（由监管进程设置）直播进程的名称",
        "(set by the supervisor) name of a live process",
    ),
    Variable(
        "LANTIAN_LIVE_ADDRESS",
        "",
        "（由监管进程设置）别的进程由此找到它",
        "(set by the supervisor) where other processes reach it",
    ),
    Variable(
        "LANTIAN_NODE_REMOTE",
        "",
        "（由 lantian node 设置）直播进程在单独的机器上",
        "(set by lantian node) the live process is on a machine of its own",
    ),
    Variable("LANTIAN_JANUS_SOCKET", "", "（由监管进程设置）Janus 的套接字", "(set by the supervisor) socket of Janus"),
    Variable(
        "LANTIAN_JANUS_SECRETS",
        "",
        "（由监管进程设置）Janus 口令所在的目录",
        "(set by the supervisor) folder of the words that Janus wants to hear",
    ),
    Variable(
        "LANTIAN_DOOR_FOLDER",
        "",
        "（由监管进程设置）录播设备接入所用套接字的目录",
        "(set by the supervisor) folder of the sockets between recorders' door and gateway",
    ),
)


@dataclass(frozen=True)
class Instance:
    """What one running Lantian is told. Sizes in MB, ports as numbers; `database_url` empty means embedded."""

    home: Path
    port: int = 8000
    bind: str = ""
    tls: str = ""
    http_port: int = 0
    content_port: int = 0
    content_origin: str = ""
    hosts: tuple[str, ...] = ()
    trusted_proxies: tuple[str, ...] = ()
    database_url: str = ""
    db_pool: int = 4
    web_workers: int = 1
    demo: bool = False
    debug: bool = False
    access_log: bool = False
    max_upload_mb: int = 256
    rtmp_port: int = 0
    s3: BucketPlace | None = None
    live_nodes: int = 1
    nodes: tuple[tuple[str, str], ...] = ()  # live processes elsewhere: name, host:port
    picture: str = "720p"
    stage: str = "auto"
    janus: str = "auto"
    whip: str = "auto"
    janus_ports: tuple[int, int] = (20000, 20999)
    janus_interfaces: tuple[str, ...] = ()
    janus_public: str = ""
    turn_port: int = 0
    turn_ports: tuple[int, int] = (49160, 49999)

    @property
    def url(self) -> str:
        scheme = "https" if self.tls else "http"
        host = self.hosts[0] if self.hosts else "localhost"
        usual = {"http": 80, "https": 443}[scheme]
        return f"{scheme}://{host}" + ("" if self.port == usual else f":{self.port}")

    @property
    def run(self) -> Path:
        return self.home / "run"

    @property
    def state_file(self) -> Path:
        return self.run / "state.json"

    @property
    def region_file(self) -> Path:
        """What the demonstration region leaves when it is made; part of every backup."""
        return self.home / "demo" / "region.json"

    @property
    def accounts_file(self) -> Path:
        return self.home / "demo" / "accounts.json"

    @property
    def web_socket(self) -> Path:
        return socket_folder(self.home) / "web.sock"

    @property
    def live_socket(self) -> Path:
        return socket_folder(self.home) / "live.sock"

    @property
    def node_names(self) -> tuple[str, ...]:
        """Live processes of this machine; the first one has the addresses without a name in them."""
        return ("main", *(chr(ord("a") + number) for number in range(1, self.live_nodes)))

    def node_socket(self, name: str) -> Path:
        return self.live_socket if name == "main" else self.live_socket.with_name(f"live-{name}.sock")

    @property
    def door_folder(self) -> Path:
        """Where recorders' door and gateway meet. As root the door's worker is somebody else, who may not enter the home."""
        return private_folder(self.home) if os.geteuid() == 0 else socket_folder(self.home)

    @property
    def janus_socket(self) -> Path:
        """In a folder that is Janus' own: as root it runs as somebody else, who may not enter the home."""
        return self.door_folder / "janus" / "api.sock"

    @property
    def turn_folder(self) -> Path:
        return self.door_folder / "turn"


def _flag(env: Mapping[str, str], name: str) -> bool:
    return env.get(name, "").strip().lower() in {"1", "true", "yes", "on"}


def _number(env: Mapping[str, str], name: str, default: int, low: int, high: int) -> int:
    text = env.get(name, "").strip()
    if not text:
        return default
    if not text.isdecimal() or not low <= int(text) <= high:
        raise Problem(
            say(
                f"{name} 应为 {low} 到 {high} 的整数，现为“{text}”",
                f"{name} must be a number from {low} to {high}, not '{text}'",
            )
        )
    return int(text)


def _choice(env: Mapping[str, str], name: str, *values: str) -> str:
    """One of these; the first where nothing is said."""
    text = env.get(name, "").strip().lower() or values[0]
    if text not in values:
        words = "、".join(values), ", ".join(values)
        raise Problem(say(f"{name} 只能是 {words[0]}，现为“{text}”", f"{name} must be one of {words[1]}, not '{text}'"))
    return text


def _ports(env: Mapping[str, str], name: str, default: tuple[int, int]) -> tuple[int, int]:
    """A range such as 20000-20999."""
    text = env.get(name, "").strip()
    if not text:
        return default
    low, _, high = text.partition("-")
    if not (low.isdecimal() and high.isdecimal() and 1024 <= int(low) < int(high) <= 65535):
        words = f"{name} 应形如 20000-20999，现为“{text}”", f"{name} must look like 20000-20999, not '{text}'"
        raise Problem(say(*words))
    return int(low), int(high)


def _address(env: Mapping[str, str], name: str) -> str:
    text = env.get(name, "").strip()
    try:
        return text and str(ip_address(text))
    except ValueError:
        raise Problem(
            say(f"{name} 应为 IP 地址，现为“{text}”", f"{name} must be an IP address, not '{text}'")
        ) from None


def _interfaces(env: Mapping[str, str], name: str) -> tuple[str, ...]:
    found = _items(env, name)
    for each in found:  # they stand in a configuration file
        if not re.fullmatch(r"[A-Za-z0-9_.:@-]{1,45}", each):
            raise Problem(
                say(f"{name} 里的“{each}”不是网卡名称", f"'{each}' in {name} is not the name of an interface")
            )
    return found


def _origin(env: Mapping[str, str], name: str) -> str:
    text = env.get(name, "").strip().rstrip("/")
    if text and not ORIGIN.fullmatch(text):
        words = f"{name} 应形如 https://content.example.cn，现为“{text}”"
        raise Problem(say(words, f"{name} must look like https://content.example.cn, not '{text}'"))
    return text


def _items(env: Mapping[str, str], name: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in env.get(name, "").split(",") if part.strip() and part.strip() != "*")


def _nodes(env: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    found = []
    for item in _items(env, "LANTIAN_NODES"):
        name, _, address = item.partition("=")
        if not NODE.fullmatch(name) or name == "main" or not NODE_ADDRESS.fullmatch(address):
            raise Problem(
                say(
                    f"LANTIAN_NODES 应写成 名称=主机:端口，现为“{item}”",
                    f"LANTIAN_NODES must be written name=host:port, not '{item}'",
                )
            )
        found.append((name, address))
    return tuple(found)


def default_home() -> Path:
    """./var of the checkout, or of the current folder when Lantian is installed as a package."""
    return (ROOT if (ROOT / "pyproject.toml").exists() else Path.cwd()) / "var"


def read_instance(env: Mapping[str, str] | None = None) -> Instance:
    """Read the environment. Raises Problem with a plain sentence for a bad value."""
    env = os.environ if env is None else env
    tls = env.get("LANTIAN_TLS", "").strip().lower()
    if tls not in {"", "internal"}:
        raise Problem(
            say(f"LANTIAN_TLS 只能为空或 internal，现为“{tls}”", f"LANTIAN_TLS must be empty or internal, not '{tls}'")
        )
    database_url = env.get("DATABASE_URL", "").strip()
    if database_url and not database_url.startswith(("postgresql://", "postgres://")):
        raise Problem(say("DATABASE_URL 必须以 postgresql:// 开头", "DATABASE_URL must begin with postgresql://"))
    port = _number(env, "LANTIAN_PORT", 8000, 1, 65535)
    plain = 80 if port == 443 else min(port + 1, 65535)
    beside = port + 10_000 if port + 10_000 <= 65535 else port - 10_000
    home = Path(env.get("LANTIAN_HOME", "").strip() or default_home()).expanduser().absolute()
    return Instance(
        home=home,
        port=port,
        bind=env.get("LANTIAN_BIND", "").strip(),
        tls=tls,
        http_port=_number(env, "LANTIAN_HTTP_PORT", plain, 0, 65535) if tls else 0,
        content_port=_number(env, "LANTIAN_CONTENT_PORT", beside, 0, 65535),
        content_origin=_origin(env, "LANTIAN_CONTENT_ORIGIN"),
        hosts=_items(env, "LANTIAN_HOSTS"),
        trusted_proxies=_items(env, "LANTIAN_TRUSTED_PROXIES"),
        database_url=database_url,
        db_pool=_number(env, "LANTIAN_DB_POOL", 4, 2, 64),
        web_workers=_number(env, "LANTIAN_WEB_WORKERS", min(8, os.cpu_count() or 1), 1, 64),
        demo=_flag(env, "LANTIAN_DEMO"),
        debug=_flag(env, "LANTIAN_DEBUG"),
        access_log=_flag(env, "LANTIAN_ACCESS_LOG"),
        max_upload_mb=_number(env, "LANTIAN_MAX_UPLOAD_MB", 256, 1, 100_000),
        rtmp_port=_number(env, "LANTIAN_RTMP_PORT", 0, 0, 65535),
        s3=read_place(env, home),
        live_nodes=_number(env, "LANTIAN_LIVE_NODES", 1, 1, 8),
        nodes=_nodes(env),
        picture=_choice(env, "LANTIAN_LIVE_PICTURE", "720p", "540p", "360p"),
        stage=_choice(env, "LANTIAN_STAGE", "auto", "mesh", "relay"),
        janus=_choice(env, "LANTIAN_JANUS", "auto", "on", "off"),
        whip=_choice(env, "LANTIAN_WHIP", "auto", "on", "off"),
        janus_ports=_ports(env, "LANTIAN_JANUS_PORTS", (20000, 20999)),
        janus_interfaces=_interfaces(env, "LANTIAN_JANUS_INTERFACES"),
        janus_public=_address(env, "LANTIAN_JANUS_PUBLIC"),
        turn_port=_number(env, "LANTIAN_TURN_PORT", 0, 0, 65535),
        turn_ports=_ports(env, "LANTIAN_TURN_PORTS", (49160, 49999)),
    )


def make_home(home: Path) -> None:
    """Make the home folder and its parts, each 0700. Raises Problem when it cannot be ours."""
    try:
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
        if home.stat().st_uid == os.geteuid() and stat.S_IMODE(home.stat().st_mode) & 0o077:
            home.chmod(0o700)
        for name in FOLDERS:
            (home / name).mkdir(mode=0o700, exist_ok=True)
    except OSError as error:
        raise Problem(
            say(f"状态目录 {home} 不可用：{error.strerror}", f"cannot use the home folder {home}: {error.strerror}")
        ) from error
    if not os.access(home / "run", os.W_OK):
        raise Problem(
            say(
                f"当前用户不能写入状态目录 {home}（它属于另一个用户？）",
                f"this user cannot write to {home} (does it belong to another user?)",
            )
        )


def fingerprint(path: Path) -> str:
    """A short name for a folder, the same for every spelling of its path."""
    return hashlib.sha256(os.fsencode(os.path.realpath(path))).hexdigest()[:12]


def private_folder(home: Path) -> Path:
    """A short private folder outside the home for sockets, since their paths are limited to 107 bytes.

    Root uses /run/lantian; others XDG_RUNTIME_DIR or the temporary folder. One that somebody else made first is refused.
    """
    uid = os.geteuid()
    if uid == 0 and os.access("/run", os.W_OK):
        parent = Path("/run/lantian")
        parent.mkdir(mode=0o711, exist_ok=True)
        parent.chmod(0o711)
        folder = parent / fingerprint(home)
    else:
        runtime = os.environ.get("XDG_RUNTIME_DIR", "")
        short = runtime and len(runtime) < 60 and os.access(runtime, os.W_OK)
        folder = Path(runtime if short else "/tmp") / f"lantian-{uid}-{fingerprint(home)}"  # noqa: S108 - owner is checked below
    folder.mkdir(mode=0o711 if uid == 0 else 0o700, exist_ok=True)
    facts = folder.lstat()
    if not stat.S_ISDIR(facts.st_mode) or facts.st_uid != uid:
        raise Problem(say(f"{folder} 不属于当前用户", f"{folder} does not belong to this user"))
    return folder


def socket_folder(home: Path) -> Path:
    """Where the internal sockets of one instance live: its run folder when the path is short enough."""
    run = home / "run"
    if len(os.fsencode(run / "live.sock")) <= SOCKET_LIMIT:
        return run
    return private_folder(home)
