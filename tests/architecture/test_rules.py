"""Rules are declared once, named by every URL, and tried as allowed and as refused."""

import ast
import inspect
from collections.abc import Iterator
from functools import cache

import pytest
from django.urls import URLPattern, URLResolver, get_resolver

from lantian.kernel.rules import RULES, VISIBLE_PAIRS
from tests.architecture.house import PACKAGE, ROOT

# Views of other people's packages: they bring their own checks.
THIRD_PARTY = ("allauth.", "django.", "procrastinate.")


def patterns(resolver: URLResolver, prefix: str = "") -> Iterator[tuple[str, URLPattern]]:
    for entry in resolver.url_patterns:
        route = prefix + str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from patterns(entry, route)
        else:
            yield route, entry


OURS = [
    (route, pattern)
    for route, pattern in patterns(get_resolver())
    if not pattern.callback.__module__.startswith(THIRD_PARTY)
]


@pytest.mark.parametrize(("route", "pattern"), OURS, ids=[route or "/" for route, _ in OURS])
def test_every_address_of_ours_names_a_known_rule(route: str, pattern: URLPattern) -> None:
    name = getattr(pattern.callback, "rule_name", None)
    assert name, f"/{route}: say which rule lets one in (guarded, guarded_by_object, signed_in or public)"
    assert name in RULES, f"/{route}: no rule is called {name}"


@cache
def tried() -> dict[str, set[str]]:
    """For each of the two helpers, the names of the rule functions the tests pass to it."""
    found: dict[str, set[str]] = {"assert_allowed": set(), "assert_refused": set()}
    files = [*PACKAGE.rglob("tests/**/*.py"), *(ROOT / "tests").rglob("*.py")]
    texts = (path.read_text() for path in files)
    for text in (text for text in texts if any(helper in text for helper in found)):
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.Call) and node.args:
                helper = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
                first = node.args[0]
                name = first.attr if isinstance(first, ast.Attribute) else getattr(first, "id", "")
                if helper in found:
                    found[helper].add(name)
    return found


# These two say yes to everyone, or to everyone signed in; they are tried in kernel/web.
@pytest.mark.parametrize("name", [name for name, _ in RULES.items() if name != "web.open"])
def test_every_rule_is_tried_as_allowed_and_as_refused(name: str) -> None:
    function = RULES[name].__name__
    assert function in tried()["assert_allowed"], f"no test shows {name} ({function}) saying yes"
    assert function in tried()["assert_refused"], f"no test shows {name} ({function}) saying no"


def test_rules_carry_their_apps_name() -> None:
    for name, function in RULES.items():
        module = inspect.getmodule(function)
        assert module is not None
        app = module.__name__.split(".")[2]
        assert name.split(".")[0] == app, f"{name} stands in {module.__name__}"
        assert name.count(".") == 1
        assert function.__name__.startswith("may_"), f"{name}: rule functions are called may_…"


def test_every_view_rule_has_its_queryset() -> None:
    views = [name for name, _ in RULES.items() if name.split(".")[1].startswith("view_")]
    assert views
    missing = [name for name in views if name not in VISIBLE_PAIRS]
    assert missing == [], f"tie these with visible_pair: {missing}"
    for name, query in VISIBLE_PAIRS.items():
        assert query.__name__.endswith("_visible_to"), f"{name}: {query.__name__}"
