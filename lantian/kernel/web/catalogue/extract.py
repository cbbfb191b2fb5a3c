"""Find what is to be translated. Lines are 1-based; paths are relative to the project."""

import ast
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from babel.messages.extract import extract

from lantian.kernel.web.catalogue import sources

PYTHON_KEYWORDS: dict[str, tuple[int | tuple[int, str], ...] | None] = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "lazy": None,  # gettext_lazy under a short name
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
    "npgettext_lazy": ((1, "c"), 2, 3),
}


@dataclass(frozen=True, slots=True)
class Message:
    path: str
    line: int
    text: str
    plural: str = ""
    context: str = ""


def from_python(text: str, path: str) -> Iterator[Message]:
    found = extract("python", io.BytesIO(text.encode()), keywords=PYTHON_KEYWORDS, options={"encoding": "utf-8"})
    for line, message, _comments, context in found:
        parts = [message] if isinstance(message, str) else [part for part in message if part]
        if parts and parts[0]:
            yield Message(path, line, parts[0], parts[1] if len(parts) > 1 else "", context or "")
    yield from _in_f_strings(text, path)


def _in_f_strings(text: str, path: str) -> Iterator[Message]:
    """Babel passes over calls inside f-strings."""
    for outer in ast.walk(ast.parse(text)):
        for node in ast.walk(outer) if isinstance(outer, ast.JoinedStr) else ():
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in PYTHON_KEYWORDS:
                words = node.args[0] if PYTHON_KEYWORDS[node.func.id] is None and node.args else None
                if isinstance(words, ast.Constant) and isinstance(words.value, str):
                    yield Message(path, node.lineno, words.value)


_STRING = r"""("(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*')"""
_TAG = re.compile(r"{%.*?%}|{{.*?}}|{#.*?#}", re.DOTALL)
_TRANSLATE = re.compile(rf"{{%-?\s*(?:trans|translate)\s+{_STRING}(?:[^%]*?\bcontext\s+{_STRING})?", re.DOTALL)
_MARKED = re.compile(rf"""(?<![\w.])_\(\s*{_STRING}\s*\)""")
_BLOCK = re.compile(
    r"{%\s*blocktrans(?:late)?\b(?P<options>.*?)%}(?P<body>.*?){%\s*endblocktrans(?:late)?\s*%}", re.DOTALL
)
_PLURAL = re.compile(r"{%\s*plural\s*%}")
_VARIABLE = re.compile(r"{{\s*(\w+)\s*}}")
_COMMENT = re.compile(r"{%\s*comment\b.*?%}.*?{%\s*endcomment\s*%}|{#.*?#}", re.DOTALL)


def blank(match: re.Match[str]) -> str:
    """Take text away and leave its lines, so that line numbers stay right."""
    return re.sub(r"[^\n]", " ", match.group())


def _line(text: str, position: int) -> int:
    return text.count("\n", 0, position) + 1


def _unquote(literal: str) -> str:
    return re.sub(r"\\(.)", r"\1", literal[1:-1])


def _block_text(body: str, *, trimmed: bool) -> str:
    """The msgid Django makes of a block: variables as %(name)s, per cent signs doubled."""
    parts = _VARIABLE.split(body)
    text = "".join(f"%({part})s" if index % 2 else part.replace("%", "%%") for index, part in enumerate(parts))
    return " ".join(line.strip() for line in text.splitlines()).strip() if trimmed else text


def from_template(text: str, path: str) -> Iterator[Message]:
    text = _COMMENT.sub(blank, text)
    for match in _BLOCK.finditer(text):
        trimmed = "trimmed" in match["options"].split()
        body = _PLURAL.split(match["body"])
        singular = _block_text(body[0], trimmed=trimmed)
        plural = _block_text(body[1], trimmed=trimmed) if len(body) > 1 else ""
        context = re.search(rf"\bcontext\s+{_STRING}", match["options"])
        yield Message(path, _line(text, match.start()), singular, plural, _unquote(context[1]) if context else "")
    rest = _BLOCK.sub(blank, text)
    for match in _TRANSLATE.finditer(rest):
        words = _unquote(match[1]).replace("%", "%%")
        yield Message(path, _line(rest, match.start()), words, "", _unquote(match[2]) if match[2] else "")
    for tag in _TAG.finditer(rest):
        for match in _MARKED.finditer(tag.group()):
            yield Message(path, _line(rest, tag.start() + match.start()), _unquote(match[1]).replace("%", "%%"))


_SCRIPT_CALL = re.compile(r"""(?<![\w.$])t\(\s*("(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|`(?:\\.|[^`\\$])*`)\s*[,)]""")
_SCRIPT_COMMENT = re.compile(
    r"""("(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|`(?:\\.|[^`\\])*`)|(//[^\n]*|/\*.*?\*/)""", re.DOTALL
)


def without_script_comments(text: str) -> str:
    return _SCRIPT_COMMENT.sub(lambda match: match[1] or blank(match), text)


def from_script(text: str, path: str) -> Iterator[Message]:
    code = without_script_comments(text)
    for match in _SCRIPT_CALL.finditer(code):
        yield Message(path, _line(code, match.start()), _unquote(match[1]))


def server_messages(base: Path) -> list[Message]:
    """Everything for the `django` domain."""
    found: list[Message] = []
    for path in sources.python_files(base):
        found += from_python(path.read_text(), path.relative_to(base).as_posix())
    for path in sources.templates(base):
        found += from_template(path.read_text(), path.relative_to(base).as_posix())
    return found


def script_messages(base: Path) -> list[Message]:
    """Everything for the `djangojs` domain."""
    found: list[Message] = []
    for path in sources.scripts(base):
        found += from_script(path.read_text(), path.relative_to(base).as_posix())
    return found
