"""Rates and the exact interval of a count."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from statsmodels.stats.proportion import proportion_confint
from statsmodels.stats.rates import confint_poisson_2indep

from geo.errors import FigureError
from geo.rates import against_rest, count_interval, rate_ratio, raw_rates, share_interval, verdicts


def test_the_interval_equals_the_gamma_form_of_scipy() -> None:
    n = np.arange(1, 2001)
    lower, upper = count_interval(n)
    np.testing.assert_allclose(lower, stats.gamma.ppf(0.025, n), rtol=0, atol=1e-9)
    np.testing.assert_allclose(upper, stats.gamma.ppf(0.975, n + 1), rtol=0, atol=1e-9)


def test_the_interval_of_published_counts() -> None:
    # Garwood (1936), table 1: counts 0, 1, 10 at 95 %.
    lower, upper = count_interval([0, 1, 10])
    np.testing.assert_allclose(lower, [0.0, 0.0253, 4.795], atol=5e-4)
    np.testing.assert_allclose(upper, [3.689, 5.572, 18.39], atol=5e-3)


@given(st.integers(1, 5000))
def test_each_end_leaves_a_fortieth_in_its_tail(n: int) -> None:
    lower, upper = count_interval(n)
    assert stats.poisson.sf(n - 1, lower[0]) == pytest.approx(0.025, abs=1e-9)
    assert stats.poisson.cdf(n, upper[0]) == pytest.approx(0.025, abs=1e-9)


def test_the_interval_covers_at_least_95_percent_at_every_mean_from_a_tenth_to_200() -> None:
    n = np.arange(0, 500)
    lower, upper = count_interval(n)
    means = np.round(np.arange(0.1, 200.05, 0.1), 1)
    inside = (lower[None, :] <= means[:, None]) & (means[:, None] <= upper[None, :])
    coverage = (stats.poisson.pmf(n[None, :], means[:, None]) * inside).sum(axis=1)
    assert coverage.min() >= 0.95
    assert coverage[means <= 5].min() > 0.955
    # A control: the normal interval does not reach that.
    near = np.abs(n[None, :] - means[:, None]) <= 1.96 * np.sqrt(n)[None, :]
    assert (stats.poisson.pmf(n[None, :], means[:, None]) * near).sum(axis=1).min() < 0.9


def test_a_rate_is_per_thousand_and_per_year_of_observation() -> None:
    # 12 in a quarter of a year on 2,000 inhabitants: 24 per 1,000 per year.
    rates = raw_rates([12], [2000.0], exposure_years=0.25, per=1000)
    assert rates.value[0] == pytest.approx(24.0)
    assert rates.lower[0] == pytest.approx(stats.chi2.ppf(0.025, 24) / 2 * 2)
    assert rates.upper[0] == pytest.approx(stats.chi2.ppf(0.975, 26) / 2 * 2)


@pytest.mark.parametrize(("size", "years"), [(np.nan, 1.0), (0.0, 1.0), (1000.0, 0.0)])
def test_without_size_or_exposure_there_is_no_rate(size: float, years: float) -> None:
    assert np.isnan(np.concatenate(raw_rates([5], [size], exposure_years=years, per=1000))).all()


def test_an_unknown_count_stays_unknown_and_an_empty_array_stays_empty() -> None:
    assert np.isnan(np.concatenate(raw_rates([np.nan], [10.0], exposure_years=1, per=1))).all()
    assert raw_rates([], [], exposure_years=1, per=1).value.shape == (0,)


@pytest.mark.parametrize("count", [-1, 2.5, np.inf])
def test_a_broken_count_is_refused_with_its_value(count: float) -> None:
    with pytest.raises(FigureError, match=f"niet {count:g}"):
        count_interval([3, count])


def test_ratios_of_known_counts() -> None:
    # Crimes of three gebieden of Vlaardingen in 2023 and 2025.
    found = rate_ratio([532, 331, 590], 1, [400, 424, 600], 1)
    np.testing.assert_array_equal(np.round(found.value, 2), [1.33, 0.78, 0.98])
    np.testing.assert_array_equal(np.round(found.lower, 2), [1.17, 0.68, 0.88])
    np.testing.assert_array_equal(np.round(found.upper, 2), [1.51, 0.90, 1.10])
    assert list(verdicts(found)) == ["hoger", "lager", "geen_duidelijk_verschil"]


def test_a_ratio_is_near_that_of_statsmodels() -> None:
    for n, other in ((532, 400), (60, 45), (9, 20)):
        found = rate_ratio(n, 2.0, other, 3.0)
        low, high = confint_poisson_2indep(n, 2.0, other, 3.0, method="score", compare="ratio")
        assert found.lower[0] == pytest.approx(low, rel=0.06)
        assert found.upper[0] == pytest.approx(high, rel=0.06)


def test_the_interval_of_a_ratio_covers_95_percent_on_average_and_90_everywhere() -> None:
    n = np.arange(0, 140)
    first, other = (one.ravel() for one in np.meshgrid(n, n, indexing="ij"))
    found = rate_ratio(first, 1.0, other, 2.0)
    coverage = []
    for mean, ratio in itertools.product((1.0, 3.0, 8.0, 20.0, 40.0), (0.5, 1.0, 1.6)):
        chance = np.outer(stats.poisson.pmf(n, mean * ratio), stats.poisson.pmf(n, 2 * mean)).ravel()
        # Where nothing at all was counted there is no interval.
        said = ~np.isnan(found.lower)
        inside = said & (found.lower <= ratio) & (ratio <= found.upper)
        coverage.append(chance[inside].sum() / chance[said].sum())
    assert min(coverage) >= 0.90
    assert 0.94 <= np.mean(coverage) <= 0.97


def test_few_events_are_clearly_more_or_less_no_oftener_than_chance_allows() -> None:
    """Each share of each small total, exactly. Control: Jeffreys' interval as it is says so in 1 of 9."""
    wrong, plain = [], []
    for total, share in itertools.product((1, 2, 3, 5, 10, 20, 50), (0.002, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5)):
        n = np.arange(total + 1)
        chance = stats.binom.pmf(n, total, share)
        said = verdicts(rate_ratio(n, share, total - n, 1 - share))
        wrong.append(chance[said != "geen_duidelijk_verschil"].sum())
        low = np.where(n == 0, 0.0, stats.beta.ppf(0.025, n + 0.5, total - n + 0.5))
        high = np.where(n == total, 1.0, stats.beta.ppf(0.975, n + 0.5, total - n + 0.5))
        plain.append(chance[(low > share) | (high < share)].sum())
    print(f"wrong in {max(wrong):.1%} at most; unmodified in {max(plain):.1%}")
    assert max(wrong) <= 0.08
    assert max(plain) > 0.10


