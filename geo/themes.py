"""Themes: what a meeting can be about, as data, with the clues that speak for and against each.

A clue is read from a cijfer per area, from the number of residents that named something in the poll, or from
what partners and coordinators heard. Neutral clues say who lives somewhere or how a place is: they may open
a theme and never prove it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Literal

from geo.errors import FigureError
from geo.indicators import Indicator, Part

# The clues that every theme has: how many residents named it, and how often it was heard.
NAMED: Final = "thema"
HEARD: Final = "signaal"


class EvidenceKind(StrEnum):
    """Who says it: two kinds make a theme well founded."""

    FIGURES = "openbare cijfers"
    REPORTS = "meldingen en initiatieven"
    RESIDENTS = "bewoners"
    PARTNERS = "partners en signalen"

    @property
    def is_voice(self) -> bool:
        """Whether people said it themselves, so that no figure can stand in for it."""
        return self in {EvidenceKind.RESIDENTS, EvidenceKind.PARTNERS}


class Label(StrEnum):
    """How well founded a theme is."""

    STERK = "sterk onderbouwd"
    AANWIJZING = "aanwijzing"
    OP_VERZOEK = "alleen op verzoek"


class Side(StrEnum):
    """Which side of the town speaks: more than it, or less."""

    HIGH = "hoog"
    LOW = "laag"

    @property
    def sign(self) -> float:
        """1 when more speaks, -1 when less does."""
        return 1.0 if self is Side.HIGH else -1.0


@dataclass(frozen=True, slots=True)
class Given:
    """What a clue is read from in figures: a part of a cijfer.

    Areas are laid beside the gemeente, or beside the mean of the areas where that of the gemeente says
    nothing (a density with its harbours in it). An `estimate` comes from a model and counts when asked for.
    """

    key: str
    naam: str
    indicator: Indicator
    part: Part
    beside: Literal["gemeente", "gebieden"] = "gemeente"
    evidence: EvidenceKind = EvidenceKind.FIGURES
    estimate: bool = False


@dataclass(frozen=True, slots=True)
class Clue:
    """One thing that speaks for a theme, or against it: its key, on which side, and how much it weighs."""

    key: str
    evidence: EvidenceKind
    side: Side = Side.HIGH
    weight: float = 1.0
    neutral: bool = False


@dataclass(frozen=True, slots=True)
class Form:
    """A form of meeting: when it fits, for how many people (from, to) and what it needs."""

    slug: str
    naam: str
    when: str
    people: tuple[int, int]
    needs: tuple[str, ...]
    public: bool = True


@dataclass(frozen=True, slots=True)
class Theme:
    """What a meeting can be about.

    `forms` are slugs, the best first; `invitees` are kinds of people. With `sensitive` people stand in the
    register as a function; `private` answers are counted per gemeente alone. `on_request` rises only from
    what people say. One of `rests_on` has to speak, where there are any; else any clue does.
    """

    slug: str
    naam: str
    invitation: str
    question: str
    forms: tuple[str, ...]
    invitees: tuple[str, ...]
    clues: tuple[Clue, ...]
    against: tuple[Clue, ...] = ()
    cautions: tuple[str, ...] = ()
    rests_on: frozenset[str] = frozenset()
    sensitive: bool = False
    private: bool = False
    on_request: bool = False

    def opens(self, clue: Clue) -> bool:
        """Whether the theme may be advised when this clue speaks."""
        if clue.evidence.is_voice:
            return True
        return not self.on_request and (not self.rests_on or clue.key in self.rests_on)


class UnknownTheme(FigureError):
    """No theme, or no form of meeting, has this name."""


@dataclass(frozen=True, slots=True)
class Registry:
    """The themes and forms of a gemeente at a moment, and what their clues are read from."""

    version: str
    themes: tuple[Theme, ...]
    forms: tuple[Form, ...]
    givens: Mapping[str, Given]

    def theme(self, slug: str) -> Theme:
        """The theme of this name; UnknownTheme when there is none."""
        found = next((one for one in self.themes if one.slug == slug), None)
        if found is None:
            raise UnknownTheme(
                f"Er is geen thema {slug!r}; wel: {', '.join(one.slug for one in self.themes)}."
            )
        return found

    def form(self, slug: str) -> Form:
        """The form of this name; UnknownTheme when there is none."""
        found = next((one for one in self.forms if one.slug == slug), None)
        if found is None:
            raise UnknownTheme(f"Er is geen vorm {slug!r}; wel: {', '.join(one.slug for one in self.forms)}.")
        return found
