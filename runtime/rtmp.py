"""The door for recorder boxes: nginx with its rtmp module (Debian's packages, `make services`), on a configuration of ours."""

import grp
import os
import pwd
import shutil
from pathlib import Path

from runtime.binaries import server_user
from runtime.home import Instance
from runtime.words import Problem, say

MODULE = "ngx_rtmp_module.so"
PLACES = (Path("/usr/lib/nginx/modules"), Path("/usr/lib64/nginx/modules"), Path("/usr/share/nginx/modules"))
APPLICATION = "recorder"  # as in lantian/teach/recorders/consumers/door.py
CONNECTIONS = 1024


def programs() -> tuple[str, Path]:
    """nginx and its rtmp module. Raises Problem when one is missing."""
    nginx = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin:/usr/local/sbin")
    module = next((place / MODULE for place in PLACES if (place / MODULE).exists()), None)
    if nginx is None or module is None:
        raise Problem(
            say(
                "录播设备接入需要 nginx 及其 rtmp 模块：请先运行 make services",
                "recorder boxes need nginx with its rtmp module: run `make services` first",
            )
        )
    return nginx, module


def configuration(instance: Instance, module: Path) -> str:
    """The whole file. Who may publish is asked of the gateway; who may play is this machine alone."""
    work, sockets = instance.home / "rtmp", instance.door_folder
    user = ""
    if (found := server_user()) is not None:
        user = f"user {pwd.getpwuid(found[0]).pw_name} {grp.getgrgid(found[1]).gr_name};\n"
    hook = f"http://unix:{sockets / 'hook.sock'}:/publish"
    temporary = "\n".join(
        f"    {kind}_temp_path {work / 'tmp' / kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    return f"""{user}daemon off;
worker_processes 1;
pid {work / "nginx.pid"};
error_log stderr warn;
load_module {module};
events {{
    worker_connections {CONNECTIONS};
}}
rtmp {{
    server {{
        listen {f"{instance.bind}:" if instance.bind else ""}{instance.rtmp_port};
        chunk_size 4096;
        max_message 4M;
        ping 20s;
        ping_timeout 10s;
        application {APPLICATION} {{
            live on;
            wait_key on;
            idle_streams off;
            drop_idle_publisher 12s;
            allow play 127.0.0.1;
            deny play all;
            on_publish {hook};
        }}
    }}
}}
http {{
    access_log off;
{temporary}
    server {{
        listen unix:{sockets / "rtmp.sock"};
        location = /stat {{
            rtmp_stat all;
        }}
        location /control {{
            rtmp_control all;
        }}
    }}
}}
"""


def prepare(instance: Instance) -> list[str]:
    """Write the configuration; the command that runs the door. Raises Problem."""
    nginx, module = programs()
    work = instance.home / "rtmp"
    (work / "tmp").mkdir(mode=0o700, parents=True, exist_ok=True)
    path = work / "nginx.conf"
    path.touch(mode=0o600, exist_ok=True)
    path.write_text(configuration(instance, module))
    (instance.door_folder / "rtmp.sock").unlink(
        missing_ok=True
    )  # nginx leaves it when it is killed, and then cannot listen
    return [nginx, "-e", "stderr", "-p", str(work), "-c", str(path)]


def environment() -> dict[str, str]:
    return {"PATH": os.environ.get("PATH", "/usr/bin:/bin"), "LANG": "C.UTF-8"}
