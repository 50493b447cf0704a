"""Numbers as Dutch text."""

from __future__ import annotations

import pytest

from maps.numbers import counted, decimals_for, dutch, short, times, times_end


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


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.96, "0,96"), (1.0, "1,00"), (0.997, "0,997"), (1.0004, "1,0004"), (9.94, "9,94"), (22.4, "22")],
)
def test_an_end_of_a_margin_reads_as_1_only_when_it_is(value: float, text: str) -> None:
    assert times_end(value) == text


def test_a_number_of_times_itself_has_two_decimals() -> None:
    assert [times(value) for value in (0.996, 1.0, 3.456, 22.4)] == ["1,00", "1,00", "3,46", "22"]
