"""Signals: false ones come no more often than is said, and a planted rise is found."""

from __future__ import annotations

import numpy as np
import pytest
from hot_spot_worlds import error, share_text, town
from numpy.typing import NDArray
from scipy import stats

from geo.neighbours import Neighbours
from geo.signals import Signals, TooShort, signals

KINDS, WEEKS = 6, 26
LINE = Neighbours.of_pairs(np.array([[i, i + 1] for i in range(9)]), size=10)


def _weeks(random: np.random.Generator, *, size: int = 40) -> NDArray[np.int64]:
    """Incidents of six soorten in 26 weeks: places differ, and one soort grows in the whole town."""
    share = town(size).people / town(size).people.sum()
    total = np.array([40.0, 35.0, 15.0, 8.0, 4.0, 2.0])
    own = random.gamma(4.0, 0.25, (KINDS, size))
    growth = np.ones((KINDS, 1, WEEKS))
    growth[0, 0, -4:] = 2.0
    return np.asarray(random.poisson(total[:, None, None] * (share * own)[:, :, None] * growth))


def _is_false(seed: int, draws: int, *, size: int = 40) -> bool:
    random = np.random.default_rng([seed, 11])
    return bool(signals(_weeks(random, size=size), town(size).neighbours, seed=seed, draws=draws).found)


@pytest.mark.faults
def test_chance_gives_no_more_signals_than_is_said(*, at_full_size: bool) -> None:
    looks, draws = (2_000, 999) if at_full_size else (100, 199)
    false = sum(_is_false(seed, draws) for seed in range(looks))
    said = 1 / 52
    print(
        f"signals by chance: {share_text(false, looks)} of weeks, {52 * false / looks:.2f} a year; said 1.00"
    )
    assert false / looks <= said + 2 * error(said, looks)


@pytest.mark.faults
def test_without_the_maximum_chance_gives_many_more() -> None:
    looks, false = 20, 0
    for seed in range(looks):
        weekly = _weeks(np.random.default_rng([seed, 11]))
        windows = town(40).neighbours.windows()
        whole, recent = weekly.sum(axis=2), weekly[:, :, -4:].sum(axis=2)
        inside, recent_inside = (windows @ whole.T).T, (windows @ recent.T).T
        chance = stats.hypergeom.sf(
            recent_inside - 1, whole.sum(axis=1)[:, None], recent.sum(axis=1)[:, None], inside
        )
        false += bool((chance <= 1 / 52).any())
    print(f"control, each soort and place by itself: {share_text(false, looks)} of weeks")
    assert false / looks > 0.5


@pytest.mark.faults
def test_a_soort_that_triples_in_one_corner_is_found(*, at_full_size: bool) -> None:
    looks, draws = (300, 999) if at_full_size else (60, 199)
    place, found, usual = town(40), np.zeros(looks), np.zeros(looks)
    for seed in range(looks):
        random = np.random.default_rng([seed, 12])
        weekly, corner = _weeks(random), place.adjoining(random)
        before = weekly[1, corner, :22].sum(axis=1) / 22
        weekly[1, corner, -4:] += random.poisson(2 * before[:, None], (5, 4))
        seen = signals(weekly, place.neighbours, seed=seed, draws=draws).found
        found[seed] = any(one.kind == 1 and one.area in corner for one in seen)
        usual[seed] = 4 * before.sum()
    enough = usual >= 10
    for name, which in (("10 or more", enough), ("under 10", ~enough)):
        share = share_text(int(found[which].sum()), int(which.sum()))
        print(f"planted rise, {name} usual in four weeks: found in {share}")
    assert found[enough].mean() >= 0.80
    assert enough.sum() > looks / 3


def _quiet() -> NDArray[np.int64]:
    weekly = np.full((2, 10, 16), 3)
    weekly[1] = 1
    return weekly


def test_a_rise_is_told_with_what_was_counted_and_expected() -> None:
    weekly = _quiet()
    weekly[1, 4, -4:] = 12
    weekly[1, [3, 5], -4:] = 2
    found = signals(weekly, LINE, seed=1)
    one = found.found[0]
    recent, earlier = 7 * 4 + 2 * 8 + 48, 10 * 12
    assert (one.kind, one.area, one.recent, one.earlier) == (1, 4, 48 + 16, 36)
    assert one.expected == pytest.approx((36 + 64) * recent / (recent + earlier))
    assert one.p == 1 / 1_000


def test_of_places_that_overlap_only_the_strongest_is_told() -> None:
    weekly = _quiet()
    weekly[1, 2, -4:] = 12
    weekly[0, 8, -4:] = 40
    assert [(one.kind, one.area) for one in signals(weekly, LINE, seed=1).found] == [(0, 9), (1, 1)]


def test_growth_of_the_whole_town_is_no_signal() -> None:
    weekly = _quiet()
    weekly[:, :, -4:] *= 5
    assert signals(weekly, LINE, seed=1).found == ()


def test_a_place_that_always_has_more_is_no_signal() -> None:
    weekly = _quiet()
    weekly[:, 4] = 60
    assert signals(weekly, LINE, seed=1).found == ()


def test_under_five_incidents_are_no_rise() -> None:
    weekly = np.zeros((1, 10, 16), dtype=np.int64)
    weekly[0, :, 0] = 30
    weekly[0, 3, -1] = 4
    assert signals(weekly, LINE, seed=1).found == ()


@pytest.mark.parametrize(("weeks", "recent", "wanted"), [(11, 4, 8), (9, 2, 8), (23, 8, 16), (3, 4, 8)])
def test_too_short_a_history_is_refused_with_the_reason(weeks: int, recent: int, wanted: int) -> None:
    with pytest.raises(TooShort, match=f"{wanted} nodig"):
        signals(np.ones((1, 10, weeks), dtype=np.int64), LINE, seed=1, recent_weeks=recent)


def test_the_rate_of_false_signals_is_one_a_year() -> None:
    found: Signals = signals(_quiet(), LINE, seed=1)
    assert found.false_per_year == pytest.approx(1.0)
    assert found.false_per_month == pytest.approx(1 / 12)
