"""Rates that are drawn towards the town: their intervals hold the truth, and they are nearer to it."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
import pytest
from esda.smoothing import Empirical_Bayes
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy import stats

from geo.errors import FigureError
from geo.posterior import posterior

FloatArray = NDArray[np.float64]
Interval = Callable[[FloatArray, FloatArray], tuple[FloatArray, FloatArray]]

RATES = (0.002, 0.020, 0.060)
SPREADS = (0.0, 0.15, 0.3, 0.6)


class Kind(NamedTuple):
    """A kind of constructed town: whose inhabitants in how many areas, its rate, and how far areas differ."""

    name: str
    areas: int
    rate: float
    spread: float


@dataclass(frozen=True)
class Outcome:
    """What came of many towns of one kind; errors are sums of squares."""

    areas: int
    below: int
    above: int
    length: float
    oracle_length: float
    error: float
    raw_error: float
    oracle_error: float
    best_error: float
    towns_won: float

    @property
    def coverage(self) -> float:
        return 1 - (self.below + self.above) / self.areas


def of_posterior(n: FloatArray, people: FloatArray) -> tuple[FloatArray, FloatArray]:
    return posterior(n, people).interval()


def plugged_in(n: FloatArray, people: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Moments of Marshall (1991) taken for true: the interval that must not be used."""
    mean = n.sum() / people.sum()
    variance = max((people * (n / people - mean) ** 2).sum() / people.sum() - mean / people.mean(), 0.0)
    shape, rate = (mean**2 / variance, mean / variance) if variance else (mean * 1e12, 1e12)
    low, high = (stats.gamma.ppf(tail, shape + n, scale=1 / (rate + people)) for tail in (0.025, 0.975))
    return low, high


@pytest.fixture(scope="module")
def towns(shared: Path) -> dict[str, FloatArray]:
    """Inhabitants of real areas: the wijken and buurten of Maassluis, the buurten of two larger towns."""
    buurten = pd.read_csv(shared / "data/figures/kerncijfers_2024_buurt.csv")
    wijken = pd.read_csv(shared / "data/figures/kerncijfers_2024_wijk.csv")
    chosen = {
        "Maassluis, wijken": _people(wijken, "WK0556"),
        "Maassluis": _people(buurten, "BU0556"),
        "Vlaardingen": _people(buurten, "BU0622"),
        "Assen": _people(buurten, "BU0106"),
    }
    assert [len(people) for people in chosen.values()] == [8, 19, 36, 107]
    return chosen


def _people(figures: pd.DataFrame, start: str) -> FloatArray:
    column = next(name for name in figures.columns if figures[name].astype(str).str.startswith(start).any())
    people = figures.loc[figures[column].astype(str).str.startswith(start), "inwoners"]
    return people[people > 0].to_numpy(dtype=np.float64)


def simulated(
    people: FloatArray,
    rate: float,
    spread: float,
    *,
    towns: int,
    random: np.random.Generator,
    interval: Interval = of_posterior,
) -> Outcome:
    """Towns whose areas have rates of their own.

    The oracle knows their mean and their spread, the best without it knows the spread alone.
    """
    found = []
    for _ in range(towns):
        shape = 1 / spread**2 if spread else 1e12
        truth = random.gamma(shape, rate / shape, len(people))
        n = random.poisson(truth * people).astype(np.float64)
        low, high = interval(n, people)
        known = (shape + n, 1 / (shape / rate + people))
        ends = [stats.gamma.ppf(tail, known[0], scale=known[1]) for tail in (0.025, 0.975)]
        about = max(n.sum(), 0.5) / people.sum()
        guesses = (
            posterior(n, people).mean(),
            n / people,
            known[0] * known[1],
            (shape + n) / (shape / about + people),
        )
        errors = [((guess - truth) ** 2).sum() for guess in guesses]
        found.append(
            [
                (truth < low).sum(),
                (truth > high).sum(),
                (high - low).sum(),
                (ends[1] - ends[0]).sum(),
                *errors,
                errors[0] < errors[1],
            ]
        )
    total = np.array(found, dtype=np.float64).sum(axis=0)
    return Outcome(
        areas=towns * len(people),
        below=int(total[0]),
        above=int(total[1]),
        length=total[2],
        oracle_length=total[3],
        error=total[4],
        raw_error=total[5],
        oracle_error=total[6],
        best_error=total[7],
        towns_won=total[8] / towns,
    )


