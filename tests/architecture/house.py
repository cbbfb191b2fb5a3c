"""The house read as text and as imports, for the tests beside this file."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "lantian"
FLOORS = (
    "kernel",
    "people",
    "commons",
    "content",
    "data",
    "assess",
    "teach",
    "learn",
    "govern",
    "portal",
)  # from the lowest up

APP_FILES = {
    "__init__",
    "apps",
    "models",
    "enums",
    "errors",
    "events",
    "rules",
    "queries",
    "services",
    "forms",
    "views",
    "api",
    "urls",
    "consumers",
    "receivers",
    "tasks",
    "demo",
}
APP_FOLDERS = APP_FILES | {
    "engine",
    "templatetags",
    "templates",
    "static",
    "tests",
    "migrations",
    "management",
    "locale",
    "data",
}
# What other apps may import of an app; `data` folders hold no code.
OPEN_TO_OTHERS = {"services", "queries", "rules", "events", "enums", "errors", "engine"}
# The kernel's library parts are there to be used whole; its `web` app is the house's one way to make pages.
KERNEL_LIBRARIES = {
    "beside",
    "bucket",
    "confined",
    "demo",
    "rules",
    "events",
    "registry",
    "jobs",
    "crypto",
    "errors",
    "files",
    "fields",
    "holdings",
    "numbers",
    "prepared",
    "retention",
    "shaped",
    "triggers",
    "web",
    "whole",
}


@dataclass(frozen=True)
class App:
    floor: str
    name: str

    @property
    def folder(self) -> Path:
        return PACKAGE / self.floor / self.name

    @property
    def module(self) -> str:
        return f"lantian.{self.floor}.{self.name}"


def apps() -> list[App]:
    """All apps: folders with an apps.py exactly two levels below `lantian`."""
    return sorted(
        (App(path.parent.parent.name, path.parent.name) for path in PACKAGE.glob("*/*/apps.py")),
        key=lambda app: (FLOORS.index(app.floor), app.name),
    )


def sources(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.rglob("*.py")):
        if "__pycache__" not in path.parts:
            yield path


@dataclass(frozen=True)
class Import:
    """One import of something of ours, with where it stands."""

    path: Path
    line: int
    module: str
    type_checking: bool


@cache
def imports_of(path: Path) -> list[Import]:
    """Every `lantian.*` import of a file, `from a.b import c` given as `a.b.c`."""
    found: list[Import] = []

    def visit(node: ast.AST, guarded: bool) -> None:
        for child in ast.iter_child_nodes(node):
            inside = guarded or (isinstance(child, ast.If) and "TYPE_CHECKING" in ast.dump(child.test))
            if isinstance(child, ast.Import):
                found.extend(Import(path, child.lineno, alias.name, inside) for alias in child.names)
            elif isinstance(child, ast.ImportFrom) and child.module:
                found.extend(
                    Import(path, child.lineno, f"{child.module}.{alias.name}", inside) for alias in child.names
                )
            visit(child, inside)

    visit(ast.parse(path.read_text()), False)
    return [item for item in found if item.module.startswith("lantian.")]
