"""Change view: what is shown of a cijfer over time, of the chosen areas and of all others of a level."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from data.meldingen import Filters
from geo.areas import Level
from geo.trends import Change, Method
from service.analysis.change_choices import Followed
from service.analysis.places import Place
from service.analysis.value_words import ValueWords


@dataclass(frozen=True, slots=True)
class Point:
    """One month or year of a line; a `part` was watched on some of its days. None where there is none."""

    day: date
    value: float | None
    part: bool = False
    level: float | None = None
    line: float | None = None
    lower: float | None = None
    upper: float | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """A cijfer of one area over time, how it changed, and that in words."""

    place: Place
    points: tuple[Point, ...]
    change: Change
    method: Method | None
    words: str


@dataclass(frozen=True, slots=True)
class Mark:
    """What changed on a day, to draw beside a line; `own` was marked by staff."""

    day: date
    naam: str
    kind: str
    own: bool = False
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeView:
    """What the page shows: the chosen lines, all areas of the level, what changed when, and what to know.

    `rates` are the values of the cijfer itself, by code of those areas; too small stays too small here.
    `sources` and `figure_years` are of what the lines and these values come from.
    """

    followed: Followed
    level: Level
    lines: tuple[Line, ...]
    apart: Change | None
    rows: tuple[Line, ...]
    marks: tuple[Mark, ...]
    notes: tuple[str, ...]
    example: bool
    years: tuple[int, ...] = ()
    chosen_years: tuple[int, int] | None = None
    unit: str = ""
    rates: Mapping[str, ValueWords] = field(default_factory=dict)
    sources: tuple[str, ...] = ()
    figure_years: tuple[int, ...] = ()
    days: int = 0


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What a reader chose; no codes is the gemeente, no years are those of the cijfer itself."""

    filters: Filters
    key: str
    codes: tuple[str, ...] = ()
    level: Level | None = None
    years: tuple[int | None, int | None] = (None, None)
