"""Before and after: an area that was chosen because it stood highest does not seem to have been helped."""

from __future__ import annotations

from itertools import product
from typing import NamedTuple

import numpy as np
import pytest
from numpy.typing import NDArray

from geo.before_after import BeforeAfter, TooFewAreas, before_after
from geo.errors import FigureError
from geo.rates import Verdict, rate_ratio

FloatArray = NDArray[np.float64]
# As many buurten as Maassluis, Vlaardingen and Assen have with 500 inhabitants or more.
TOWNS = (16, 26, 55)


class Setting(NamedTuple):
    """A kind of town: buurten, rate per 1,000, how much they differ, how much each varies by itself."""

    buurten: int
    rate: float
    apart: float
    restless: float


GRID = [Setting(*one) for one in product(TOWNS, (5.0, 20.0, 60.0), (0.15, 0.3, 0.6), (0.0, 0.15, 0.3))]


def gamma(random: np.random.Generator, spread: float, n: int) -> FloatArray:
    return random.gamma(1 / spread**2, spread**2, n) if spread else np.ones(n)


def worst_chosen(random: np.random.Generator, setting: Setting, effect: float) -> tuple[BeforeAfter, bool]:
    """A town in which the area with the highest rate is chosen, and whether the naive way sees a fall."""
    size = random.uniform(0.5, 5.0, setting.buurten)
    level = gamma(random, setting.apart, setting.buurten) * setting.rate * size
    before = random.poisson(level * gamma(random, setting.restless, setting.buurten)).astype(np.float64)
    area = int(np.argmax(before / size))
    helped = np.where(np.arange(setting.buurten) == area, effect, 1.0)
    after = random.poisson(level * gamma(random, setting.restless, setting.buurten) * helped)
    after = after.astype(np.float64)
    # The control: the area on its own level before, beside all others together.
    own, rest = (after[area], before[area]), (after.sum() - after[area], before.sum() - before[area])
    factor = rest[0] / rest[1] if rest[1] else 1.0
    naive = rate_ratio(own[0], max(factor, 1e-9), own[1], 1.0)
    return before_after(before, after, size, area), bool(naive.upper[0] < 1)


def shares(settings: list[Setting], times: int, effect: float) -> tuple[FloatArray, FloatArray]:
    """The share of towns, per setting, with a clear fall: by us and by the naive way."""
    random = np.random.default_rng(4)
    ours, naive = np.zeros(len(settings)), np.zeros(len(settings))
    for place, setting in enumerate(settings):
        for _ in range(times):
            found, seen = worst_chosen(random, setting, effect)
            ours[place] += found.change.verdict is Verdict.LAGER
            naive[place] += seen
    return ours / times, naive / times


@pytest.mark.faults
def test_with_no_effect_the_worst_area_falls_in_at_most_5_percent_and_a_real_effect_is_found(
    at_full_size: bool,
) -> None:
    times, settings = (100, GRID) if at_full_size else (40, GRID[::5])
    ours, naive = shares(settings, times, 1.0)
    error = np.sqrt(0.05 * 0.95 / times)
    print(f"\n{len(settings)} kinds of town, {times} of each, nothing done in the highest area:")
    print(f"  clear fall, matched {ours.mean():.1%} (worst kind {ours.max():.1%}); naive {naive.mean():.1%}")
    assert ours.mean() <= 0.05
    assert ours.max() <= 0.05 + 4 * error
    assert naive.mean() > 0.10
    for effect in (0.7, 0.5, 0.3):
        power, _ = shares(settings, times // 4, effect)
        calm = power[[one.rate >= 20 and one.restless == 0 for one in settings]]
        print(f"  really {effect:.0%} of it: found in {power.mean():.0%}; without unrest {calm.mean():.0%}")
    assert power.mean() > 0.6
    assert calm.mean() > 0.9


def town(factor: float) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Twenty areas that all go to half, the first of them to `factor`; so many that chance has no part."""
    size = np.full(20, 1.0)
    before = np.linspace(8_000, 12_000, 20)
    after = np.rint(before / 2)
    after[0] = np.rint(before[0] * factor)
    return before, after, size


def test_what_the_others_did_as_well_is_no_change() -> None:
    found = before_after(*town(0.5), 0)
    assert found.change.value == pytest.approx(1, abs=1e-3)
    assert found.change.verdict is Verdict.GEEN_DUIDELIJK_VERSCHIL
    assert (found.raw, found.town, found.by_itself) == pytest.approx((0.5, 0.5, 0.5), abs=1e-3)


def test_a_quarter_where_others_came_to_a_half_is_half_of_it() -> None:
    found = before_after(*town(0.25), 0)
    assert found.change.value == pytest.approx(0.5, abs=1e-3)
    assert found.change.verdict is Verdict.LAGER
    assert found.expected == pytest.approx(4_000, rel=1e-3)


def test_it_is_compared_with_the_areas_nearest_to_its_level() -> None:
    before, after, size = (np.tile(one, 2) for one in town(0.5))
    before[20:], after[20:] = before[20:] * 10, after[20:] * 10
    found = before_after(before, after, size, 0)
    # The nearer half of 39 areas: none of those with ten times as many but the lowest.
    assert list(found.controls[:3]) == [1, 2, 3]
    assert len(found.controls) == 20
    assert set(range(1, 20)) <= set(found.controls.tolist())


def test_the_highest_area_is_said_to_be_high_and_the_lowest_is_not() -> None:
    before, after, size = town(0.5)
    assert [before_after(before, after, size, one).high for one in (0, 19)] == [False, True]


def test_too_few_areas_and_an_area_without_size_are_refused() -> None:
    before, after, size = town(0.5)
    with pytest.raises(TooFewAreas):
        before_after(before[:8], after[:8], size[:8], 0)
    with pytest.raises(TooFewAreas):
        before_after(before, np.zeros(20), size, 0)
    with pytest.raises(FigureError, match="hoe groot"):
        before_after(before, after, np.where(np.arange(20) == 0, np.nan, size), 0)


def test_nothing_before_and_after_is_said_without_a_fault() -> None:
    before, after, size = town(0.5)
    before[0], after[0] = 0, 0
    found = before_after(before, after, size, 0)
    assert np.isnan([found.raw, found.by_itself]).all()
    assert found.change.lower == found.change.value == 0 < found.change.upper
