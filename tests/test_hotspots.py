"""Hot spots: how often a map of noise shows one, and how often a planted one is found.

Both figures are printed. Two wrong methods must fail: Gi* on locally shrunken rates, and the maximum without
overdispersion on reports that were not joined.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hot_spot_worlds import Town, error, reports, share_text, town
from scipy import stats

from geo.errors import FigureError
from geo.getis_ord import local_g
from geo.hotspots import FloatArray, HotSpots, hot_spots
from geo.incidents import incidents
from geo.neighbours import Neighbours

SIZES = (19, 40, 109, 400)
# Hexagons hold fewer people than buurten: at 20 per 1,000 they count 5 incidents each.
PER_THOUSAND = {19: 20.0, 40: 20.0, 109: 20.0, 400: 60.0}
SMALL = {19: (100, 199), 40: (80, 199), 109: (60, 199), 400: (30, 199)}
FULL = {19: (600, 999), 40: (500, 999), 109: (300, 999), 400: (150, 999)}
RING = Neighbours.of_pairs(np.array([[i, (i + 1) % 8] for i in range(8)]), size=8)
RING_COUNTS = np.array([9.0, 14.0, 11.0, 10.0, 8.0, 30.0, 12.0, 7.0])


def _spots(place: Town, counts: FloatArray, draws: int, *, seed: int, overdispersed: bool = True) -> HotSpots:
    """The hot spots of a map; each map has a seed of its own, else all share the luck of the same draws."""
    return hot_spots(
        counts, place.people, place.neighbours, seed=seed, draws=draws, overdispersed=overdispersed
    )


def _joined(random: np.random.Generator, happened: FloatArray, per_incident: float) -> FloatArray:
    """Incidents per area, reported so many times each and then joined again."""
    area = np.repeat(np.arange(len(happened)), happened.astype(int))
    number = np.repeat(np.arange(len(area)), 1 + random.poisson(per_incident - 1.0, len(area)))
    rows = pd.DataFrame({"incident_id": number, "area": area[number], "created_at": np.arange(len(number))})
    return np.bincount(incidents(rows)["area"], minlength=len(happened)).astype(np.float64)


def _false_maps(size: int, kind: str, maps: int, draws: int) -> int:
    """How many maps without a hot spot show one."""
    place, random = town(size), np.random.default_rng([size, len(kind)])
    mean, shown = place.means(PER_THOUSAND[size]), 0
    for seed in range(maps):
        uneven = random.gamma(1 / 0.09, 0.09, size) if kind == "ongelijk" else 1.0
        counts = random.poisson(mean * uneven).astype(np.float64)
        if kind in {"1.5", "2.5"}:
            counts = _joined(random, counts, float(kind))
        shown += bool(_spots(place, counts, draws, seed=seed).is_hot.any())
    return shown


@pytest.mark.faults
@pytest.mark.parametrize("kind", ["poisson", "1.5", "2.5", "ongelijk"])
@pytest.mark.parametrize("size", SIZES)
def test_noise_shows_a_hot_spot_in_at_most_one_map_of_twenty(
    size: int, kind: str, *, at_full_size: bool
) -> None:
    maps, draws = FULL[size] if at_full_size else SMALL[size]
    shown = _false_maps(size, kind, maps, draws)
    print(f"noise, {size} areas, {kind}: {share_text(shown, maps)} of maps show a hot spot")
    assert shown / maps <= 0.05 + 2 * error(0.05, maps)


def _found(size: int, per_thousand: float, maps: int, draws: int) -> tuple[FloatArray, FloatArray]:
    """For maps with a doubling in five adjoining areas: how many they expect, and whether it is found."""
    place, random = town(size), np.random.default_rng([size, 7])
    expected, found = np.zeros(maps), np.zeros(maps)
    for one in range(maps):
        mean, spot = place.means(per_thousand), place.adjoining(random)
        expected[one] = mean[spot].sum()
        mean[spot] *= 2.0
        counts = random.poisson(mean).astype(np.float64)
        found[one] = _spots(place, counts, draws, seed=one).is_hot[spot].any()
    return expected, found


@pytest.mark.faults
@pytest.mark.parametrize("size", SIZES)
def test_a_doubling_in_five_adjoining_areas_is_found_four_times_in_five(
    size: int, *, at_full_size: bool
) -> None:
    maps, draws = FULL[size] if at_full_size else SMALL[size]
    expected, found = _found(size, PER_THOUSAND[size], maps, draws)
    print(f"planted, {size} areas: found in {share_text(int(found.sum()), maps)}", end="; ")
    print(f"the five expect {np.median(expected):.0f} (median)")
    assert found.mean() >= 0.80


@pytest.mark.faults
def test_among_400_areas_a_doubling_needs_forty_expected_in_the_five(*, at_full_size: bool) -> None:
    maps, draws = (300, 999) if at_full_size else (40, 199)
    expected, found = _found(400, 30.0, maps, draws)
    for low, high in ((0, 20), (20, 30), (30, 40), (40, np.inf)):
        inside = (expected >= low) & (expected < high)
        if inside.any():
            share = share_text(int(found[inside].sum()), int(inside.sum()))
            print(f"planted, 400 areas, {low} to {high:.0f} expected in the five: found in {share}")
    enough = expected >= 40
    assert found[enough].mean() >= 0.80
    assert found[~enough].mean() < found[enough].mean()


@pytest.mark.faults
@pytest.mark.parametrize("per_incident", [1.5, 2.5])
def test_the_maximum_without_overdispersion_fails_on_reports_that_were_not_joined(
    per_incident: float,
) -> None:
    place, random, maps = town(40), np.random.default_rng(5), 80
    mean, shown, own = place.means(20.0), 0, 0
    for seed in range(maps):
        counts = reports(random, random.poisson(mean / per_incident).astype(np.float64), per_incident)
        shown += bool(_spots(place, counts, 199, seed=seed, overdispersed=False).is_hot.any())
        own += bool(_spots(place, counts, 199, seed=seed).is_hot.any())
    print(f"control, {per_incident} reports per incident: {share_text(shown, maps)}", end="; ")
    print(f"with overdispersion {share_text(own, maps)}")
    assert shown / maps > 0.05 + 2 * error(0.05, maps)
    assert own < shown


def _locally_shrunk(place: Town, counts: FloatArray) -> FloatArray:
    """Rates drawn towards those around them (Marshall, 1991); NaN where nobody lives."""
    around, people = place.neighbours.windows(), np.where(place.people > 0, place.people, np.nan)
    held = np.nan_to_num(people)
    size, areas = around @ held, around.sum(axis=1)
    mean = np.divide(around @ counts, size, out=np.zeros_like(size), where=size > 0)
    rate = np.nan_to_num(counts / people)
    square = around @ (held * rate**2) - 2 * mean * (around @ (held * rate)) + mean**2 * size
    spread = np.divide(square, size, out=np.zeros_like(size), where=size > 0) - mean / (size / areas + 1e-9)
    kept = np.maximum(spread, 0) / (np.maximum(spread, 0) + mean / people)
    return np.asarray(mean + kept * (rate - mean))


@pytest.mark.faults
def test_gi_on_locally_shrunken_rates_fails_on_noise() -> None:
    place, random, maps = town(40), np.random.default_rng(6), 100
    mean, shown = place.means(20.0), 0
    for _ in range(maps):
        rates = _locally_shrunk(place, random.poisson(mean).astype(np.float64))
        found = local_g(rates, place.neighbours, seed=1)
        shown += bool(found.is_hot.any())
    print(f"control, Gi* on locally shrunken rates: {share_text(shown, maps)} of maps")
    assert shown / maps > 0.05 + 2 * error(0.05, maps)


def test_a_place_is_an_area_with_its_neighbours_against_all_others() -> None:
    found = hot_spots(RING_COUNTS, np.ones(8), RING, seed=1)
    assert found.count[5] == 8 + 30 + 12
    assert found.expected[5] == pytest.approx((9 + 14 + 11 + 10 + 7) / 5 * 3)
    assert found.ratio[5] == pytest.approx(50 / (51 / 5 * 3))
    assert found.lower[5] < found.ratio[5] < found.upper[5]


def test_the_statistic_without_overdispersion_is_scipys_poisson_deviance() -> None:
    found = hot_spots(RING_COUNTS, np.ones(8), RING, seed=1, overdispersed=False)
    deviance = 2 * (stats.poisson.logpmf(50, 50) - stats.poisson.logpmf(50, found.expected[5]))
    assert found.statistic[5] == pytest.approx(np.sqrt(deviance), rel=1e-9)


def test_the_statistic_is_scipys_negative_binomial_deviance() -> None:
    counts = np.array([3.0, 24.0, 6.0, 19.0, 5.0, 60.0, 12.0, 15.0])
    found = hot_spots(counts, np.ones(8), RING, seed=1)
    place, rate = int(np.nanargmax(found.statistic)), 1 / 3
    size = 1 / (found.overdispersion * rate)  # three areas of one size each
    count, mean = found.count[place], found.expected[place]

    def likelihood(at: float) -> float:
        return float(stats.nbinom.logpmf(count, size, size / (size + at)))

    assert found.overdispersion > 0
    assert found.statistic[place] == pytest.approx(np.sqrt(2 * (likelihood(count) - likelihood(mean))))


def test_the_interval_without_overdispersion_is_that_of_scipys_binomial_test() -> None:
    found = hot_spots(RING_COUNTS, np.ones(8), RING, seed=1, overdispersed=False)
    low, high = stats.binomtest(50, 101).proportion_ci(0.95)
    odds = 3 / 5
    assert found.lower[5] == pytest.approx(low / (1 - low) / odds, rel=1e-9)
    assert found.upper[5] == pytest.approx(high / (1 - high) / odds, rel=1e-9)


def test_the_same_map_gets_the_same_answer_whatever_the_order_of_its_areas() -> None:
    place, random = town(40), np.random.default_rng(8)
    mean, spot = place.means(20.0), place.adjoining(random)
    mean[spot] *= 3.0
    counts, order = random.poisson(mean).astype(np.float64), random.permutation(40)
    pairs = np.argsort(order)[place.neighbours.pairs()]
    turned = Town(place.people[order], Neighbours.of_pairs(pairs, size=40))
    one, other = _spots(place, counts, 999, seed=1), _spots(turned, counts[order], 999, seed=1)
    assert np.array_equal(one.is_hot[order], other.is_hot)
    np.testing.assert_allclose(one.statistic[order], other.statistic, rtol=1e-9, equal_nan=True)
    assert np.array_equal(one.p, _spots(place, counts, 999, seed=1).p, equal_nan=True)


def test_the_least_p_is_one_in_a_thousand() -> None:
    counts = np.array([100.0, 5.0, 5.0, 5.0, 5.0, 5.0, 5.0, 5.0])
    found = hot_spots(counts, np.ones(8), RING, seed=1, overdispersed=False)
    assert np.nanmin(found.p) == 1 / 1_000


def test_an_area_without_exposure_takes_no_part() -> None:
    exposure = np.array([1.0, 1.0, 1.0, 1.0, 1.0, np.nan, 1.0, 0.0])
    found = hot_spots(RING_COUNTS, exposure, RING, seed=1)
    assert np.isnan(found.p[[5, 7]]).all()
    assert found.count[4] == 10 + 8
    assert found.expected[1] == pytest.approx((10 + 8 + 12) / 3 * 3)


def test_where_less_than_one_is_expected_nothing_is_said() -> None:
    exposure = np.array([1.0, 1.0, 1.0, 1.0, 1.0, 0.001, 0.001, 0.001])
    counts = np.array([10.0, 10.0, 10.0, 10.0, 10.0, 0.0, 4.0, 0.0])
    found = hot_spots(counts, exposure, RING, seed=1)
    assert np.isnan(found.p[6])
    assert not found.is_hot.any()


def test_a_map_without_incidents_has_no_hot_spot() -> None:
    found = hot_spots(np.zeros(8), np.ones(8), RING, seed=1)
    assert not found.is_hot.any()
    assert np.isnan(found.p).all()


def test_a_town_of_one_place_has_nothing_to_be_held_against() -> None:
    both = Neighbours.of_pairs(np.array([[0, 1]]), size=2)
    assert not hot_spots(np.array([9.0, 1.0]), np.ones(2), both, seed=1).is_hot.any()


@pytest.mark.parametrize("wrong", [-1.0, 0.5, np.nan])
def test_what_is_no_count_is_refused(wrong: float) -> None:
    with pytest.raises(FigureError, match="heel getal"):
        hot_spots(np.array([wrong, *RING_COUNTS[1:]]), np.ones(8), RING, seed=1)


def test_arrays_of_other_lengths_are_refused() -> None:
    with pytest.raises(FigureError, match="horen bij elkaar"):
        hot_spots(RING_COUNTS, np.ones(7), RING, seed=1)


def test_duplicates_count_once_where_they_were_first_reported() -> None:
    rows = pd.DataFrame(
        {
            "incident_id": [1, None, 1, None],
            "created_at": pd.to_datetime(["2026-03-02", "2026-03-02", "2026-03-01", "2026-03-03"]),
            "buurt": ["a", "b", "c", "d"],
        }
    )
    assert incidents(rows)["buurt"].tolist() == ["b", "c", "d"]
