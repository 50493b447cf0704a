"""The registry of indicators: its order, names and directions."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import asdict, replace
from pathlib import Path

import pytest
from indicator_town import values

from geo.errors import FigureError
from geo.indicators import Indicator
from geo.measures import EventRate
from geo.registry import INDICATORS, indicator

MEANINGS = Path(__file__).parent / "fixtures" / "betekenissen.json"


def meaning(one: Indicator) -> str:
    """A digest of how a cijfer is worked out, at which levels, and from when it is shown."""
    parts = [(part.key, part.unit, type(part.measure).__name__, asdict(part.measure)) for part in one.parts]
    told = repr(_plain([parts, [asdict(minimum) for minimum in one.minimum], one.levels, one.direction]))
    return hashlib.sha256(told.encode()).hexdigest()[:16]


def _plain(value: object) -> object:
    """The value with sets in order, and names in the place of choices."""
    if isinstance(value, dict):
        return {key: _plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(inner) for inner in value]
    return sorted(map(str, value)) if isinstance(value, frozenset) else str(value)


def test_the_registry_holds_all_forty_in_order_of_number() -> None:
    assert [one.number for one in INDICATORS] == list(range(1, 41))


def test_what_has_no_records_yet_waits_for_them_by_name_and_gets_no_value() -> None:
    waiting = {one.number for one in INDICATORS if one.is_awaited}
    assert waiting == {20, 21, 22}
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


def test_a_definition_means_what_its_version_meant() -> None:
    # Who changes how a cijfer is worked out, or from when it is shown, raises its version in both places.
    kept = json.loads(MEANINGS.read_text("utf-8"))
    ours = {one.id: [one.version, meaning(one)] for one in INDICATORS}
    assert ours == kept


def test_the_meaning_changes_with_the_measure_and_the_minimum_and_not_with_a_caveat() -> None:
    one = indicator("meldingen_inw")
    part = one.parts[0]
    assert isinstance(part.measure, EventRate)
    other = replace(part, measure=replace(part.measure, scale=100))
    assert meaning(replace(one, parts=(other,))) != meaning(one)
    assert meaning(replace(one, minimum=())) != meaning(one)
    assert meaning(replace(one, caveats=("anders",))) == meaning(one)
