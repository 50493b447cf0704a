"""How long meldingen take, with those still open counted as such."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from scipy import stats
from statsmodels.duration.survfunc import SurvfuncRight

from geo.durations import median_days, median_interval, per_day, survival


def counts(days: list[int], *, n_days: int = 0) -> np.ndarray[tuple[int, ...], np.dtype[np.int64]]:
    """How many of `days` fall on each day from 0."""
    return np.bincount(np.array(days, dtype=np.int64), minlength=max(n_days, max(days, default=0) + 1))


def test_the_survival_of_a_hand_worked_example() -> None:
    # Closed after 1, 3, 3, 6 days; still open after 2, 4, 8 days; seven in all.
    # Day 1: 6/7. Day 3: 5 at risk, 2 close: 6/7 * 3/5 = 18/35. Day 6: 2 at risk, 1 closes: 9/35.
    left = survival(counts([1, 3, 3, 6], n_days=9), counts([2, 4, 8], n_days=9))
    np.testing.assert_allclose(
        left[[0, 1, 2, 3, 5, 6, 8]], [1, 6 / 7, 6 / 7, 18 / 35, 18 / 35, 9 / 35, 9 / 35]
    )
    assert median_days(left) == 6


def test_the_leukaemia_trial_of_the_textbooks_has_its_published_median() -> None:
    # Freireich et al. 1963, 6-MP group: median remission 23 weeks; counting only the closed gives 10 or 13.
    ended = [6, 6, 6, 7, 10, 13, 16, 22, 23]
    going_on = [6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35]
    left = survival(counts(ended, n_days=36), counts(going_on, n_days=36))
    assert median_days(left) == 23
    assert left[23] == pytest.approx(0.4482, abs=5e-5)
    assert np.median(ended) < 23


def test_without_a_closed_half_there_is_no_median() -> None:
    assert np.isnan(median_days(survival(counts([2], n_days=9), counts([8, 8], n_days=9))))
    assert np.isnan(median_days(survival(counts([]), counts([]))))


def test_exactly_half_done_counts_as_half() -> None:
    assert median_days(survival(counts([4, 9, 4, 9, 4, 9]), counts([], n_days=10))) == 4


@given(st.lists(st.tuples(st.integers(0, 60), st.booleans()), min_size=1, max_size=60))
def test_the_survival_equals_that_of_scipy(rows: list[tuple[int, bool]]) -> None:
    done, going_on = [day for day, ended in rows if ended], [day for day, ended in rows if not ended]
    left = survival(counts(done, n_days=61), counts(going_on, n_days=61))
    if not done:
        assert (left == 1).all()
        return
    oracle = stats.ecdf(stats.CensoredData(uncensored=done, right=going_on)).sf
    np.testing.assert_allclose(left, oracle.evaluate(np.arange(61)), atol=1e-12)


@given(st.lists(st.integers(0, 40), min_size=1, max_size=41))
def test_with_nothing_open_the_median_is_the_lower_middle_value(days: list[int]) -> None:
    expected = sorted(days)[(len(days) + 1) // 2 - 1]
    assert median_days(survival(counts(days), np.zeros_like(counts(days)))) == expected


def test_the_leukaemia_trial_has_no_margin_as_its_upper_end_is_not_reached() -> None:
    # R: survfit(..., conf.type = "log-log") prints 13 and no upper end.
    ended = [6, 6, 6, 7, 10, 13, 16, 22, 23]
    going_on = [6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35]
    shape = {"n_days": 36}
    lower, upper = median_interval(counts(ended, **shape), counts(going_on, **shape))
    assert np.isnan(lower)
    assert np.isnan(upper)


@given(st.lists(st.tuples(st.integers(0, 60), st.booleans()), min_size=1, max_size=80))
@example([(day, True) for day in range(40)])
@example([(day, day % 4 > 0) for day in range(60)])
def test_the_interval_of_the_median_equals_that_of_statsmodels(rows: list[tuple[int, bool]]) -> None:
    done, going_on = [day for day, ended in rows if ended], [day for day, ended in rows if not ended]
    found = median_interval(counts(done, n_days=61), counts(going_on, n_days=61))
    with np.errstate(all="ignore"):
        days, ended = (np.array(one) for one in zip(*rows, strict=True))
        oracle = (
            SurvfuncRight(days.astype(float), ended.astype(int)).quantile_ci(0.5) if done else (np.nan,) * 2
        )
    if not np.isfinite(oracle).all():
        # Where no day is near a half statsmodels has no interval; then it is the day that passes it.
        median = median_days(survival(counts(done, n_days=61), counts(going_on, n_days=61)))
        assert np.isnan(found).all() or found[0] == found[1] == median
    else:
        assert tuple(map(float, found)) == oracle


def test_a_median_that_is_certain_to_the_day_has_that_day_as_its_margin() -> None:
    closed = np.array([2000, 1500, 1000, 500])
    assert tuple(map(float, median_interval(closed, np.zeros_like(closed)))) == (1.0, 1.0)
    # Of a single one nothing is certain.
    assert np.isnan(median_interval(counts([3]), np.zeros_like(counts([3])))).all()


@pytest.mark.parametrize(("n", "mean"), [(500, 3), (5_000, 3), (5_000, 9), (20_000, 9)])
def test_the_margin_of_a_median_is_there_also_when_much_is_closed(n: int, mean: int) -> None:
    random, held, towns = np.random.default_rng(n + mean), 0, 200
    true = float(median_days(stats.geom.sf(np.arange(1, 200), 1 / mean)))
    for _ in range(towns):
        closed = counts((random.geometric(1 / mean, n) - 1).tolist(), n_days=400)
        lower, upper = median_interval(closed, np.zeros_like(closed))
        held += bool(lower <= true <= upper)
    print(f"{n} closed in {mean} days on average: in {held} of {towns} towns the margin holds the median")
    assert held / towns >= 0.93


def test_the_interval_of_a_median_holds_it_as_often_as_is_said() -> None:
    """Meldingen of 83 days that close at a rate of 1 in 9 days each; seen until the last day."""
    random, held, towns = np.random.default_rng(1), 0, 400
    true = float(median_days(stats.geom.sf(np.arange(1, 84), 1 / 9)))
    for _ in range(towns):
        took, seen = random.geometric(1 / 9, 60) - 1, random.integers(0, 83, 60)
        closed = counts(took[took <= seen].tolist(), n_days=84)
        lower, upper = median_interval(closed, counts(seen[took > seen].tolist(), n_days=84))
        held += bool(lower <= true <= upper)
    print(f"in {held} of {towns} towns the margin holds the median")
    assert held / towns >= 0.93


def test_places_are_worked_out_side_by_side() -> None:
    closed = per_day(np.array([1, 1, 5]), np.array([0, 0, 1]), n_groups=3, n_days=6)
    assert closed.sum(axis=1).tolist() == [2, 1, 0]
    medians = median_days(survival(closed, np.zeros_like(closed)))
    assert medians[:2].tolist() == [1, 5]
    assert np.isnan(medians[2])
