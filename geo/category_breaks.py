"""Category breaks: the days on which a main group of a source comes to hold other soorten melding."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from geo.exposure import Period
from geo.main_groups import Crosswalk, MainGroup


@dataclass(frozen=True, slots=True)
class CategoryBreak:
    """A main group that changes at a moment: soorten that came to it and that left it.

    `moved` are those of both that each edition has, under another main group: they make the trend of the
    group jump. What one edition alone has may be a new name for what was there.
    """

    at: datetime
    older: str
    newer: str
    group: MainGroup
    came: frozenset[str]
    left: frozenset[str]
    moved: frozenset[str]


def breaks(crosswalks: Iterable[tuple[Crosswalk, Period]]) -> list[CategoryBreak]:
    """The breaks of one source, oldest first, then by main group; each crosswalk with when it was used.

    An edition that gives way to itself has none. Periods may leave a gap: the break is at the start of the
    newer one.
    """
    in_order = sorted(crosswalks, key=lambda pair: pair[1].start)
    return [
        one for (older, _), (newer, used) in pairwise(in_order) for one in _between(older, newer, used.start)
    ]


def _between(older: Crosswalk, newer: Crosswalk, at: datetime) -> list[CategoryBreak]:
    moved = newer.moved_since(older)
    found = []
    for group in MainGroup:
        before = {slug for slug, one in older.groups.items() if one is group}
        after = {slug for slug, one in newer.groups.items() if one is group}
        if before != after:
            came, left = frozenset(after - before), frozenset(before - after)
            found.append(
                CategoryBreak(
                    at, older.edition, newer.edition, group, came, left, (came | left) & frozenset(moved)
                )
            )
    return found