def test_one_event_is_never_clearly_more() -> None:
    found = rate_ratio([1, 1, 2], [1.0, 100.0, 1.0], [0, 4, 3], 1000.0)
    assert list(verdicts(found)) == ["geen_duidelijk_verschil", "geen_duidelijk_verschil", "hoger"]


def test_a_ratio_without_events_has_an_open_end_and_without_any_is_unknown() -> None:
    # Six and none: 2 chances in 64, so under 1 in 20; of five and none it would be 2 in 32.
    found = rate_ratio([0, 6, 0, 3], [1, 1, 1, np.nan], [6, 0, 0, 3], 1)
    five = rate_ratio([0, 5], 1, [5, 0], 1)
    assert set(verdicts(five)) == {"geen_duidelijk_verschil"}
    np.testing.assert_array_equal(found.value, [0.0, np.inf, np.nan, np.nan])
    assert found.lower[0] == 0.0
    assert 0 < found.upper[0] < 1
    assert found.lower[1] > 1
    assert found.upper[1] == np.inf
    assert list(verdicts(found)) == ["lager", "hoger", "onbekend", "onbekend"]


def test_each_area_is_compared_with_all_that_is_not_in_it() -> None:
    found = against_rest([10, 20, 30], [100.0, 100.0, 100.0])
    np.testing.assert_allclose(found.value, [10 / 25, 20 / 20, 30 / 15])
    # Of a whole with more than these areas the rest is more.
    found = against_rest([10, 20], [100.0, 100.0], total=(60.0, 300.0))
    np.testing.assert_allclose(found.value, [10 / 25, 20 / 20])


def test_the_interval_of_a_share_is_that_of_statsmodels() -> None:
    counts, whole = np.array([1.0, 7.0, 30.0, 59.0]), np.array([40.0, 40.0, 60.0, 60.0])
    low, high = proportion_confint(counts, whole, method="jeffreys")
    np.testing.assert_allclose(share_interval(counts, whole), (low, high), atol=1e-9)
    # None and all leave no room on that side.
    assert share_interval([0, 30], [30, 30])[0][0] == 0
    assert share_interval([0, 30], [30, 30])[1][1] == 1
    assert np.isnan(share_interval([0, np.nan], [0, 30])).all()
