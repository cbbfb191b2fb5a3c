"""A font that can write Chinese, wherever it may be: a Python package, the system, or none (then slides speak English)."""

import importlib.resources
import os
from functools import cache
from pathlib import Path

from PIL import ImageFont

Font = ImageFont.FreeTypeFont | ImageFont.ImageFont
_SIMPLIFIED = 2  # the SC face inside Noto's .ttc collections
_FOLDERS = (
    "/usr/share/fonts",
    "/usr/local/share/fonts",
    str(Path("~/.local/share/fonts").expanduser()),
    "/Library/Fonts",
)
_NAMES = (
    "NotoSansCJK-Regular.ttc", "NotoSansCJKsc-Regular.otf", "NotoSansSC-Regular.otf", "NotoSansSC-Regular.ttf",
    "SourceHanSansSC-Regular.otf", "wqy-zenhei.ttc", "wqy-microhei.ttc", "DroidSansFallbackFull.ttf", "msyh.ttc",
    "simhei.ttf", "gbsn00lp.ttf", "uming.ttc",
)  # fmt: skip


@cache
def chinese_font() -> tuple[str, int] | None:
    """Path and face index of a font with Chinese glyphs; None when this machine has none."""
    candidates = [os.environ.get("LANTIAN_DEMO_FONT", ""), _packaged()]
    for folder in _FOLDERS:
        found = {path.name: str(path) for path in Path(folder).rglob("*.*")} if Path(folder).is_dir() else {}
        candidates += [found[name] for name in _NAMES if name in found]
    for path in candidates:
        index = _SIMPLIFIED if "NotoSansCJK-" in path else 0
        if path and _draws_chinese(path, index):
            return path, index
    return None


def _packaged() -> str:
    try:
        found = importlib.resources.files("noto_cjk_sans_otc") / "NotoSansCJK-Regular.ttc"
    except ModuleNotFoundError:
        return ""
    return str(found)


def _draws_chinese(path: str, index: int) -> bool:
    """Whether two different characters look different: tofu looks all alike."""
    try:
        font = ImageFont.truetype(path, 16, index=index)
    except OSError:
        return False
    return bytes(font.getmask("蓝")) != bytes(font.getmask("课"))  # i18n: data


@cache
def font(size: int) -> Font:
    """The font in this size (pixels): Chinese if there is one, else Pillow's own."""
    found = chinese_font()
    return ImageFont.truetype(found[0], size, index=found[1]) if found else ImageFont.load_default(size)


def speaks_chinese() -> bool:
    return chinese_font() is not None
