"""Relative heat: the rate that was planted comes out, and nothing is shown where too few people live."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import poisson
from stored_town import town

from geo.crs import RDArrays, to_lnglat
from geo.errors import FigureError
from geo.heat import HeatPyramid
from geo.population import spread
from maps.facts import Facts
from maps.heatmap import density_at
from maps.ratio_classes import RATIO_TEXTS, ratio_classes
from maps.relative_heat import RelativeHeat, circle_hectares

BUURTEN = town().buurten
FACTS = Facts("Titel", "eenheid", "bron", "periode")


def pyramid(x: np.ndarray, y: np.ndarray, weights: np.ndarray | None = None) -> HeatPyramid:
    placed = to_lnglat(RDArrays(x, y))
    return HeatPyramid.from_points(placed.lon, placed.lat, weights)


def test_inhabitants_go_to_the_addresses_of_their_buurt_and_else_over_its_land() -> None:
    addresses = RDArrays(
        np.array([80_100.0, 80_200.0, 99_000.0]), np.array([436_100.0, 436_100.0, 436_100.0])
    )
    found = spread(BUURTEN, np.array([1_000.0, 600.0, np.nan, 0.0]), addresses)
    first = found.x < 81_000
    assert found.inhabitants[first].tolist() == [500.0, 500.0]
    assert found.total == pytest.approx(1_600.0)
    assert found.by_address == pytest.approx(1_000 / 1_600)
    # A square of 1 km by 40 m, and nothing in the buurten where nobody or an unknown number lives.
    assert first.sum() == 2
    assert (~first).sum() == 25 * 25
    assert (found.x[~first].min(), found.x[~first].max()) > (81_000, 81_900)
    assert found.y.max() < 437_000


def test_a_number_of_inhabitants_for_another_number_of_buurten_is_refused() -> None:
    with pytest.raises(FigureError, match="3 aantallen inwoners voor 4 buurten"):
        spread(BUURTEN, np.zeros(3), None)


def heat(against_town: bool = False) -> RelativeHeat:
    """A west half of 4,000 people and 9 incidents per 100, an east half with 1, watched 2 years."""
    people = spread(BUURTEN, np.array([4_000.0, 4_000.0, np.nan, np.nan]), None)
    west = people.x < 81_000
    share = np.where(west, 0.09, 0.01)
    placed = pyramid(people.x, people.y, people.inhabitants)
    # The same points carry the incidents: then the rate is the planted one at every place.
    incidents = pyramid(people.x, people.y, people.inhabitants * share)
    return RelativeHeat.of(incidents, placed, bandwidth_m=150.0, years=2.0, against_town=against_town)


def test_the_rate_per_thousand_a_year_is_the_planted_one() -> None:
    made = heat()
    spots = to_lnglat(RDArrays(np.array([80_300.0, 81_700.0]), np.array([436_500.0, 436_500.0])))
    over, under = (density_at(one, spots, bandwidth_m=150.0) for one in (made.incidents, made.people))
    np.testing.assert_allclose(made.rate(over, under), [45.0, 5.0], rtol=0.02)
    assert made.town_rate == pytest.approx(1_000 * (360 + 40) / 8_000 / 2)
    assert made.maximum == 50.0


def test_where_fewer_than_five_hundred_live_in_the_circle_nothing_is_shown() -> None:
    made = heat()
    just = np.float32(500.0 / circle_hectares(150.0))
    rates = made.rate(np.array([1.0, 1.0], dtype=np.float32), np.array([just * 0.99, just * 1.01]))
    assert np.isnan(rates).tolist() == [True, False]
    far = to_lnglat(RDArrays(np.array([80_500.0]), np.array([437_900.0])))
    assert made.colours_at(far)[0].tolist() == [0, 0, 0, 0]


def test_against_the_town_a_colour_needs_an_interval_without_the_expected_number() -> None:
    """Oracle: the tails of the Poisson distribution, which the exact interval turns around."""
    made = heat(against_town=True)
    hectares = circle_hectares(150.0)
    people = np.full(60, 1_000.0 / hectares, dtype=np.float32)
    expected = 1_000 * made.town_rate * 2.0 / 1_000
    numbers = np.arange(60) * 2.0
    steps = made.steps((numbers / hectares).astype(np.float32), people)
    more, less = poisson.sf(numbers - 1, expected) < 0.025, poisson.cdf(numbers, expected) < 0.025
    assert (steps[more] >= 4).all()
    assert (steps[less] <= 2).all()
    assert (steps[~more & ~less] == 3).all()
    assert {1, 2, 3, 4} <= set(steps.tolist())
    # Without the interval each place would be more or less than the average.
    assert (~more & ~less).sum() > 5


def test_the_legend_says_who_counts_and_what_the_middle_means() -> None:
    legend = heat(against_town=True).legend(FACTS, spread="Gelijk verdeeld over het land van hun buurt.")
    assert [one.label for one in legend.entries] == list(RATIO_TEXTS)
    assert "Gelijk verdeeld over het land van hun buurt." in legend.facts.remarks
    assert "In de hele gemeente zijn het er 25,0 per 1.000 inwoners per jaar." in legend.facts.remarks
    assert heat().legend(FACTS, spread="").entries[-1].label == "50 of meer"


def test_a_town_without_people_shows_nothing() -> None:
    nobody = RelativeHeat.of(
        pyramid(np.array([80_500.0]), np.array([436_500.0])),
        pyramid(np.empty(0), np.empty(0)),
        bandwidth_m=150.0,
        years=1.0,
        against_town=True,
    )
    steps = nobody.steps(np.array([1.0], dtype=np.float32), np.array([0.0], dtype=np.float32))
    assert (steps.tolist(), nobody.maximum) == ([0], 1.0)


def test_ratios_get_a_colour_of_their_own_only_when_the_interval_does_not_hold_one() -> None:
    ratio = np.array([0.4, 0.8, 0.8, 1.3, 1.3, 2.5, 9.0, np.nan])
    lower = np.array([0.2, 0.6, 0.5, 1.1, 0.9, 1.2, 0.5, np.nan])
    upper = np.array([0.8, 0.9, 1.1, 1.6, 1.9, 5.0, 99.0, np.nan])
    found = ratio_classes(ratio, lower, upper, small=[False] * 6 + [True, False])
    assert found.index.tolist() == [0, 1, 2, 3, 2, 4, -2, -1]
    assert (found.counts, found.small, found.missing) == ((1, 1, 2, 1, 1), 1, 1)
    assert found.labels[2] == "geen duidelijk verschil"
