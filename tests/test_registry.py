"""The registry of indicators: its order, names and directions."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from indicator_town import values

from geo.errors import FigureError
from geo.registry import INDICATORS, indicator


def test_the_registry_holds_all_forty_in_order_of_number() -> None:
    assert [one.number for one in INDICATORS] == list(range(1, 41))


def test_what_has_no_records_yet_waits_for_them_by_name_and_gets_no_value() -> None:
    waiting = {one.number for one in INDICATORS if one.is_awaited}
    assert waiting == {20, 21, 22, 23, 25, 26, 27, 28}
    rows = values("deals_lopend", None)
    assert set(rows["status"]) == {"nog_geen_gegevens"}
    assert set(rows["note"]) == {"wacht op wijkdeals"}
    assert rows[["value", "n"]].isna().all(axis=None)


@pytest.mark.shared
def test_names_dimensions_and_directions_are_those_of_the_indicator_table(shared: Path) -> None:
    text = (shared / "reference/themes-indicators-words.md").read_text()
    rows = re.findall(r"^\| (\d+) \| (\w+) \| ([^|]+) \| ([^|]+) \| ([-+0]) \|", text, re.MULTILINE)
    table = {name: (int(number), naam, dim, sign) for number, name, naam, dim, sign in rows}
    ours = {one.id: (one.number, one.naam, str(one.dimensie), one.direction) for one in INDICATORS}
    assert ours == table


def test_an_unknown_indicator_is_refused_by_name() -> None:
    with pytest.raises(FigureError, match="geen cijfer 'inkomen'"):
        indicator("inkomen")
