"""The index: what adds up, what it does not depend on, and whether its margins hold the true order."""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

import numpy as np
import pytest
from numpy.typing import NDArray

from geo.errors import FigureError
from geo.indicators import Dimension
from geo.leefbaarheid import DIMENSIONS, Index, Item, Town, index
from geo.posterior import Posterior

FloatArray = NDArray[np.float64]
FYSIEK, OVERLAST, VOORZIENINGEN = Dimension.FYSIEK, Dimension.OVERLAST, Dimension.VOORZIENINGEN
EVEN = dict.fromkeys(DIMENSIONS, 1.0)


def fixed(key: str, dimensie: Dimension, *values: float, better: str = "-") -> Item:
    return Item(key, dimensie, "+" if better == "+" else "-", np.array(values, dtype=np.float64))


def three() -> Town:
    """Three areas: B is nearest to the shops and has the most crime per inhabitant."""
    crimes = Item("misdrijven", OVERLAST, "-", np.array([20.0, 90.0, 30.0]), np.array([1.0, 1.0, 1.0]))
    return Town(("A", "B", "C"), (crimes, fixed("winkel", VOORZIENINGEN, 2.0, 0.5, 1.1)))


def worked_by_hand(*values: float) -> FloatArray:
    given = np.array(values)
    return np.asarray((given - given.mean()) / given.std(), dtype=np.float64)


def test_a_fixed_cijfer_counts_in_standard_deviations_and_less_is_better() -> None:
    town = Town(("A", "B", "C"), (fixed("winkel", VOORZIENINGEN, 2.0, 0.5, 1.1),))
    ranking = index(town, draws=10).weigh(EVEN)
    assert ranking.score == pytest.approx(-worked_by_hand(2.0, 0.5, 1.1))
    assert ranking.place_lower.tolist() == ranking.place_upper.tolist() == [3, 1, 2]


def test_contributions_add_up_to_the_score_and_weights_to_one() -> None:
    found = index(three())
    ranking = found.weigh({OVERLAST: 3.0, VOORZIENINGEN: 1.0})
    assert np.nansum(ranking.contributions, axis=1) == pytest.approx(ranking.score)
    again = found.weigh({OVERLAST: 30.0, VOORZIENINGEN: 10.0})
    assert again.score == pytest.approx(ranking.score)


def test_a_dimension_weighs_the_same_with_one_cijfer_as_with_three() -> None:
    values = (2.0, 0.5, 1.1, 4.0)
    alone = Town(("A", "B", "C", "D"), (fixed("x", FYSIEK, *values), fixed("y", VOORZIENINGEN, 4, 3, 2, 1)))
    apart = (fixed("x2", FYSIEK, 1, 2, 1, 3), fixed("x3", FYSIEK, 5, 1, 4, 2))
    more = replace(alone, items=(*alone.items, *apart))
    for town in (alone, more):
        spread = index(town, draws=1).weigh(EVEN).contributions.std(axis=0)
        assert spread[DIMENSIONS.index(FYSIEK)] == pytest.approx(0.5)
        assert spread[DIMENSIONS.index(VOORZIENINGEN)] == pytest.approx(0.5)


def in_other_units(town: Town) -> Town:
    """Inhabitants as thousands, kilometres as metres."""
    return replace(
        town,
        items=tuple(
            replace(item, values=item.values * 1000)
            if item.exposure is None
            else replace(item, exposure=item.exposure / 1000)
            for item in town.items
        ),
    )


def in_other_order(town: Town) -> Town:
    order = [2, 0, 1]
    items = tuple(
        replace(one, values=one.values[order], exposure=None if one.exposure is None else one.exposure[order])
        for one in reversed(town.items)
    )
    return Town(tuple(town.codes[place] for place in order), items)


def test_units_change_nothing() -> None:
    plain, other = (index(town).weigh(EVEN, unsure=True) for town in (three(), in_other_units(three())))
    assert other.score == pytest.approx(plain.score)
    assert other.place_lower.tolist() == plain.place_lower.tolist()
    assert other.place_upper.tolist() == plain.place_upper.tolist()


def test_the_order_of_rows_changes_nothing() -> None:
    found, other = index(three()), index(in_other_order(three()))
    assert other.codes == ("C", "A", "B")
    assert other.seed == found.seed
    for name in ("score", "place_lower", "place_upper"):
        plain = dict(zip(found.codes, getattr(found.weigh(EVEN), name), strict=True))
        assert dict(zip(other.codes, getattr(other.weigh(EVEN), name), strict=True)) == pytest.approx(plain)


def test_other_inputs_give_other_draws_and_the_same_inputs_the_same() -> None:
    changed = replace(three(), items=(three().items[0], fixed("winkel", VOORZIENINGEN, 2.0, 0.5, 1.2)))
    assert index(three()).seed == index(three()).seed != index(changed).seed


def test_a_score_never_rises_when_something_bad_does() -> None:
    town = three()
    worse = replace(town.items[0], values=np.array([30.0, 90.0, 30.0]))
    before = index(town).weigh(EVEN).score[0]
    assert index(replace(town, items=(worse, town.items[1]))).weigh(EVEN).score[0] < before


