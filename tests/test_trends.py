"""Trends: from 24 months without the season, from 13 the same months, else nothing; never a false rise."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from numpy.typing import NDArray

from geo.areas import Level
from geo.exposure import Observation, Period
from geo.incident_days import IncidentDays, incident_days
from geo.loglinear import negative_binomial, quasi_poisson
from geo.membership import Membership
from geo.rates import Verdict, rate_ratio
from geo.trends import (
    Change,
    Method,
    Series,
    Trend,
    difference,
    overdispersed_ratio,
    series,
    stretch,
    trend,
)

FloatArray = NDArray[np.float64]
BUURT = "BU00010001"
MEMBERS = Membership.of(Level.BUURT, {BUURT: [BUURT]})


def observed(name: str, first: date, last: date) -> Observation:
    return Observation(name, Period.of_days(first, last))


def days_of(*made: tuple[int, date], seen: dict[int, Observation]) -> IncidentDays:
    """Incidents in one buurt, each of a source and a day, at noon."""
    frame = pd.DataFrame(
        {
            "buurt": BUURT,
            "incident_id": None,
            "category": "boom",
            "main_group": "groen",
            "created_at": pd.to_datetime([f"{day}T10:00Z" for _, day in made], utc=True),
            "source_id": [source for source, _ in made],
        }
    )
    return incident_days(frame, seen)


def every_day(source: int, first: date, last: date) -> list[tuple[int, date]]:
    return [(source, first + timedelta(days=n)) for n in range((last - first).days + 1)]


def a_series(counts: FloatArray) -> Series:
    """A series from January 2023 on, of whole months."""
    starts = [date(2023 + month // 12, month % 12 + 1, 1) for month in range(len(counts) + 1)]
    days = np.array([(after - one).days for one, after in pairwise(starts)], dtype=np.int64)
    return Series(tuple(starts[:-1]), counts.astype(np.float64), days)


def seasonal(
    random: np.random.Generator, months: int, *, growth: float = 1.0, clump: float = 1.0, mean: float = 60
) -> Series:
    """A summer with three times as many as the winter, growing by a factor per year; clumped by a factor."""
    one = a_series(np.zeros(months))
    time = np.arange(months) / 12
    expected = mean * np.exp(np.log(3) / 2 * -np.cos(2 * np.pi * time)) * growth**time
    drawn = random.poisson(expected / clump) if clump == 1 else _clumped(random, expected, clump)
    return one._replace(counts=drawn.astype(np.float64))


def _clumped(random: np.random.Generator, expected: FloatArray, clump: float) -> NDArray[np.int64]:
    return random.negative_binomial(expected / (clump - 1), 1 / clump)


def say(first: date, last: date) -> Trend:
    """The trend of one incident a day by a source that was watched on these days."""
    months = days_of(*every_day(1, first, last), seen={1: observed("een", first, last)}).months(MEMBERS)
    return trend(series(months, stretch(months), 0))


# What a series of this length lets us say


def test_82_days_are_too_short_to_say_anything() -> None:
    found = say(date(2026, 5, 18), date(2026, 8, 7))
    assert (found.method, found.change.verdict) == (Method.TE_KORT, Verdict.ONBEKEND)
    assert found.series.firsts == (date(2026, 6, 1), date(2026, 7, 1))


@pytest.mark.parametrize(
    ("last", "method", "compared"),
    [
        (date(2024, 12, 30), Method.TE_KORT, 0),
        (date(2025, 1, 31), Method.ZELFDE_MAANDEN, 1),
        (date(2025, 11, 30), Method.ZELFDE_MAANDEN, 11),
        (date(2025, 12, 31), Method.SEIZOEN, 24),
    ],
)
def test_the_method_goes_with_the_number_of_whole_months(last: date, method: Method, compared: int) -> None:
    found = say(date(2024, 1, 1), last)
    assert (found.method, found.compared) == (method, compared)
    if compared:
        assert found.change.value == pytest.approx(1, abs=0.01)
        assert found.change.verdict is Verdict.GEEN_DUIDELIJK_VERSCHIL


def test_a_month_that_was_watched_in_part_is_never_a_rise() -> None:
    """One a day all along: as counts the first month, of two days, would be fifteen times less."""
    found = say(date(2024, 1, 30), date(2026, 3, 15))
    assert (found.series.firsts[0], found.series.firsts[-1]) == (date(2024, 2, 1), date(2026, 2, 1))
    assert found.change.value == pytest.approx(1, abs=1e-3)


def test_a_source_that_begins_later_is_never_a_rise() -> None:
    long, short = (date(2024, 1, 1), date(2025, 12, 31)), (date(2025, 7, 1), date(2025, 12, 31))
    seen = {1: observed("een", *long), 2: observed("twee", *short)}
    made = every_day(1, *long) + every_day(2, *short) * 4
    months = days_of(*made, seen=seen).months(MEMBERS)
    found = trend(series(months, stretch(months), 0))
    assert stretch(months).sources == (0,)
    assert found.change.value == pytest.approx(1, abs=1e-3)
    # The control: all that was counted, five times as much in the last half year.
    naive = trend(a_series(months.counts.sum(axis=0)[0]))
    assert naive.change.verdict is Verdict.HOGER


def test_a_source_that_stopped_does_not_make_a_fall() -> None:
    old, new = (date(2022, 1, 1), date(2025, 9, 30)), (date(2025, 10, 1), date(2025, 12, 31))
    seen = {1: observed("oud", *old), 2: observed("nieuw", *new)}
    months = days_of(*every_day(1, *old) * 3, *every_day(2, *new), seen=seen).months(MEMBERS)
    assert stretch(months)[1:] == (45, 48)
    assert trend(series(months, stretch(months), 0)).method is Method.TE_KORT


def test_what_was_made_outside_the_days_of_its_source_counts_nowhere() -> None:
    seen = {1: observed("een", date(2026, 1, 1), date(2026, 1, 31))}
    months = days_of((1, date(2025, 12, 31)), (1, date(2026, 1, 31)), (1, date(2026, 2, 1)), seen=seen)
    assert months.months(MEMBERS).counts.tolist() == [[[1.0]]]


def test_no_source_and_no_incident_give_no_trend() -> None:
    nothing = days_of(seen={}).months(MEMBERS)
    assert trend(series(nothing, stretch(nothing), 0)).method is Method.TE_KORT
    silent = trend(a_series(np.zeros(30)))
    assert (silent.method, silent.change.verdict) == (Method.SEIZOEN, Verdict.ONBEKEND)
    assert trend(a_series(np.zeros(18))).change.verdict is Verdict.ONBEKEND


# Against statsmodels


def test_the_seasonal_model_equals_statsmodels() -> None:
    one = seasonal(np.random.default_rng(1), 40, growth=1.2, clump=2)
    found = trend(one)
    middle = np.array([(first - date(1970, 1, 1)).days for first in one.firsts]) + one.days / 2
    turn = 2 * np.pi * np.outer(middle / 365.25, [1, 2])
    terms = np.column_stack([np.ones(40), (middle - middle.mean()) / 365.25, np.sin(turn), np.cos(turn)])
    model = sm.GLM(one.counts, terms, family=sm.families.Poisson(), exposure=one.days / 30.4375)
    fitted = model.fit(scale="X2", use_t=True, tol=1e-12)
    assert found.dispersion == pytest.approx(fitted.scale, rel=1e-8)
    expected = np.exp([fitted.params[1], *fitted.conf_int()[1]])
    np.testing.assert_allclose(found.change, expected, rtol=1e-7)
    assert found.line is not None
    assert found.level is not None
    np.testing.assert_allclose(
        found.level / found.line, one.counts / fitted.fittedvalues, rtol=1e-7, err_msg="without its season"
    )


def test_the_negative_binomial_equals_statsmodels_at_its_spread() -> None:
    random = np.random.default_rng(2)
    terms = np.column_stack([np.ones(30), random.normal(size=30)])
    exposure = random.uniform(1, 9, 30)
    counts = random.negative_binomial(4, 4 / (4 + exposure * np.exp(1 + terms[:, 1] / 2))).astype(np.float64)
    found = negative_binomial(terms, counts, exposure)
    family = sm.families.NegativeBinomial(alpha=found.dispersion)
    fitted = sm.GLM(counts, terms, family=family, exposure=exposure).fit(tol=1e-12)
    np.testing.assert_allclose(found.coefficients, fitted.params, rtol=1e-6)
    np.testing.assert_allclose(found.covariance, fitted.cov_params(), rtol=1e-5)
    assert fitted.pearson_chi2 == pytest.approx(28, rel=1e-6)


def test_counts_that_vary_less_than_chance_have_no_extra_spread() -> None:
    terms, counts = np.ones((6, 1)), np.full(6, 12.0)
    assert negative_binomial(terms, counts, np.ones(6)).dispersion == 0
    assert quasi_poisson(terms, counts, np.ones(6)).dispersion == 1


def test_without_more_than_chance_the_ratio_is_that_of_rates() -> None:
    ours = overdispersed_ratio(532, 400, exposure=1, other_exposure=1, dispersion=1, freedom=1e9)
    np.testing.assert_allclose(ours, [part[0] for part in rate_ratio(532, 1, 400, 1)], rtol=1e-6)
    twice = overdispersed_ratio(532, 400, exposure=2, other_exposure=1, dispersion=1, freedom=1e9)
    assert twice.value == pytest.approx(1.33 / 2)


def test_nothing_then_has_no_end_and_nothing_now_begins_at_none() -> None:
    new = overdispersed_ratio(20, 0, exposure=1, other_exposure=1, dispersion=1, freedom=10)
    gone = overdispersed_ratio(0, 20, exposure=1, other_exposure=1, dispersion=1, freedom=10)
    assert (new.value, new.upper, gone.value, gone.lower) == (np.inf, np.inf, 0, 0)
    assert (new.verdict, gone.verdict) == (Verdict.HOGER, Verdict.LAGER)


def test_two_changes_are_apart_when_their_ratio_is() -> None:
    grown, same = Change(1.33, 1.17, 1.51), Change(0.98, 0.88, 1.10)
    apart = difference(grown, same)
    # By hand: the widths of both logs add up as squares do.
    width = np.hypot(np.log(1.51 / 1.17), np.log(1.10 / 0.88)) / 2
    np.testing.assert_allclose(apart, 1.33 / 0.98 * np.exp([0, -width, width]), rtol=1e-9)
    assert apart.verdict is Verdict.HOGER
    assert difference(grown, Change(np.nan, np.nan, np.nan)).verdict is Verdict.ONBEKEND


# What is promised, by simulation


def found_in(times: int, months: int, **how: float) -> float:
    random = np.random.default_rng(9)
    said = [trend(seasonal(random, months, **how)).change.verdict for _ in range(times)]
    return float(np.mean([one in {Verdict.HOGER, Verdict.LAGER} for one in said]))


@pytest.mark.faults
def test_a_season_is_not_a_trend_and_a_real_one_is_found(at_full_size: bool) -> None:
    times = 500 if at_full_size else 150
    error = np.sqrt(0.05 * 0.95 / times)
    print(f"\n{times} series each; a summer with three times as many as the winter:")
    for months, clump in ((17, 1.0), (17, 2.5), (30, 1.0), (30, 2.5)):
        false = found_in(times, months, clump=clump)
        real = found_in(times, months, clump=clump, growth=1.5)
        print(
            f"  {months} months, clumped {clump}: false {false:.1%}, a half more each year found {real:.1%}"
        )
        assert false <= 0.05 + 3 * error
        assert real > 0.8 or (months, clump) == (17, 2.5)
    # Controls: the latest months on those right before them, and clumps that are taken for chance.
    random = np.random.default_rng(9)
    halves, chance = 0, 0
    for _ in range(times):
        smooth, clumped = (seasonal(random, 24, clump=clump).counts for clump in (1.0, 2.5))
        halves += bool(_clear(smooth[-6:], smooth[-12:-6]))
        chance += bool(_clear(clumped[12:], clumped[:12]))
    print(f"  half a year on the one before: false {halves / times:.1%}; as chance: {chance / times:.1%}")
    assert halves / times > 0.3
    assert chance / times > 0.1


def _clear(now: FloatArray, then: FloatArray) -> bool:
    ratio = rate_ratio(now.sum(), 1, then.sum(), 1)
    return bool(ratio.lower[0] > 1 or ratio.upper[0] < 1)


@pytest.mark.faults
def test_the_band_holds_the_real_line_at_each_month(at_full_size: bool) -> None:
    times = 1000 if at_full_size else 150
    random, inside = np.random.default_rng(5), np.zeros(36)
    time = np.arange(36) / 12
    real = 60 * 1.2**time
    for _ in range(times):
        found = trend(seasonal(random, 36, growth=1.2, clump=2.0))
        assert found.line is not None
        assert found.lower is not None
        assert found.upper is not None
        inside += (found.lower <= real) & (real <= found.upper)
    print(
        f"\nthe band of 95 % holds the line in {inside.mean() / times:.1%}, worst {inside.min() / times:.1%}"
    )
    assert inside.mean() / times == pytest.approx(0.95, abs=0.03 if at_full_size else 0.05)
