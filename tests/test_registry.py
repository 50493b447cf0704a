"""The registry of indicators: its order, names and directions."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from geo.errors import FigureError
from geo.registry import INDICATORS, indicator


def test_the_registry_holds_the_first_set_in_order_of_number() -> None:
    first_set = [*range(1, 15), 18, 29, 31, *range(35, 41)]
    assert [one.number for one in INDICATORS] == first_set


@pytest.mark.shared
def test_names_dimensions_and_directions_are_those_of_the_indicator_table(shared: Path) -> None:
    text = (shared / "reference/themes-indicators-words.md").read_text()
    rows = re.findall(r"^\| (\d+) \| (\w+) \| ([^|]+) \| ([^|]+) \| ([-+0]) \|", text, re.MULTILINE)
    table = {name: (int(number), naam, dim, sign) for number, name, naam, dim, sign in rows}
    ours = {one.id: (one.number, one.naam, str(one.dimensie), one.direction) for one in INDICATORS}
    assert ours == {name: table[name] for name in ours}


def test_an_unknown_indicator_is_refused_by_name() -> None:
    with pytest.raises(FigureError, match="geen cijfer 'inkomen'"):
        indicator("inkomen")
