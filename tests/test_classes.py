"""Classes: the same breaks as mapclassify, and labels that tell the truth in the awkward cases."""

from __future__ import annotations

import itertools
import warnings

import mapclassify
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.errors import MapError
from maps.classes import MISSING, SMALL, Method, classify, classify_by, natural_breaks

NAN = float("nan")


def fisher_jenks(values: np.ndarray, k: int) -> np.ndarray:
    with warnings.catch_warnings():
        # mapclassify says that it is slow without numba; here that does not matter.
        warnings.simplefilter("ignore", UserWarning)
        return np.asarray(mapclassify.FisherJenks(values, k=k).bins)


@pytest.mark.parametrize("k", [2, 3, 5, 7])
@pytest.mark.parametrize("seed", range(4))
def test_natural_breaks_equal_those_of_mapclassify(k: int, seed: int) -> None:
    values = np.random.default_rng(seed).gamma(2.0, 10.0, 90)
    np.testing.assert_allclose(natural_breaks(values, k), fisher_jenks(values, k))


@given(st.lists(st.integers(0, 40), min_size=4, max_size=12))
def test_no_other_division_lies_closer_to_its_means(numbers: list[int]) -> None:
    values = np.array(sorted(numbers), dtype=float)
    if np.unique(values).size < 3:
        values = np.append(values, [50.0, 60.0])

    def scatter(tops: np.ndarray) -> float:
        groups = np.split(values, np.searchsorted(values, tops[:-1], side="right"))
        return float(sum(((g - g.mean()) ** 2).sum() for g in groups))

    best = min(
        scatter(np.array(tops))
        for tops in itertools.combinations(np.unique(values), 3)
        if tops[-1] == values[-1]
    )
    assert scatter(natural_breaks(values, 3)) == pytest.approx(best, abs=1e-9)


def test_many_thousands_of_values_are_divided_nearly_as_well() -> None:
    values = np.random.default_rng(2).gamma(2.0, 10.0, 3_000)
    sample = fisher_jenks(values[:400], 5)
    np.testing.assert_allclose(natural_breaks(values, 5), sample, rtol=0.35)
    assert natural_breaks(values, 5)[-1] == values.max()


@pytest.mark.parametrize(
    ("method", "divide"),
    [(Method.KWANTIELEN, mapclassify.Quantiles), (Method.GELIJK, mapclassify.EqualInterval)],
)
def test_quantiles_and_equal_intervals_count_as_mapclassify_does(method: Method, divide: type) -> None:
    values = np.round(np.random.default_rng(3).uniform(0.0, 90.0, 61), 1)
    assert classify(values, k=4, method=method).counts == tuple(divide(values, k=4).counts.tolist())


def test_every_area_is_counted_in_exactly_one_way() -> None:
    values = [1.0, 2.0, NAN, 8.0, 9.0, 30.0, NAN, 4.0]
    small = [True, False, True, False, False, False, False, False]
    classes = classify(values, k=3, small=small)
    assert classes.index.tolist() == [SMALL, 0, SMALL, 1, 1, 2, MISSING, 0]
    assert (classes.counts, classes.small, classes.missing) == ((2, 2, 1), 2, 1)


def test_labels_name_the_lowest_and_highest_value_of_a_class() -> None:
    assert classify([1, 2, 3, 40, 41, 1_200], k=3).labels == ("1 t/m 3", "40 t/m 41", "1.200")


@pytest.mark.parametrize("method", list(Method))
def test_few_values_get_a_class_each(method: Method) -> None:
    classes = classify([2.5, 7.5, 2.5, 2.5], k=5, method=method)
    assert (classes.labels, classes.counts) == (("2,5", "7,5"), (3, 1))


@pytest.mark.parametrize("method", list(Method))
def test_equal_values_make_one_class(method: Method) -> None:
    classes = classify([4.0] * 6, method=method)
    assert (classes.labels, classes.counts, classes.index.tolist()) == (("4",), (6,), [0] * 6)


@pytest.mark.parametrize("values", [[], [NAN, NAN]])
def test_without_values_there_are_no_classes(values: list[float]) -> None:
    classes = classify(values)
    assert (len(classes), classes.labels, classes.missing) == (0, (), len(values))


def test_one_class_holds_all() -> None:
    assert classify([3.0, 1.0, 2.0], k=1).labels == ("1 t/m 3",)


@given(
    st.lists(st.floats(0.0, 1_000.0), min_size=1, max_size=60),
    st.integers(1, 7),
    st.sampled_from(list(Method)),
)
def test_values_that_read_the_same_share_a_class_and_classes_follow_the_values(
    values: list[float], k: int, method: Method
) -> None:
    classes = classify(values, k=k, method=method)
    written = np.round(np.array(values), classes.decimals)
    pairs = sorted(zip(written.tolist(), classes.index.tolist(), strict=True))
    assert all(a[1] <= b[1] and (a[0] < b[0] or a[1] == b[1]) for a, b in itertools.pairwise(pairs))
    assert (sum(classes.counts), min(classes.counts) > 0, len(classes) <= k) == (len(values), True, True)
    assert len(set(classes.labels)) == len(classes)


@pytest.mark.parametrize(
    ("values", "decimals"), [([120.4, 890.2], 0), ([0.0, 12.34], 1), ([0.1234, 0.4567], 2), ([3.0, 5.0], 0)]
)
def test_decimals_follow_from_the_spread_of_the_values(values: list[float], decimals: int) -> None:
    assert classify(values).decimals == decimals


def test_fixed_edges_keep_their_classes_when_one_is_empty() -> None:
    classes = classify_by([1.0, 10.0, 10.5, 99.0, NAN], [10.0, 20.0])
    assert classes.labels == ("10,0 of minder", "meer dan 10,0 t/m 20,0", "meer dan 20,0")
    assert (classes.counts, classes.missing) == ((2, 1, 1), 1)
    assert classify_by([1.0], [10.0, 20.0]).counts == (1, 0, 0)


@pytest.mark.parametrize("edges", [[], [5.0, 5.0], [9.0, 3.0], [NAN], list(range(9))])
def test_edges_that_do_not_rise_are_refused(edges: list[float]) -> None:
    with pytest.raises(MapError, match="klassengrenzen"):
        classify_by([1.0], edges)


@pytest.mark.parametrize("k", [0, -1, 8])
def test_a_number_of_classes_that_no_eye_can_tell_apart_is_refused(k: int) -> None:
    with pytest.raises(MapError, match=f"{k} klassen"):
        classify([1.0, 2.0], k=k)


def test_an_infinite_value_is_refused() -> None:
    with pytest.raises(MapError, match="1 waarden zijn oneindig"):
        classify([1.0, float("inf")])
