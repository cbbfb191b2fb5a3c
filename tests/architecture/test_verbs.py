"""Services are verbs with a keyword-only `by`; events carry what a statement needs; jobs have names."""

import ast
import inspect

import pytest

from lantian.kernel.events import EVENTS
from tests.architecture.house import App, apps, sources

APPS = [app for app in apps() if app.floor != "kernel"]


def service_functions(app: App) -> list[tuple[str, ast.FunctionDef]]:
    files = [path for path in sources(app.folder) if path.stem == "services" or "services" in path.parts]
    found: list[tuple[str, ast.FunctionDef]] = []
    for path in files:
        if path.name == "__init__.py" or "/tests/" in str(path):
            continue
        found += [
            (str(path.relative_to(app.folder)), node)
            for node in ast.parse(path.read_text()).body
            if isinstance(node, ast.FunctionDef) and not node.name.startswith("_")
        ]
    return found


@pytest.mark.parametrize("app", APPS, ids=lambda app: app.module)
def test_by_is_keyword_only_wherever_it_is_taken(app: App) -> None:
    for path, node in service_functions(app):
        positional = [argument.arg for argument in (*node.args.posonlyargs, *node.args.args)]
        assert "by" not in positional, f"{app.module} {path}: {node.name} takes `by` by position"


@pytest.mark.parametrize("app", APPS, ids=lambda app: app.module)
def test_public_services_say_what_they_do(app: App) -> None:
    silent = [f"{path}:{node.name}" for path, node in service_functions(app) if not ast.get_docstring(node)]
    assert silent == [], f"{app.module}: docstrings are missing"


def test_events_carry_verb_object_and_past_tense_name() -> None:
    assert len(EVENTS) > 0
    for name, cls in EVENTS.items():
        assert name == cls.name
        assert name.count(".") == 1
        assert cls.verb.startswith(("http://", "https://", "urn:")), name
        assert "." in cls.object_type, name
        module = inspect.getmodule(cls)
        assert module is not None
        assert module.__name__.split(".")[2] == name.split(".")[0]
