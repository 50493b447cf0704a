"""Breaks: what is known not to be comparable, and on which days."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from geo.breaks import BreakKind, edition_breaks, source_breaks, year_breaks
from geo.exposure import Observation, Period
from geo.main_groups import Crosswalk, MainGroup

OLD = Crosswalk("oud", {"put": MainGroup.STRAAT, "boom": MainGroup.GROEN})
NEW = Crosswalk("nieuw", {"put": MainGroup.RIOLERING, "boom": MainGroup.GROEN})
FIRST = Observation("bestand", Period.of_days(date(2024, 1, 1), date(2024, 12, 31)), OLD)
SECOND = Observation("meldpunt", Period.of_days(date(2025, 2, 1), date(2025, 12, 31)), NEW)


def test_health_breaks_between_2020_and_2022_and_nowhere_else() -> None:
    for first, last in ((2020, 2022), (2016, 2024), (2020, 2024)):
        assert [one.kind for one in year_breaks("gezondheid_goed", first, last)] == [BreakKind.METING]
    for first, last in ((2012, 2020), (2022, 2024)):
        assert year_breaks("gezondheid_goed", first, last) == ()
    assert year_breaks("misdrijven", 2020, 2025) == ()


def test_a_group_that_comes_to_hold_other_soorten_breaks_and_another_does_not() -> None:
    found = edition_breaks([SECOND, FIRST], frozenset())
    assert [(one.day, one.kind) for one in found] == [(date(2025, 2, 1), BreakKind.INDELING)]
    assert found[0].naam.endswith("Riool en wateroverlast, Straat, stoep en verlichting")
    assert edition_breaks([FIRST, SECOND], frozenset({MainGroup.GROEN})) == []
    assert edition_breaks([FIRST, replace(SECOND, crosswalk=OLD)], frozenset()) == []


def test_another_source_breaks_where_it_begins_and_where_one_stops() -> None:
    days = [(one.day, one.naam) for one in source_breaks([FIRST, SECOND])]
    assert days == [(date(2025, 1, 1), "bestand houdt op"), (date(2025, 2, 1), "meldpunt begint")]
    assert source_breaks([FIRST]) == source_breaks([]) == []
