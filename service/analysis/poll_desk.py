"""The poll for staff: every area with its counts, what waits, and what was typed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from sqlalchemy.orm import Session

from data import poll_rounds, polls, themes
from data.acting import acts_in
from data.poll_rounds import Round
from data.polls import PollTally
from data.rights import Right
from data.text_masking import masked_text
from data.visibility import Viewer
from geo.areas import Level
from geo.themes import Theme
from service.analysis.places import Place, Places

MOST_WORDS: Final = 200


@dataclass(frozen=True, slots=True)
class AreaLine:
    """A gebied or wijk in the list: how many people answered, in this round too, and how many wait."""

    place: Place
    people: int
    now: int
    waiting: int
    example: bool
    acts: bool


@dataclass(frozen=True, slots=True)
class AreaCounts:
    """One area: its counts in the round of now and in all, by theme, and the words for who may read them.

    `words` are triples of the name of a theme, its question and the words, without what our rules take for
    somebody's data; None for who does not read free text.
    """

    now: PollTally
    whole: PollTally
    since: date | None
    themes: tuple[Theme, ...]
    waiting: int
    acts: bool
    words: tuple[tuple[str, str], ...] | None


def lines(session: Session, viewer: Viewer, found: Places, *, today: date) -> list[AreaLine]:
    """Return the gebieden and wijken of a gemeente, gebieden first, for the list of staff."""
    gemeente = found.gemeente.code
    whole = polls.tally(session, gemeente)
    waits = polls.waiting(session, gemeente)
    closed = poll_rounds.rounds(session, gemeente, today=today)
    shown = [*found.of(Level.GEBIED), *(one for one in found.of(Level.WIJK) if not one.water)]
    return [
        AreaLine(
            place,
            (counted := whole.get(place.code, PollTally())).people,
            counted.people - sum(one.tally.people for one in closed.get(place.code, ())),
            waits[place.code],
            counted.example,
            acts(session, viewer, place),
        )
        for place in shown
    ]


def counts(session: Session, viewer: Viewer, place: Place, *, today: date) -> AreaCounts:
    """Return what staff see of the poll about one area."""
    gemeente = place.gemeente
    since = _begun(poll_rounds.rounds(session, gemeente, today=today).get(place.code, []))
    acting = acts(session, viewer, place)
    registry = themes.registry(session, gemeente)
    return AreaCounts(
        now=polls.tally(session, gemeente, since=since).get(place.code, PollTally()),
        whole=polls.tally(session, gemeente).get(place.code, PollTally()),
        since=since,
        themes=tuple(one for one in registry.themes if not one.private),
        waiting=polls.waiting(session, gemeente)[place.code],
        acts=acting,
        words=_words(session, place, {one.slug: one.naam for one in registry.themes}) if acting else None,
    )


def acts(session: Session, viewer: Viewer, place: Place) -> bool:
    """Return whether somebody enters answers about this area and reads what was typed."""
    return acts_in(session, viewer, Right.THEMES_CHOOSE, place.gemeente, place.code)


def _begun(closed: list[Round]) -> date | None:
    return closed[-1].last + timedelta(days=1) if closed else None


def _words(session: Session, place: Place, names: dict[str, str]) -> tuple[tuple[str, str], ...]:
    said = polls.words(session, place.gemeente, place.code, newest=MOST_WORDS)
    return tuple((names.get(theme, theme), masked_text(words)) for theme, words in said)
