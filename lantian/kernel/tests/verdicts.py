"""Trying a rule: `tests/architecture` wants to see each rule passed to both of these."""

from collections.abc import Callable
from typing import Any

from lantian.kernel.rules import Actor, Verdict, check


def assert_allowed(rule_function: Callable[..., Verdict], actor: Actor, *objects: Any) -> None:
    """The rule says yes."""
    verdict = check(rule_function, actor, *objects)
    assert verdict.allowed, f"{rule_function.__name__} said no: {verdict.reason}"


def assert_refused(
    rule_function: Callable[..., Verdict], actor: Actor, *objects: Any, because: str | None = None
) -> None:
    """The rule says no, with a reason fit to be read; `because`: words that stand in it."""
    verdict = check(rule_function, actor, *objects)
    assert not verdict.allowed, f"{rule_function.__name__} said yes"
    assert str(verdict.reason).strip(), f"{rule_function.__name__} gives no reason"
    if because is not None:
        assert because in str(verdict.reason), f"reason is: {verdict.reason}"