def test_an_area_without_a_dimension_has_no_score_and_no_place_and_the_others_do() -> None:
    town = Town(
        ("A", "B", "C", "D"),
        (fixed("x", FYSIEK, 1, 2, 3, np.nan), fixed("winkel", VOORZIENINGEN, 2.0, 0.5, 1.1, 0.7)),
    )
    ranking = index(town, draws=5).weigh(EVEN)
    assert np.isnan([ranking.score[3], ranking.place_lower[3]]).all()
    assert ranking.missing == ((), (), (), (FYSIEK,))
    assert not np.isnan(ranking.contributions[3, DIMENSIONS.index(VOORZIENINGEN)])
    assert ranking.place_upper[:3].max() == 3
    assert not np.isnan(index(town, draws=5).weigh({VOORZIENINGEN: 1.0}).score).any()


def test_a_dimension_that_the_town_has_no_cijfers_for_weighs_nothing() -> None:
    found = index(three(), draws=5)
    assert found.wanted[DIMENSIONS.index(FYSIEK)] == 0
    assert found.weigh(EVEN).score == pytest.approx(found.weigh({OVERLAST: 1, VOORZIENINGEN: 1}).score)
    with pytest.raises(FigureError, match="gewicht boven 0"):
        found.weigh({FYSIEK: 1.0})
    with pytest.raises(FigureError, match="0 of meer, niet"):
        found.weigh({OVERLAST: -1.0})


def test_half_of_the_cijfers_of_a_dimension_is_enough_and_less_is_not() -> None:
    nan = np.nan
    town = Town(
        ("A", "B", "C"),
        (
            fixed("x", FYSIEK, 1, 2, nan),
            fixed("y", FYSIEK, 3, nan, nan),
            fixed("z", FYSIEK, 1, 4, 2),
            fixed("w", FYSIEK, 1, nan, nan),
        ),
    )
    found = index(town, draws=1)
    assert found.known[:, DIMENSIONS.index(FYSIEK)].tolist() == [4, 2, 1]
    assert np.isnan(found.scores[:, DIMENSIONS.index(FYSIEK)]).tolist() == [False, False, True]


def test_against_all_towns_a_good_town_is_good_and_within_itself_it_is_average() -> None:
    near = Town(("A", "B"), (fixed("winkel", VOORZIENINGEN, 0.4, 0.6),))
    far = Town(("P", "Q"), (fixed("winkel", VOORZIENINGEN, 2.0, 3.0),))
    assert index(near, draws=1).weigh(EVEN).score.mean() == pytest.approx(0)
    assert index(near, [far], draws=1).weigh(EVEN).score == pytest.approx(
        -worked_by_hand(0.4, 0.6, 2.0, 3.0)[:2]
    )


def test_without_any_cijfer_there_is_no_index() -> None:
    with pytest.raises(FigureError, match="Geen enkel gebied"):
        index(Town(("A",), (fixed("x", FYSIEK, np.nan),)))


class Made(NamedTuple):
    """A constructed town, and the same with its true rates."""

    seen: Town
    true: Town


def made(random: np.random.Generator, areas: int) -> Made:
    """A town with rates that differ between areas by a quarter, three counted cijfers and a fixed one."""
    people = random.lognormal(7.6, 0.6, areas)
    seen, true = [], []
    for key, dimensie, level in (("a", FYSIEK, 0.002), ("b", FYSIEK, 0.005), ("c", OVERLAST, 0.01)):
        rate = level * random.gamma(1 / 0.25**2, 0.25**2, areas)
        counts = random.poisson(rate * people).astype(np.float64)
        seen.append(Item(key, dimensie, "-", counts, people))
        true.append(Item(key, dimensie, "-", rate))
    shop = Item("d", VOORZIENINGEN, "-", random.gamma(4, 0.25, areas))
    codes = tuple(f"{place:03d}" for place in range(areas))
    return Made(Town(codes, (*seen, shop)), Town(codes, (*true, shop)))


def raw(counts: FloatArray, exposure: FloatArray) -> Posterior:
    """The wrong way: draws around the raw figures, noise on top of noise."""
    return Posterior(np.ones(1), (counts + 0.5)[:, None], exposure[:, None], (0.0, np.inf))


def share_inside(found: Index, truth: Index) -> float:
    ranking, places = found.weigh(EVEN), truth.weigh(EVEN).place_lower
    return float(((ranking.place_lower <= places) & (places <= ranking.place_upper)).mean())


@pytest.mark.faults
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("areas", [40, 109])
def test_the_true_place_lies_in_its_margin_and_around_raw_figures_it_does_not(
    areas: int, at_full_size: bool
) -> None:
    towns, draws = (300, 1000) if at_full_size else (15, 300)
    random = np.random.default_rng([3, areas])
    ours, theirs = np.empty(towns), np.empty(towns)
    for i in range(towns):
        town = made(random, areas)
        truth = index(town.true, draws=1)
        ours[i] = share_inside(index(town.seen, draws=draws), truth)
        theirs[i] = share_inside(index(town.seen, draws=draws, rates=raw), truth)
    print(
        f"{areas} areas, {towns} towns: the true place is in its margin in {ours.mean():.3f};"
        f" drawn around raw figures in {theirs.mean():.3f}"
    )
    assert ours.mean() >= 0.95 - 2 * ours.std() / np.sqrt(towns)
    assert theirs.mean() < 0.90