@pytest.fixture(scope="module")
def outcomes(towns: Mapping[str, FloatArray], at_full_size: bool) -> dict[Kind, Outcome]:
    """What came of every kind of town: 500 of each of 48 kinds, or 8 of each of 36."""
    random = np.random.default_rng(1)
    names = list(towns) if at_full_size else list(towns)[:3]
    many = 500 if at_full_size else 8
    found = {}
    for name, rate, spread in itertools.product(names, RATES, SPREADS):
        one = simulated(towns[name], rate, spread, towns=many, random=random)
        print(f"{name:18} {1000 * rate:2.0f} per 1.000, spread {spread:4.2f}: {_words(one, spread)}")
        found[Kind(name, len(towns[name]), rate, spread)] = one
    return found


@pytest.mark.shared
@pytest.mark.faults
@pytest.mark.timeout(7200)
def test_the_interval_holds_the_truth(outcomes: Mapping[Kind, Outcome], at_full_size: bool) -> None:
    spread_out = [one for kind, one in outcomes.items() if kind.spread]
    areas = sum(one.areas for one in spread_out)
    below, above = (sum(getattr(one, side) for one in spread_out) / areas for side in ("below", "above"))
    print(f"pooled: coverage {1 - below - above:.4f}, below {below:.4f}, above {above:.4f}")
    assert 0.93 <= 1 - below - above <= 0.97
    assert max(below, above) <= 0.05
    for kind, one in outcomes.items():
        if kind.spread:
            assert one.coverage >= 0.90 - (0 if at_full_size else 4 * np.sqrt(0.09 / one.areas))
        if kind.spread and at_full_size:
            assert max(one.below, one.above) / one.areas <= 0.05
        if kind.spread and kind.rate >= 0.02 and at_full_size:
            assert one.length <= 1.2 * one.oracle_length


@pytest.mark.shared
@pytest.mark.faults
@pytest.mark.timeout(7200)
def test_the_rate_is_nearer_to_the_truth_than_the_raw_one(
    outcomes: Mapping[Kind, Outcome], at_full_size: bool
) -> None:
    for kind, one in outcomes.items():
        # Eight towns of eight areas each are mostly chance.
        assert one.error < one.raw_error or not (at_full_size or kind.areas >= 19)
        if kind.spread and kind.areas >= 19 and at_full_size:
            # Held against one that knows the spread, but has to find the mean too.
            assert one.error <= 1.2 * one.best_error


@pytest.mark.shared
@pytest.mark.faults
@pytest.mark.timeout(7200)
def test_the_rate_is_nearly_as_near_as_with_the_town_known(
    outcomes: Mapping[Kind, Outcome], at_full_size: bool
) -> None:
    # Fewer events cannot tell the mean well enough: docs/decisions/0015-what-few-events-can-tell.md.
    ratios = {
        kind: one.error / one.oracle_error
        for kind, one in outcomes.items()
        if kind.spread and kind.rate >= 0.02 and kind.areas >= 19
    }
    most = 1.1 if at_full_size else 1.3
    assert {kind: ratio for kind, ratio in ratios.items() if ratio > most} == {}


@pytest.mark.shared
def test_an_interval_that_takes_the_spread_for_known_fails(towns: Mapping[str, FloatArray]) -> None:
    random = np.random.default_rng(2)
    found = [
        simulated(
            towns["Maassluis, wijken"], rate, spread, towns=60, random=random, interval=plugged_in
        ).coverage
        for rate, spread in itertools.product(RATES, SPREADS[1:])
    ]
    print("plugged in:", ", ".join(f"{one:.2f}" for one in found))
    assert min(found) < 0.8
    assert sum(one < 0.90 for one in found) >= 4


def _words(one: Outcome, spread: float) -> str:
    """What came of the towns of one kind; without a spread the oracle has no error to compare with."""
    oracle = (
        f", {one.error / one.oracle_error:.2f} of the oracle's, {one.error / one.best_error:.2f} with the "
        f"spread known; length {one.length / one.oracle_length:.2f} of the oracle's"
        if spread
        else ""
    )
    return (
        f"coverage {one.coverage:.3f}, squared error {one.error / one.raw_error:.2f} of raw{oracle}; "
        f"{one.towns_won:.0%} of towns won"
    )


