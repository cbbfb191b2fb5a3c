"""Sealing under a passphrase: scrypt (RFC 7914) makes the key, AES-256-GCM (NIST SP 800-38D) seals.

`lantian keys escrow` writes the keys folder as one small sealed file that a second institution, or a safe, can hold.
"""

import base64
import getpass
import json
import os
import secrets
import sys
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from lantian.kernel.whole import write_whole
from runtime.home import Instance, make_home
from runtime.words import Problem, say

FORMAT = "lantian-sealed"
SHORTEST = 12
SCRYPT = {"n": 2**17, "r": 8, "p": 1}  # 128 MB and about half a second
DATABASE_PASSWORDS = "postgres.json"  # of the local server only: made anew wherever a database is made


def _key(passphrase: str, salt: bytes, costs: dict[str, int]) -> bytes:
    return Scrypt(salt=salt, length=32, n=costs["n"], r=costs["r"], p=costs["p"]).derive(passphrase.encode())


def seal(content: bytes, passphrase: str) -> bytes:
    """`content` as a JSON document that only the passphrase opens."""
    if len(passphrase) < SHORTEST:
        raise Problem(say(f"口令至少 {SHORTEST} 个字符", f"the passphrase needs at least {SHORTEST} characters"))
    salt, nonce = secrets.token_bytes(16), secrets.token_bytes(12)
    sealed = AESGCM(_key(passphrase, salt, SCRYPT)).encrypt(nonce, content, FORMAT.encode())
    document = {
        "format": FORMAT,
        "version": 1,
        "kdf": {"name": "scrypt", **SCRYPT, "salt": base64.b64encode(salt).decode()},
        "cipher": "AES-256-GCM",
        "nonce": base64.b64encode(nonce).decode(),
        "content": base64.b64encode(sealed).decode(),
    }
    return json.dumps(document, indent=1).encode() + b"\n"


def unseal(document: bytes, passphrase: str) -> bytes:
    """Open what `seal` made. Raises Problem for a wrong passphrase or a damaged file."""
    try:
        parts = json.loads(document)
        if parts["format"] != FORMAT or parts["version"] != 1:
            raise ValueError("format")
        costs = {name: int(parts["kdf"][name]) for name in ("n", "r", "p")}
        if not (2**14 <= costs["n"] <= 2**20 and costs["r"] <= 32 and costs["p"] <= 16):
            raise ValueError("kdf")
        salt, nonce, sealed = (
            base64.b64decode(text) for text in (parts["kdf"]["salt"], parts["nonce"], parts["content"])
        )
    except (ValueError, KeyError, TypeError) as error:
        raise Problem(say("不是密钥托管文件，或已损坏", "not a sealed file of ours, or damaged")) from error
    try:
        return AESGCM(_key(passphrase, salt, costs)).decrypt(nonce, sealed, FORMAT.encode())
    except InvalidTag as error:
        raise Problem(say("口令不对，或文件已损坏", "wrong passphrase, or the file is damaged")) from error


def passphrase_from(file: Path | None) -> str:
    """From a file's first line or LANTIAN_PASSPHRASE; empty when neither is given."""
    if file is not None:
        try:
            return file.read_text().split("\n")[0].strip()
        except OSError as error:
            raise Problem(f"{file}: {error.strerror}") from error
    return os.environ.get("LANTIAN_PASSPHRASE", "")


def asked(passphrase: str, *, twice: bool = False) -> str:
    """The passphrase, asked for on the terminal when not given. Raises Problem where there is no terminal."""
    if passphrase:
        return passphrase
    if not sys.stdin.isatty():
        raise Problem(
            say(
                "需要口令：--passphrase-file 或 LANTIAN_PASSPHRASE",
                "a passphrase is needed: --passphrase-file or LANTIAN_PASSPHRASE",
            )
        )
    first = getpass.getpass(say("口令：", "Passphrase: "))
    if twice and getpass.getpass(say("再输一次：", "Once more: ")) != first:
        raise Problem(say("两次输入不同", "the two differ"))
    return first


def key_files(home: Path) -> dict[str, bytes]:
    """Name and content of every key worth keeping."""
    folder = home / "keys"
    found = sorted(path for path in folder.iterdir() if path.is_file()) if folder.exists() else []
    return {
        path.name: path.read_bytes()
        for path in found
        if path.name != DATABASE_PASSWORDS and not path.name.startswith(".")
    }


def pack(files: dict[str, bytes]) -> bytes:
    return json.dumps({name: base64.b64encode(content).decode() for name, content in files.items()}).encode()


def unpack(content: bytes) -> dict[str, bytes]:
    return {name: base64.b64decode(text) for name, text in json.loads(content).items()}


def write_keys(home: Path, files: dict[str, bytes], *, force: bool) -> None:
    """Write key files 0600. One that exists and differs stays, unless forced: losing a key loses data. Raises Problem."""
    folder = home / "keys"
    for name, content in files.items():
        if Path(name).name != name or name.startswith("."):
            raise Problem(f"{name}?")
        if not force and (folder / name).exists() and (folder / name).read_bytes() != content:
            raise Problem(
                say(
                    f"{folder / name} 已存在且不同，未覆盖（--force 可覆盖）",
                    f"{folder / name} exists and differs, left alone (--force)",
                )
            )
    for name, content in files.items():
        write_whole(folder / name, content)


def escrow(instance: Instance, target: Path, *, passphrase: str, force: bool) -> int:
    """Export the keys, sealed."""
    files = key_files(instance.home)
    if not files:
        raise Problem(say(f"{instance.home} 中还没有密钥", f"there are no keys in {instance.home} yet"))
    if target.exists() and not force:
        raise Problem(say(f"{target} 已存在", f"{target} exists"))
    document = seal(pack(files), asked(passphrase, twice=True))
    with os.fdopen(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(document)
    print(say(f"已把 {len(files)} 个密钥文件加密写入 {target}", f"{len(files)} key file(s) sealed into {target}"))
    return 0


def recover(instance: Instance, source: Path, *, passphrase: str, force: bool) -> int:
    """Bring sealed keys back into the home folder."""
    try:
        document = source.read_bytes()
    except OSError as error:
        raise Problem(f"{source}: {error.strerror}") from error
    files = unpack(unseal(document, asked(passphrase)))
    make_home(instance.home)
    write_keys(instance.home, files, force=force)
    print(say(f"已取回 {len(files)} 个密钥文件", f"{len(files)} key file(s) recovered"))
    return 0
