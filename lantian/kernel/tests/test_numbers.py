"""Numbers in addresses, forms and sheets: a number, or none."""

import pytest

from lantian.kernel.numbers import number_of


@pytest.mark.parametrize(("text", "number"), [("0", 0), ("7", 7), ("007", 7), ("9" * 18, 10**18 - 1)])
def test_digits_are_a_number(text: str, number: int) -> None:
    assert number_of(text) == number


@pytest.mark.parametrize(
    "text", [None, "", "-1", "+1", " 1", "1.0", "1e3", "²", "٣", "一", "1_000", "9" * 19, "9" * 100_000]
)
def test_all_else_is_none_and_never_a_fault(text: str | None) -> None:
    assert number_of(text) is None


def test_what_is_larger_than_may_be_is_none() -> None:
    assert (number_of("12", most=12), number_of("13", most=12)) == (12, None)
