"""Category breaks: which main groups change, when, and by which soorten."""

from __future__ import annotations

from datetime import date

from geo.category_breaks import breaks
from geo.exposure import Period
from geo.main_groups import Crosswalk, MainGroup

OLD = Crosswalk("oud", {"put": MainGroup.STRAAT, "boom": MainGroup.GROEN, "bank": MainGroup.STRAAT})
NEW = Crosswalk("nieuw", {"put": MainGroup.RIOLERING, "boom": MainGroup.GROEN, "zitplek": MainGroup.STRAAT})
FIRST = Period.of_days(date(2024, 1, 1), date(2024, 12, 31))
SECOND = Period.of_days(date(2025, 2, 1), date(2025, 12, 31))


def test_a_soort_that_moves_breaks_the_group_that_it_leaves_and_the_one_that_it_joins() -> None:
    found = breaks([(NEW, SECOND), (OLD, FIRST)])
    assert [(one.group, one.moved) for one in found] == [
        (MainGroup.RIOLERING, frozenset({"put"})),
        (MainGroup.STRAAT, frozenset({"put"})),
    ]
    assert {(one.at, one.older, one.newer) for one in found} == {(SECOND.start, "oud", "nieuw")}


def test_soorten_of_one_edition_alone_are_told_apart_from_those_that_moved() -> None:
    street = next(one for one in breaks([(OLD, FIRST), (NEW, SECOND)]) if one.group is MainGroup.STRAAT)
    assert (street.came, street.left) == (frozenset({"zitplek"}), frozenset({"put", "bank"}))


def test_the_same_edition_and_one_edition_alone_have_no_break() -> None:
    assert breaks([(OLD, FIRST), (OLD, SECOND)]) == []
    assert breaks([(OLD, FIRST)]) == breaks([]) == []
