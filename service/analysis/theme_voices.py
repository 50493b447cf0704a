"""Theme voices: a few lines of what was heard and written about each theme, for who chooses in an area."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import chain
from typing import Final, NamedTuple

from sqlalchemy.orm import Session

from data import polls, signals
from data.text_masking import masked_text
from service.analysis.places import Place

MOST: Final = 2
# As many lines are looked through, the newest first.
LOOKED: Final = 200


class Voice(NamedTuple):
    """A line without what our rules take for data of somebody: `heard` as a signal, or typed in the poll."""

    text: str
    heard: bool
    example: bool


def voices(session: Session, place: Place) -> Mapping[str, list[Voice]]:
    """Return the newest lines about an area by theme: what was heard first, then words of the poll."""
    told = signals.signals(session, place.gemeente, area=place.code, newest=LOOKED)
    typed = polls.words(session, place.gemeente, place.code, newest=LOOKED)
    found: dict[str, list[Voice]] = {}
    for theme, voice in chain(
        ((one.theme, Voice(masked_text(one.text), True, one.example)) for one in told),
        ((theme, Voice(masked_text(words), False, False)) for theme, words in typed),
    ):
        lines = found.setdefault(theme, [])
        if len(lines) < MOST:
            lines.append(voice)
    return found
