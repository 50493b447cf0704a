"""Gi*: the same numbers as esda, and the rule on false discoveries."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
from esda import G_Local, fdr
from hot_spot_worlds import town
from libpysal.weights import W

from geo.errors import FigureError
from geo.getis_ord import discoveries, local_g
from geo.neighbours import Neighbours


def _weights(links: Neighbours) -> W:
    return W({i: links.of(i).tolist() for i in range(links.size)}, silence_warnings=True)


@pytest.mark.parametrize("size", [19, 40, 109])
def test_z_is_that_of_esda(size: int) -> None:
    links = town(size).neighbours
    values = np.random.default_rng(size).gamma(2.0, 1.0, size)
    theirs = G_Local(values, _weights(links), transform="B", star=True, permutations=0)
    np.testing.assert_allclose(local_g(values, links, seed=1).z, theirs.Zs, atol=1e-9)


def test_p_is_twice_the_one_sided_one_of_esda_but_for_chance() -> None:
    links = town(40).neighbours
    values = np.random.default_rng(3).gamma(2.0, 1.0, 40)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # that two-sided will be its next default
        theirs = G_Local(
            values, _weights(links), transform="B", star=True, permutations=9999, seed=2, n_jobs=1
        )
    own = local_g(values, links, seed=1, permutations=9999).p
    assert np.abs(own - np.minimum(2 * theirs.p_sim, 1.0)).max() < 0.04


def test_discoveries_are_those_below_the_limit_of_esda() -> None:
    p = np.random.default_rng(4).beta(0.3, 2.0, 200)
    assert np.array_equal(discoveries(p), p <= fdr(p, 0.05))
    assert 0 < discoveries(p).sum() < 200
    assert not discoveries(np.array([])).any()


def test_there_are_forty_permutations_for_each_area() -> None:
    place = town(109)
    assert local_g(np.random.default_rng(5).random(109), place.neighbours, seed=1).permutations == 4_360


def test_high_values_together_are_hot_and_low_ones_cold() -> None:
    links = town(400).neighbours
    values = np.random.default_rng(6).normal(0.0, 1.0, 400)
    high, low = (np.append(links.of(place), place) for place in (60, 300))
    values[high] += 4.0
    values[low] -= 4.0
    found = local_g(values, links, seed=1)
    assert found.is_hot[60]
    assert found.is_cold[300]
    assert found.is_hot.sum() < 20


def test_an_area_without_a_value_is_left_out() -> None:
    place = town(19)
    values = np.random.default_rng(7).random(19)
    values[3] = np.nan
    found = local_g(values, place.neighbours, seed=1)
    assert np.isnan(found.z[3])
    assert np.isfinite(np.delete(found.z, 3)).all()


def test_equal_values_have_no_hot_spot() -> None:
    found = local_g(np.ones(19), town(19).neighbours, seed=1)
    assert not found.is_hot.any()
    assert np.isnan(found.z).all()


def test_over_a_thousand_areas_are_refused() -> None:
    many = Neighbours.of_pairs(np.array([[0, 1]]), size=1_001)
    with pytest.raises(FigureError, match="Kies grotere plekken"):
        local_g(np.arange(1_001.0), many, seed=1)
