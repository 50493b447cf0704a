"""Values beside the gemeente, beside areas like them, and adjusted for chance."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from indicator_town import PORT, A, B, figure_frame, meldingen, members, town_figures, values
from numpy.typing import NDArray

from geo.area_figures import AreaFigures
from geo.areas import Level
from geo.comparison import COLUMNS, FEWEST_AREAS, SIMILAR, compared, most_similar
from geo.membership import Membership
from geo.posterior import posterior
from geo.rates import rate_ratio
from geo.registry import indicator

TOWN = members(Level.GEMEENTE, GM0001=[A, B, PORT])
# 40 in a buurt of 1,000, 6 in one of 600 and 5 where nobody lives.
ROWS = meldingen(*[(A, "boom", None)] * 40, *[(B, "boom", None)] * 6, *[(PORT, "boom", None)] * 5)


def beside(
    name: str, *, figures: AreaFigures | None = None, similar: NDArray[np.intp] | None = None
) -> dict[str, dict[str, Any]]:
    """The compared values of the three buurten by code."""
    rows = values(name, ROWS, figures=figures).reset_index()
    whole = values(name, ROWS, figures=figures, within=TOWN).reset_index()
    found = compared(indicator(name), rows, whole=whole, similar=similar)
    return {str(row["code"]): dict(row) for _, row in found.iterrows()}


def of_both(found: dict[str, dict[str, Any]], column: str) -> list[Any]:
    return [found[A][column], found[B][column]]


def test_a_rate_is_compared_with_the_gemeente_without_the_area() -> None:
    found = beside("meldingen_inw")
    # The gemeente counts the five in the port too; its inhabitants are those of the other two.
    expected = rate_ratio([40, 6], [500.0, 300.0], [11, 45], [300.0, 500.0])
    for column, numbers in zip(("ratio", "ratio_lower", "ratio_upper"), expected, strict=True):
        np.testing.assert_allclose(of_both(found, column), numbers)
    assert of_both(found, "verdict") == ["hoger", "lager"]


def test_the_adjusted_rate_lies_between_the_rate_and_the_others() -> None:
    found = beside("meldingen_inw")
    own = posterior([40, 6], [500.0, 300.0])
    np.testing.assert_allclose(of_both(found, "adjusted"), own.mean() * 1000)
    np.testing.assert_allclose(of_both(found, "adjusted_upper"), own.interval()[1] * 1000)
    assert found[B]["value"] < found[B]["adjusted"] < found[A]["adjusted"] < found[A]["value"]


def test_where_no_rate_is_shown_nothing_is_adjusted_or_compared() -> None:
    port = beside("meldingen_inw")[PORT]
    assert all(np.isnan(port[column]) for column in ("adjusted", "ratio", "similar_ratio"))
    assert (port["verdict"], port["similar_verdict"]) == ("", "")


def test_a_share_has_no_comparison() -> None:
    figures = AreaFigures(figure_frame([(A, "inwoners", 2024, 1000), (A, "inwoners_65plus", 2024, 300)]))
    found = beside("aandeel_65", figures=figures)[A]
    assert found["value"] == 30
    assert all(np.isnan(found[name]) for name, kind in COLUMNS.items() if kind == "float64")
    assert found["verdict"] == ""


def test_the_gemeente_is_compared_with_nothing() -> None:
    whole = values("meldingen_inw", ROWS, within=TOWN).reset_index()
    found = compared(indicator("meldingen_inw"), whole, whole=whole, similar=None)
    assert found["ratio"].isna().all()


@pytest.fixture
def densities() -> AreaFigures:
    """Twenty buurten that grow denser, and one of which the density is not known."""
    rows = [
        (f"BU{place:08d}", name, 2024, value)
        for place in range(20)
        for name, value in (
            ("omgevingsadressendichtheid", 200.0 * 1.3**place),
            ("gem_huishoudensgrootte", 2.2),
        )
    ]
    return AreaFigures(figure_frame([*rows, ("BU00000020", "gem_huishoudensgrootte", 2024, 2.0)]))


def buurten(count: int) -> Membership:
    codes = [f"BU{place:08d}" for place in range(count)]
    return Membership.of(Level.BUURT, {code: [code] for code in codes})


def test_areas_most_like_another_are_the_nearest_in_density(densities: AreaFigures) -> None:
    found = most_similar(densities, buurten(21))
    assert found is not None
    assert sorted(found[0]) == list(range(1, SIMILAR + 1))
    assert sorted(found[10]) == [6, 7, 8, 9, 11, 12, 13, 14]
    assert (found[20] == -1).all()


def test_with_few_areas_none_is_like_another(densities: AreaFigures) -> None:
    assert most_similar(densities, buurten(FEWEST_AREAS - 1)) is None
    assert most_similar(town_figures(), members()) is None


def test_a_rate_is_compared_with_those_of_areas_like_it_taken_together() -> None:
    none = [-1] * SIMILAR
    found = beside("meldingen_inw", similar=np.array([[1, 2, *none[2:]], [0, *none[1:]], none]))
    # Of the port no inhabitants are known, so the first buurt has the second alone beside it.
    assert found[A]["similar_ratio"] == pytest.approx((40 / 500) / (6 / 300))
    assert found[B]["similar_verdict"] == "lager"
