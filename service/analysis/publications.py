"""Published statistics as readers get them: as a document, as CSV, and as the rows of a page."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping
from typing import Any, Final, NamedTuple

from data import publications
from data.publications import Area, Batch, Key
from data.readers.tables import guard_formula
from geo.areas import Level
from geo.disclosure import RULE
from geo.exposure import AMSTERDAM
from geo.main_groups import MainGroup
from service.analysis.workbench import Workbench

FEW: Final = f"minder dan {RULE.base}"
NONE: Final = "–"
# As many quarters as a page of an area shows.
NEWEST: Final = 4
COLUMNS: Final = (
    "publicatie",
    "gemeente",
    "indeling",
    "niveau",
    "code",
    "naam",
    "hoofdgroep",
    "periode",
    "aantal",
    "voorbeeldgegevens",
)


class Chosen(NamedTuple):
    """Which cells are asked for; None for all."""

    level: Level | None = None
    main_group: str | None = None
    period: str | None = None
    area: str | None = None


ALL: Final = Chosen()


class Here(NamedTuple):
    """The newest numbers of one area: a row for each main group, a column for each period."""

    periods: tuple[str, ...]
    rows: tuple[tuple[str, tuple[str, ...]], ...]


class Line(NamedTuple):
    """One published number with the names of what it is about."""

    area: Area
    main_group: str
    period: str
    value: int

    @property
    def text(self) -> str:
        """The number as it is read everywhere."""
        return amount(self.value)


def amount(value: int) -> str:
    """Return a published number in words: 0 reads `minder dan 5`."""
    return str(value) if value else FEW


def period_name(period: str) -> str:
    """Return `2026-K2` as `2e kwartaal 2026`, and a year as itself."""
    return f"{period[6:]}e kwartaal {period[:4]}" if "K" in period else period


def lines(batch: Batch, chosen: Chosen = ALL) -> list[Line]:
    """Return the cells of a batch that are asked for, widest area first, then by name."""
    order = (Level.GEMEENTE, Level.GEBIED, Level.WIJK, Level.BUURT)
    shown = sorted(
        (one for one in batch.areas if _is_asked(one, chosen)),
        key=lambda one: (order.index(one.level), one.naam, one.code),
    )
    return [
        Line(area, group, period, batch.cells[Key(area.code, group, period)])
        for area in shown
        for group in batch.main_groups
        for period in batch.periods
        if chosen.main_group in {None, group} and chosen.period in {None, period}
    ]


def headline(batch: Batch) -> dict[str, Any]:
    """Return what a batch is, without its cells."""
    return {
        "nummer": batch.number,
        "gemeente": batch.gemeente,
        "jaar": batch.year,
        "indeling": batch.edition,
        "gemaaktOp": batch.made_at.astimezone(AMSTERDAM).date().isoformat(),
        "voorbeeldgegevens": batch.example,
        "regel": {"ruis": RULE.noise, "veelvoud": RULE.base},
        "kwartalen": list(batch.quarters),
        "jaren": list(batch.years),
        "hoofdgroepen": list(batch.main_groups),
    }


def document(batch: Batch, chosen: Chosen = ALL) -> dict[str, Any]:
    """Return a batch as the API gives it; `aantal` is null where it reads `minder dan 5`."""
    return {
        **headline(batch),
        "gebieden": [
            {
                "code": one.code,
                "naam": one.naam,
                "niveau": one.level.value,
                "buurten": list(one.buurten),
            }
            for one in batch.areas
        ],
        "cellen": [
            {
                "gebied": one.area.code,
                "hoofdgroep": one.main_group,
                "periode": one.period,
                "aantal": one.value or None,
                "tekst": one.text,
            }
            for one in lines(batch, chosen)
        ],
    }


def csv_text(batch: Batch, chosen: Chosen = ALL) -> str:
    """Return a batch as CSV; no cell is one that a spreadsheet would run."""
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    writer.writerows(_rows(batch, lines(batch, chosen)))
    return file.getvalue()


def here(workbench: Workbench, area: str, gemeente: str) -> Here | None:
    """Return the newest published numbers of an area; None when nothing was published of it."""
    with workbench.session() as session:
        key = ("published", area)
        cells = workbench.remember(session, key, lambda: publications.of_area(session, area, gemeente))
    if not cells:
        return None
    quarters = sorted({one.period for one in cells if "K" in one.period})[-NEWEST:]
    years = sorted({one.period for one in cells if "K" not in one.period})[-1:]
    periods = (*quarters, *years)
    groups = sorted({one.main_group for one in cells})
    rows = tuple(
        (MainGroup(group).naam, tuple(_told(cells, Key(area, group, period)) for period in periods))
        for group in groups
    )
    return Here(tuple(map(period_name, periods)), rows)


def _told(cells: Mapping[Key, int], key: Key) -> str:
    return amount(cells[key]) if key in cells else NONE


def _rows(batch: Batch, shown: Iterable[Line]) -> Iterable[tuple[str, ...]]:
    for one in shown:
        yield (
            str(batch.number),
            batch.gemeente,
            str(batch.edition),
            one.area.level.value,
            guard_formula(one.area.code),
            guard_formula(one.area.naam),
            one.main_group,
            one.period,
            one.text,
            "ja" if batch.example else "nee",
        )


def _is_asked(area: Area, chosen: Chosen) -> bool:
    return chosen.level in {None, area.level} and chosen.area in {None, area.code}
