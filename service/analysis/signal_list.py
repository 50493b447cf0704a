"""The list of signals as somebody may read it: by area, with words for who reads free text."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy.orm import Session

from data import signals
from data.rights import Right
from data.text_masking import masked_text
from data.theme_models import Signal
from data.visibility import Viewer
from geo.themes import Registry
from service.analysis.places import Place, Places

MOST: Final = 300


@dataclass(frozen=True, slots=True)
class Line:
    """One signal; `number` is there for who may take it back, `text` without what tells who somebody is."""

    theme: str
    kind: str
    text: str
    at: datetime
    by: str
    number: int | None
    example: bool


@dataclass(frozen=True, slots=True)
class Heard:
    """An area with how often each theme was heard, most first, and its newest signals.

    Both are empty for who does not read them.
    """

    place: Place
    themes: tuple[tuple[str, int], ...]
    lines: tuple[Line, ...]


def heard(session: Session, viewer: Viewer, found: Places, registry: Registry) -> list[Heard]:
    """Return what was heard in a gemeente, by area.

    Who chooses themes reads everything, who reads themes reads the counts; anybody reads what they noted.
    """
    gemeente = found.gemeente.code
    everything = viewer.may(Right.THEMES_CHOOSE, gemeente)
    counts = signals.tally(session, gemeente) if viewer.may(Right.THEMES_READ, gemeente) else {}
    own = None if everything else viewer.account
    rows = signals.signals(session, gemeente, by=own, newest=MOST)
    names = {one.slug: one.naam for one in registry.themes}
    shown = {row.area for row in rows} | {area for area, _ in counts}
    return [
        Heard(
            place,
            _counted({theme: n for (area, theme), n in counts.items() if area == place.code}, names),
            tuple(_line(row, viewer, names) for row in rows if row.area == place.code),
        )
        for place in sorted(found.by_code.values(), key=lambda one: one.naam)
        if place.code in shown
    ]


def _counted(counts: dict[str, int], names: dict[str, str]) -> tuple[tuple[str, int], ...]:
    return tuple((names.get(theme, theme), n) for theme, n in Counter(counts).most_common())


def _line(row: Signal, viewer: Viewer, names: dict[str, str]) -> Line:
    own = row.by == viewer.account
    number = row.id if own else None
    return Line(
        names.get(row.theme, row.theme), row.kind, masked_text(row.text), row.at, row.by, number, row.example
    )
