"""Places of a letter: the wijk of a question, and where an idea is about, to choose from and to confirm."""

from __future__ import annotations

from dataclasses import dataclass

from data import letters
from data.letters import Kind
from geo.areas import Level
from service.analysis import melding_places
from service.analysis.melding_places import Choice
from service.analysis.places import Places
from service.analysis.workbench import Workbench


@dataclass(frozen=True, slots=True)
class Option:
    """A place to choose: `key` names it in the form, `wijk` is where it lies, an idea has a point too."""

    key: str
    label: str
    wijk: str | None
    note: str = ""
    place: letters.Place | None = None


@dataclass(frozen=True, slots=True)
class Offer:
    """What an address can stand for, and the list to fall back on; `sure` says that the first is meant."""

    spots: tuple[Option, ...]
    listed: tuple[Option, ...]
    sure: bool
    outside: bool

    def find(self, key: str) -> Option | None:
        """Return the option with this key."""
        return next((one for one in (*self.spots, *self.listed) if one.key == key), None)


def offer(workbench: Workbench, found: Places, kind: Kind, address: str) -> Offer:
    """Return what a letter can be about in this gemeente: a wijk, or for an idea any place."""
    known = melding_places.choices(workbench, found, address)
    if kind is Kind.QUESTION:
        spots = {choice.buurt.parent: _wijk(found, choice) for choice in known.addresses}
        listed = tuple(
            Option(wijk.code, wijk.naam, wijk.code) for wijk in found.of(Level.WIJK) if not wijk.water
        )
        return Offer(tuple(spots.values()), listed, known.sure, known.outside)
    return Offer(
        tuple(_place(found, choice) for choice in known.addresses),
        tuple(_place(found, choice) for choice in (*known.landmarks, *known.buurten)),
        known.sure,
        known.outside,
    )


def _wijk(found: Places, choice: Choice) -> Option:
    wijk = found.by_code[choice.buurt.parent or choice.buurt.code]
    return Option(wijk.code, wijk.naam, wijk.code, note=choice.label)


def _place(found: Places, choice: Choice) -> Option:
    place = letters.Place(choice.point, choice.label, choice.quality)
    note = "" if choice.quality == melding_places.BUURT else choice.buurt.naam
    return Option(choice.key, choice.label, choice.buurt.parent, note, place)
