"""The page of an area: its figures beside the gemeente's, its buurten, meldingen and initiatieven."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

import pandas as pd
from sqlalchemy.orm import Session

from data import initiatieven, meldingen
from data.choices import PrivacyClass
from data.meldingen import Filters
from data.visibility import Viewer
from geo.areas import Level
from geo.indicators import Indicator, Part
from service.analysis import figures
from service.analysis.comparison_words import ComparisonWords, comparison_words
from service.analysis.dimensions import by_dimension
from service.analysis.places import Place, Places
from service.analysis.value_words import ValueWords, shared_decimals, value_words
from service.analysis.words import local_day
from service.analysis.workbench import Workbench

PAGE_SIZE = 10
MOST_INITIATIEVEN = 10
Rows = dict[str, dict[Any, Any]]


class Strip(NamedTuple):
    """Places on a line of 0 to 100; None where there is no margin."""

    here: float | None
    lower: float | None
    upper: float | None
    gemeente: float | None


@dataclass(frozen=True, slots=True)
class FigureRow:
    """One part of a cijfer here and in the whole gemeente."""

    indicator: Indicator
    part: Part
    here: ValueWords
    gemeente: ValueWords
    beside: ComparisonWords
    example: bool

    @property
    def strip(self) -> Strip | None:
        """Where the values and the margin lie beside each other; None when one is not known."""
        values = (self.here.value, self.here.lower, self.here.upper, self.gemeente.value)
        if not (self.here.known and self.gemeente.known):
            return None
        widest = max(value for value in values if not math.isnan(value))
        return Strip(*(_share(value, widest) for value in values)) if widest > 0 else None


@dataclass(frozen=True, slots=True)
class MeldingRow:
    """A melding as a line of the list; `shielded` when only staff see it."""

    public_id: str
    kind: str
    reported_on: date
    status: str
    closed_on: date | None
    shielded: bool
    example: bool


@dataclass(frozen=True, slots=True)
class MeldingList:
    """One page of the meldingen of an area, newest day first."""

    rows: list[MeldingRow]
    total: int
    page: int
    pages: int


@dataclass(frozen=True, slots=True)
class InitiatiefRow:
    """An initiatief as a line of the list."""

    title: str
    status: str
    started_on: date | None
    example: bool


@dataclass(frozen=True, slots=True)
class AreaPage:
    """Everything on the page of one place; `groups` pairs a dimension with its figures."""

    place: Place
    parent: Place | None
    groups: list[tuple[str, list[FigureRow]]]
    buurten: list[Place]
    meldingen: MeldingList
    initiatieven: list[InitiatiefRow]
    initiatieven_total: int

    @property
    def example(self) -> bool:
        """Whether anything on the page is made up."""
        return (
            any(row.example for _, rows in self.groups for row in rows)
            or any(row.example for row in self.meldingen.rows)
            or any(row.example for row in self.initiatieven)
        )


def area_page(workbench: Workbench, viewer: Viewer, found: Places, place: Place, *, page: int) -> AreaPage:
    """Return the page of a place as this viewer may see it, with this page of its meldingen."""
    plans = _initiatieven(workbench, viewer, found, place)
    others = [found.by_code[code] for code in place.buurten if code in found.by_code and code != place.code]
    return AreaPage(
        place,
        found.by_code.get(place.parent or ""),
        _groups(workbench, viewer, found, place),
        sorted(others, key=lambda one: one.naam),
        _meldingen(workbench, viewer, found, place, page),
        plans[:MOST_INITIATIEVEN],
        len(plans),
    )


def _groups(
    workbench: Workbench, viewer: Viewer, found: Places, place: Place
) -> list[tuple[str, list[FigureRow]]]:
    here = _values(workbench, viewer, found, place.level)
    whole = _values(workbench, viewer, found, Level.GEMEENTE)
    rows = [
        figure_row(one, part, here[key][place.code], whole[key][found.gemeente.code])
        for one in figures.definitions(viewer)
        for part in one.parts
        if place.level in one.levels and (key := f"{one.id}.{part.key}") in here
    ]
    return by_dimension(rows, lambda row: row.indicator)


def figure_row(one: Indicator, part: Part, here: dict[Any, Any], whole: dict[Any, Any]) -> FigureRow:
    """Return one part of a cijfer beside that of the gemeente, from a row of values of each."""
    decimals = shared_decimals((float(here["value"]), float(whole["value"])))
    return FigureRow(
        one,
        part,
        value_words(here, unit=part.unit, decimals=decimals),
        value_words(whole, unit=part.unit, decimals=decimals),
        comparison_words(here, decimals=decimals),
        bool(here["example"] or whole["example"]),
    )


def _values(workbench: Workbench, viewer: Viewer, found: Places, level: Level) -> dict[str, Rows]:
    """Return the rows of every part of every cijfer at a level, by part and by code of the area."""
    with workbench.session() as session:
        key = ("all values", viewer.sees, found.gemeente.code, level)
        return workbench.remember(session, key, lambda: _all_values(workbench, viewer, found, level))


def _all_values(workbench: Workbench, viewer: Viewer, found: Places, level: Level) -> dict[str, Rows]:
    filters = Filters(found.gemeente.code)
    return {
        f"{one.id}.{part.key}": {
            row["code"]: row
            for row in figures.level_values(
                workbench, viewer, found, filters, indicator=one.id, level=level, part=part.key
            ).rows.to_dict("records")
        }
        for one in figures.definitions(viewer)
        for part in one.parts
    }


def _meldingen(workbench: Workbench, viewer: Viewer, found: Places, place: Place, page: int) -> MeldingList:
    filters = Filters(found.gemeente.code, buurten=place.buurten)
    with workbench.session() as session:
        key = ("count", viewer.sees, filters)
        total = workbench.remember(
            session, key, lambda: meldingen.count(session, viewer, filters, edition=found.edition)
        )
        pages = max(1, -(-total // PAGE_SIZE))
        page = min(page, pages)
        rows = meldingen.page(
            session,
            viewer,
            filters,
            edition=found.edition,
            limit=PAGE_SIZE,
            offset=(page - 1) * PAGE_SIZE,
        )
    return MeldingList([_melding(row) for row in rows], total, page, pages)


def _melding(row: meldingen.Listed) -> MeldingRow:
    return MeldingRow(
        row.public_id,
        row.category_name,
        row.created_on,
        row.status,
        row.closed_on,
        row.privacy != PrivacyClass.EXACT,
        row.example,
    )


def _initiatieven(workbench: Workbench, viewer: Viewer, found: Places, place: Place) -> list[InitiatiefRow]:
    with workbench.session() as session:
        rows = _of_town(workbench, session, viewer, found)
    inside = rows[rows["buurt"].isin(place.buurten)]
    return [
        InitiatiefRow(row["titel"], row["status"], local_day(row["started_at"]), bool(row["example"]))
        for row in inside.to_dict("records")
    ]


def _of_town(workbench: Workbench, session: Session, viewer: Viewer, found: Places) -> pd.DataFrame:
    key = ("initiatieven", viewer.sees, found.gemeente.code, found.edition)
    return workbench.remember(
        session,
        key,
        lambda: initiatieven.frame(session, viewer, found.gemeente.code, edition=found.edition).sort_values(
            "started_at", ascending=False
        ),
    )


def _share(value: float, widest: float) -> float | None:
    return None if math.isnan(value) else round(94.0 * value / widest, 1)
