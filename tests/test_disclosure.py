"""The protected table: its rule, its cells, and what it loses."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest
from counted_towns import counted_town
from hypothesis import given
from hypothesis import strategies as st

from geo.areas import Level
from geo.disclosure import (
    RULE,
    Cell,
    Layout,
    Rule,
    information_lost,
    keyed_noise,
    quarter_days,
    quarter_of,
    quarters_between,
    set_digest,
)
from geo.errors import DisclosureError
from geo.protected_table import draw_once, protect

KEY = b"een sleutel"
MARKS = st.lists(st.text("abcdef0123456789", min_size=1, max_size=8), unique=True, max_size=8)
SMALL = Layout(
    {
        "BU1": (Level.BUURT, frozenset({"BU1"})),
        "BU2": (Level.BUURT, frozenset({"BU2"})),
        "BU3": (Level.BUURT, frozenset({"BU3"})),
        "WK1": (Level.WIJK, frozenset({"BU1"})),
        "WK2": (Level.WIJK, frozenset({"BU2", "BU3"})),
        "GB1": (Level.GEBIED, frozenset({"BU1", "BU2"})),
        "GM1": (Level.GEMEENTE, frozenset({"BU1", "BU2", "BU3"})),
    },
    ("2025-K1", "2025-K2", "2025-K3", "2025-K4", "2026-K1"),
)


@pytest.mark.parametrize("rule", [RULE, Rule(0, 5), Rule(2, 1)])
def test_the_bounds_of_a_number_are_the_counts_that_can_give_it(rule: Rule) -> None:
    noises = range(-rule.noise, rule.noise + 1)
    for value in range(0, 60, rule.base):
        able = [
            count for count in range(80) if any(rule.published(count, noise) == value for noise in noises)
        ]
        low, high = rule.bounds(value)
        assert able[-1] == high
        assert able[0] == low or (value == 0 and rule.base == 1)


def test_numbers_are_multiples_of_five_and_none_stays_none() -> None:
    assert {RULE.published(count, noise) % 5 for count in range(99) for noise in range(-2, 3)} == {0}
    assert {RULE.published(0, noise) for noise in range(-2, 3)} == {0}
    assert [RULE.published(7, noise) for noise in range(-2, 3)] == [5, 5, 5, 10, 10]


@given(MARKS, st.randoms())
def test_the_noise_hangs_on_the_set_and_not_on_its_order(marks: list[str], random: object) -> None:
    mixed = sorted(marks, key=lambda _: random.random())  # type: ignore[attr-defined]
    digest = set_digest(KEY, marks)
    assert set_digest(KEY, mixed) == digest
    assert keyed_noise(KEY, digest) in range(-2, 3)
    assert set_digest(KEY, [*marks, "nieuw"]) != digest


def test_every_noise_comes_as_often_and_another_key_gives_others() -> None:
    digests = [set_digest(KEY, [str(one)]) for one in range(5_000)]
    drawn = [keyed_noise(KEY, one) for one in digests]
    # Each of five is expected 1,000 times, with a standard deviation of 28.
    assert all(abs(drawn.count(noise) - 1_000) < 120 for noise in range(-2, 3))
    assert drawn != [keyed_noise(b"een andere", one) for one in digests]


def test_an_area_of_one_buurt_has_the_number_of_that_buurt() -> None:
    town = counted_town(3, buurten=12)
    table = protect(KEY, town.layout, town.marks)
    alone = [
        code for code, (level, parts) in town.layout.areas.items() if len(parts) == 1 and level != "buurt"
    ]
    assert alone
    for code in alone:
        (buurt,) = town.layout.areas[code][1]
        for period in ("2025-K1", "2025"):
            here, there = (town.layout.index[Cell(one, period)] for one in (code, buurt))
            assert table.values[here] == table.values[there]


def test_totals_come_from_their_own_records_and_need_not_add_up() -> None:
    town = counted_town(5, buurten=12)
    table = protect(KEY, town.layout, town.marks)
    for family in town.layout.families:
        assert table.counts[family.whole] == table.counts[list(family.parts)].sum()
    sums = [table.values[list(one.parts)].sum() - table.values[one.whole] for one in town.layout.families]
    assert any(sums)


def test_each_number_lies_within_four_of_its_count() -> None:
    town = counted_town(7, buurten=12)
    for table in (protect(KEY, town.layout, town.marks), draw_once(KEY, town.layout, town.marks)):
        assert np.abs(table.values - table.counts).max() <= RULE.reach == 4
        assert not table.values[table.counts == 0].any()


def test_only_a_year_of_four_quarters_is_a_period() -> None:
    assert SMALL.years == ("2025",)
    assert SMALL.inside("2025") == ("2025-K1", "2025-K2", "2025-K3", "2025-K4")


def test_families_are_sums_of_leaves_and_gebieden_leave_loose_buurten() -> None:
    random = np.random.default_rng(1)
    leaf = {(buurt, quarter): int(random.integers(20)) for buurt in SMALL.areas for quarter in SMALL.quarters}
    counts = [sum(leaf[one] for one in SMALL.leaves(cell)) for cell in SMALL.cells]
    assert all(counts[one.whole] == sum(counts[part] for part in one.parts) for one in SMALL.families)
    whole = SMALL.index[Cell("GM1", "2025-K1")]
    divisions = [
        {SMALL.cells[part].area for part in one.parts} for one in SMALL.families if one.whole == whole
    ]
    assert divisions == [{"WK1", "WK2"}, {"GB1", "BU3"}]


def test_what_crosses_differs_in_the_buurten_of_either() -> None:
    pairs = {
        (SMALL.cells[one].area, SMALL.cells[other].area): {SMALL.cells[part].area for part in parts}
        for one, other, parts in SMALL.crossing
    }
    assert pairs == {("GB1", "WK2"): {"BU1", "BU3"}}


@pytest.mark.parametrize("day", [date(2024, 2, 29), date(2025, 12, 31), date(2026, 7, 1)])
def test_a_day_lies_in_the_days_of_its_quarter(day: date) -> None:
    first, last = quarter_days(quarter_of(day))
    assert first <= day <= last
    assert quarter_of(first - timedelta(days=1)) < quarter_of(day) < quarter_of(last + timedelta(days=1))


def test_quarters_run_on_over_the_year() -> None:
    assert quarters_between("2025-K3", "2026-K2") == ("2025-K3", "2025-K4", "2026-K1", "2026-K2")
    assert quarters_between("2026-K2", "2026-K1") == ()


@pytest.mark.parametrize("text", ["2025", "2025-K5", "2025-Q1", "K1-2025", ""])
def test_what_is_no_quarter_is_refused(text: str) -> None:
    with pytest.raises(DisclosureError):
        quarter_days(text)


def test_information_lost_is_nothing_for_exact_counts_and_all_for_hidden_ones() -> None:
    counts = np.array([0, 0, 1, 3, 8, 8, 12, 30])
    assert information_lost(counts, counts) == 0
    assert information_lost(counts, np.zeros_like(counts)) == 1
    # Half of four equally likely counts are told apart: one bit of two.
    assert information_lost(np.array([1, 2, 3, 4]), np.array([0, 0, 5, 5])) == pytest.approx(0.5)
