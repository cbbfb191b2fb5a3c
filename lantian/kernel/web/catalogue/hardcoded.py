"""Chinese that no translation reaches: in templates outside tags, in Python and TypeScript outside gettext."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from lantian.kernel.web.catalogue import sources
from lantian.kernel.web.catalogue.extract import (
    _BLOCK,
    _COMMENT,
    _SCRIPT_CALL,
    _TAG,
    PYTHON_KEYWORDS,
    blank,
    without_script_comments,
)

CHINESE = re.compile(r"[\u3400-\u9fff\uf900-\ufaff]")
# Words for the log and for programmers, never shown.
_INTERNAL_CALLS = {"info", "warning", "error", "debug", "exception", "add_argument"}


@dataclass(frozen=True, slots=True)
class Stray:
    path: str
    line: int
    text: str


def _lines_with_chinese(text: str, path: str, original: str) -> Iterator[Stray]:
    marked = original.splitlines()
    for number, line in enumerate(text.splitlines(), 1):
        if CHINESE.search(line) and sources.DATA_MARK not in marked[number - 1]:
            yield Stray(path, number, line.strip()[:60])


_HTML_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)


def in_template(text: str, path: str) -> Iterator[Stray]:
    rest = text
    for pattern in (_COMMENT, _BLOCK, _TAG, _HTML_COMMENT):
        rest = pattern.sub(blank, rest)
    yield from _lines_with_chinese(rest, path, text)


_SCRIPT_STRING = re.compile(r"""("(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|`(?:\\.|[^`\\])*`)""")


def in_script(text: str, path: str) -> Iterator[Stray]:
    rest = _SCRIPT_CALL.sub(blank, without_script_comments(text))
    only = "\n".join(" ".join(_SCRIPT_STRING.findall(line)) for line in rest.splitlines())
    yield from _lines_with_chinese(only, path, text)


class _Strings(ast.NodeVisitor):
    """Collects string constants with Chinese, but for docstrings and what is marked for translation."""

    def __init__(self) -> None:
        self.found: list[tuple[int, str]] = []

    def visit_Expr(self, node: ast.Expr) -> None:
        if not isinstance(node.value, ast.Constant):  # a bare string is documentation
            self.generic_visit(node)

    def visit_Call(self, node: ast.Call) -> None:
        function = node.func
        name = function.id if isinstance(function, ast.Name) else getattr(function, "attr", "")
        if name in PYTHON_KEYWORDS or name in _INTERNAL_CALLS:
            return
        self.generic_visit(node)

    def visit_keyword(self, node: ast.keyword) -> None:
        if node.arg != "help_text":  # notes on models, for programmers; forms mark theirs
            self.generic_visit(node)

    def visit_Raise(self, node: ast.Raise) -> None:
        self.generic_visit(node)

    def visit_Constant(self, node: ast.Constant) -> None:
        if isinstance(node.value, str) and CHINESE.search(node.value):
            self.found.append((node.lineno, node.value))


def in_python(text: str, path: str) -> Iterator[Stray]:
    visitor = _Strings()
    visitor.visit(ast.parse(text))
    lines = text.splitlines()
    for number, words in visitor.found:
        if sources.DATA_MARK not in lines[number - 1]:
            yield Stray(path, number, words.strip()[:60])


def find(base: Path) -> list[Stray]:
    """All strays of the project."""
    found: list[Stray] = []
    for paths, look in (
        (sources.python_files(base), in_python),
        (sources.templates(base), in_template),
        (sources.scripts(base), in_script),
    ):
        for path in paths:
            text = path.read_text()
            if CHINESE.search(text) and not sources.is_content(path, text):
                found += look(text, path.relative_to(base).as_posix())
    return found
