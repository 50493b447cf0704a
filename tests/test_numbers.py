"""Numbers as Dutch text."""

from __future__ import annotations

import pytest

from maps.numbers import counted, decimals_for, dutch, short


@pytest.mark.parametrize(
    ("value", "decimals", "text"),
    [
        (1234567.0, 0, "1.234.567"),
        (12.345, 1, "12,3"),
        (-0.04, 1, "0,0"),
        (-1200.5, 2, "-1.200,50"),
        (0.0, 0, "0"),
    ],
)
def test_thousands_have_dots_and_decimals_a_comma(value: float, decimals: int, text: str) -> None:
    assert dutch(value, decimals) == text


@pytest.mark.parametrize(
    ("value", "text"), [(150.0, "150"), (1.25, "1,25"), (0.5, "0,5"), (2_000.0, "2.000")]
)
def test_short_numbers_have_no_trailing_zeros(value: float, text: str) -> None:
    assert short(value) == text


def test_one_thing_is_named_in_the_singular() -> None:
    assert [counted(n, "melding", "meldingen") for n in (0, 1, 1_204)] == [
        "0 meldingen",
        "1 melding",
        "1.204 meldingen",
    ]


def test_no_size_needs_no_decimals() -> None:
    assert [decimals_for(v) for v in (0.0, float("inf"), 250.0, 0.0042)] == [0, 0, 0, 5]