def test_the_interval_leaves_a_fortieth_in_each_tail_of_the_mixture() -> None:
    random = np.random.default_rng(3)
    people = np.exp(random.normal(6, 1.5, 30))
    for n in (random.poisson(people / 50), np.zeros(30), np.arange(30) == 3):
        found = posterior(n, people)
        for end, probability in zip(found.interval(), (0.025, 0.975), strict=True):
            below = stats.gamma.cdf(end[:, None], found.shape, scale=1 / found.rate) @ found.weights
            np.testing.assert_allclose(below, probability, atol=1e-9)


def test_the_mean_equals_an_integral_over_a_finer_grid() -> None:
    n, people = np.array([3.0, 12.0, 0.0, 41.0, 7.0]), np.array([400.0, 700.0, 250.0, 1500.0, 900.0])
    spreads, means = np.meshgrid(np.geomspace(0.1, 3.0, 160), np.geomspace(0.002, 0.25, 320))
    shape, rate = 1 / spreads**2, 1 / (spreads**2 * means)
    like = np.prod(
        [stats.nbinom.pmf(k, shape, rate / (rate + e)) for k, e in zip(n, people, strict=True)], axis=0
    )
    weight = like * stats.halfnorm.pdf(spreads) * np.sqrt(means)
    expected = [
        (weight * (shape + k) / (rate + e)).sum() / weight.sum() for k, e in zip(n, people, strict=True)
    ]
    np.testing.assert_allclose(posterior(n, people).mean(), expected, rtol=0.01)


def test_draws_have_the_mean_and_the_interval_and_move_together() -> None:
    n, people = np.array([2, 3, 1, 4, 2]), np.array([900.0, 800.0, 950.0, 1000.0, 700.0])
    found = posterior(n, people)
    drawn = found.draws(40_000, np.random.default_rng(4))
    np.testing.assert_allclose(drawn.mean(axis=0), found.mean(), rtol=0.02)
    np.testing.assert_allclose(np.quantile(drawn, 0.975, axis=0), found.interval()[1], rtol=0.03)
    # Where few events tell the mean of the town badly, all areas are high or low together.
    assert np.corrcoef(drawn[:, 0], drawn[:, 3])[0, 1] > 0.1


counts = st.lists(st.tuples(st.integers(0, 60), st.floats(20, 20_000)), min_size=1, max_size=12)


@given(counts)
def test_no_rate_is_drawn_beyond_what_was_counted(areas: list[tuple[int, float]]) -> None:
    n, people = np.array(areas, dtype=np.float64).T
    found = posterior(n, people)
    assert found.mean().min() >= (n / people).min()
    assert found.mean().max() <= (n / people).max()
    low, high = found.interval()
    assert (low < high).all()


def test_empirical_bayes_of_esda_goes_beyond_what_was_counted() -> None:
    # Its estimate of the spread may be below 0, and then it pushes rates away from the town.
    n, people = np.array([5.0, 6.0, 5.0, 7.0]), np.array([1000.0, 1100.0, 950.0, 1200.0])
    theirs = Empirical_Bayes(n, people).r.ravel()
    assert theirs.max() > (n / people).max() or theirs.min() < (n / people).min()


def test_the_unit_and_the_order_of_areas_do_not_matter() -> None:
    n, people = np.array([3.0, 12.0, 0.0, 41.0]), np.array([400.0, 700.0, 250.0, 1500.0])
    once = posterior(n, people).mean()
    np.testing.assert_allclose(posterior(n, people / 1000).mean(), once * 1000, rtol=1e-9)
    np.testing.assert_allclose(posterior(n[::-1], people[::-1]).mean()[::-1], once, rtol=1e-9)


def test_an_area_without_count_or_size_has_no_rate_and_no_part() -> None:
    found = posterior([3, 12, np.nan, 9, 4], [400, 700, 250, 0, np.nan])
    alone = posterior([3, 12], [400, 700])
    np.testing.assert_array_equal(np.isnan(found.mean()), [False, False, True, True, True])
    np.testing.assert_allclose(found.mean()[:2], alone.mean())
    assert np.isnan(found.interval()[0][2:]).all()
    assert np.isnan(found.draws(5, np.random.default_rng(1))[:, 2:]).all()


def test_nothing_known_is_said() -> None:
    with pytest.raises(FigureError, match="Geen enkel gebied"):
        posterior([np.nan, 3], [100, 0])
