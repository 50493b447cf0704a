"""Outcomes of the poll as everybody reads them: numbers of people per closed round, from five."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final

from data import poll_rounds, themes
from data.poll_rounds import Round
from geo.themes import Registry
from service.analysis.places import Place, Places
from service.analysis.workbench import Workbench, today

MOST_ROUNDS: Final = 8


@dataclass(frozen=True, slots=True)
class Line:
    """Something that people could say, and how many did; None for fewer than five."""

    naam: str
    people: int | None


@dataclass(frozen=True, slots=True)
class ShownRound:
    """One round: its first and last day, how many people answered, and what they said, most first.

    `wishes` are the three boxes by the key of their text.
    """

    first: date
    last: date
    people: int
    themes: tuple[Line, ...]
    wishes: tuple[Line, ...]
    example: bool = False

    @property
    def known(self) -> tuple[Line, ...]:
        """The themes that five or more people named."""
        return tuple(one for one in self.themes if one.people is not None)


@dataclass(frozen=True, slots=True)
class Outcome:
    """The rounds of an area that are over, the newest first, and when the one of now may be over."""

    rounds: tuple[ShownRound, ...]
    until: date
    example: bool


def outcome(workbench: Workbench, found: Places, place: Place) -> Outcome:
    """Return what everybody may know of the poll about an area."""
    day = today()
    with workbench.session() as session:
        closed = _rounds(workbench, found, day).get(place.code, [])[-MOST_ROUNDS:]
        registry = themes.registry(session, found.gemeente.code)
    shown = tuple(_shown(one, registry) for one in reversed(closed))
    return Outcome(shown, poll_rounds.quarter(day)[1], any(one.tally.example for one in closed))


def newest(workbench: Workbench, found: Places, place: Place) -> ShownRound | None:
    """Return the last round about an area that is over; None without one."""
    closed = _rounds(workbench, found, today()).get(place.code)
    if not closed:
        return None
    with workbench.session() as session:
        return _shown(closed[-1], themes.registry(session, found.gemeente.code))


def _rounds(workbench: Workbench, found: Places, day: date) -> dict[str, list[Round]]:
    gemeente = found.gemeente.code
    with workbench.session() as session:
        return workbench.remember(
            session, ("peilingrondes", gemeente), lambda: poll_rounds.rounds(session, gemeente, today=day)
        )


def _shown(one: Round, registry: Registry) -> ShownRound:
    counted = one.tally
    named = (
        Line(theme.naam, poll_rounds.shown(counted.themes[theme.slug]))
        for theme in registry.themes
        if not theme.private
    )
    wishes = (
        Line("activiteit", poll_rounds.shown(counted.wants_activity)),
        Line("hoe", poll_rounds.shown(counted.knows_not_how)),
        Line("helpen", poll_rounds.shown(counted.wants_to_help)),
    )
    ordered = sorted(named, key=lambda line: -(line.people or 0))
    return ShownRound(one.first, one.last, counted.people, tuple(ordered), wishes, counted.example)
