"""Publishing: the next batch of the protected table of a gemeente, from what is stored.

A batch holds quarters of one year, and the year itself when they complete it. What came in after its own
quarter was published counts in the first quarter that was not: no number is ever published a second time.
"""

from __future__ import annotations

import secrets
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Final, NamedTuple

import numpy as np
from sqlalchemy.orm import Session

from data import areas, gebieden, observation, publications
from data.publications import Area, Batch, Counted, Key, Waiting
from data.visibility import PUBLIC
from geo.areas import Edition, Level
from geo.disclosure import Cell, Layout, information_lost, quarter_days, quarter_of, quarters_between
from geo.errors import DisclosureError
from geo.gebieden import check_buurten
from geo.protected_table import protect

MARK_BYTES: Final = 16


class NothingToPublish(DisclosureError):
    """There is nothing that could be published."""


class OtherEdition(DisclosureError):
    """A year that was begun with one area division is asked in another."""


class Figures(NamedTuple):
    """What a batch tells, in figures for who makes it: cells, noise drawn anew, and information lost."""

    cells: int
    drawn_anew: int
    information_lost: float
    records: int
    late: int


@dataclass(frozen=True)
class Draft:
    """A batch that nobody sees yet, with what is to be kept beside it."""

    batch: Batch
    records: tuple[Counted, ...]
    turns: dict[str, int]
    figures: Figures


def draft(
    session: Session,
    gemeente: str,
    *,
    key: bytes,
    until: date,
    edition: int | None = None,
) -> Draft | None:
    """Return the next batch of a gemeente, up to the last quarter that ended on or before `until`.

    None when all were published. NothingToPublish when there can be none; OtherEdition when its year was
    begun in another division; `geo.protected_table.NoSafeTable` when no noise makes it safe.
    """
    earlier = publications.batches(session, gemeente=gemeente)
    quarters = _due(session, gemeente, earlier, until)
    if not quarters:
        return None
    year = quarters[0][:4]
    quarters = tuple(one for one in quarters if one.startswith(year))
    of_year = [one for one in earlier if one.year == year]
    division, shown = _division(session, gemeente, of_year, edition, quarter_days(quarters[0])[0])
    first = quarter_days(earlier[0].quarters[0] if earlier else quarters[0])[0]
    last = quarter_days(quarters[-1])[1]
    rows = publications.waiting(session, gemeente, edition=division, since=first, until=last)
    records = [_counted(one, quarters[0]) for one in rows]
    late = sum(quarter_of(one.created_on) < quarters[0] for one in rows)
    blank = Batch(
        number=publications.next_number(session),
        gemeente=gemeente,
        year=year,
        edition=division,
        made_at=datetime.now(UTC),
        example=any(one.example for one in rows),
        areas=shown,
        quarters=quarters,
        years=(),
        main_groups=of_year[0].main_groups if of_year else publications.protected_groups(session, gemeente),
        cells={},
    )
    if not blank.main_groups:
        raise NothingToPublish("geen bron van deze gemeente levert afgeschermde soorten")
    known = publications.counted(session, gemeente, year)
    before = publications.turns(session, gemeente, year)
    return _filled(blank, of_year, known, records, key=key, turns=before, late=late)


def _counted(waiting: Waiting, first: str) -> Counted:
    """Return a record under a mark of its own, in its quarter or in the first that was not published."""
    mark = secrets.token_urlsafe(MARK_BYTES)
    quarter = max(quarter_of(waiting.created_on), first)
    return Counted(waiting.melding_id, mark, waiting.buurt, waiting.main_group, quarter)


def _due(session: Session, gemeente: str, earlier: Sequence[Batch], until: date) -> tuple[str, ...]:
    """Return the quarters that were watched to their end and not published, from the first watched day."""
    seen = observation.watches(session, PUBLIC, gemeente, today=until)
    if not seen:
        raise NothingToPublish("deze gemeente heeft geen bron van meldingen")
    watched = min(until, max(one.last for one in seen))
    last = quarter_of(quarter_days(quarter_of(watched + timedelta(days=1)))[0] - timedelta(days=1))
    first = quarter_of(min(one.first for one in seen))
    if earlier:
        first = quarter_of(quarter_days(earlier[-1].quarters[-1])[1] + timedelta(days=1))
    return quarters_between(first, last)


def _division(
    session: Session, gemeente: str, of_year: Sequence[Batch], edition: int | None, day: date
) -> tuple[int, tuple[Area, ...]]:
    """Return the division of a year: as it was first published, or that of now for a new year."""
    if of_year:
        begun = of_year[0]
        if edition not in {None, begun.edition}:
            raise OtherEdition(
                f"{begun.year} is begonnen met de indeling {begun.edition}; een tweede indeling zou"
                " verklappen wat er tussen de grenzen ligt. Een nieuw jaar kan wel een andere indeling hebben"
            )
        return begun.edition, begun.areas
    year = edition or areas.newest_edition(session, gemeente=gemeente)
    loaded = areas.load_edition(session, year, gemeente=gemeente)
    return year, tuple(_areas(session, gemeente, loaded, day))


def _areas(session: Session, gemeente: str, edition: Edition, day: date) -> Iterable[Area]:
    buurten = edition.buurten[["code", "naam", "parent"]].to_dict("records")
    for row in buurten:
        yield Area(row["code"], row["naam"], Level.BUURT, (row["code"],))
    for row in edition.wijken[["code", "naam"]].to_dict("records"):
        inside = tuple(one["code"] for one in buurten if one["parent"] == row["code"])
        if inside:
            yield Area(row["code"], row["naam"], Level.WIJK, inside)
    indeling = gebieden.load_gebieden(session, gemeente)
    if indeling is not None:
        now = indeling.on(max(day, min((one.valid_from for one in indeling.gebieden), default=day)))
        check_buurten(now, edition)
        for one in now.gebieden:
            yield Area(one.code, one.naam, Level.GEBIED, one.buurten)
    for row in edition.gemeenten[["code", "naam"]].to_dict("records"):
        yield Area(row["code"], row["naam"], Level.GEMEENTE, tuple(one["code"] for one in buurten))


def layout_of(shown: Iterable[Area], quarters: Iterable[str]) -> Layout:
    """Return the cells of a year: the areas of its batches, and all quarters published so far."""
    return Layout(
        {one.code: (one.level, frozenset(one.buurten)) for one in shown}, tuple(sorted(set(quarters)))
    )


def _filled(
    blank: Batch,
    of_year: Sequence[Batch],
    known: Sequence[Counted],
    records: Sequence[Counted],
    *,
    key: bytes,
    turns: dict[str, int],
    late: int,
) -> Draft:
    """Fill a batch: each main group has a table of its own, in which earlier numbers stay."""
    published = [quarter for one in of_year for quarter in one.quarters]
    layout = layout_of(blank.areas, [*published, *blank.quarters])
    years = tuple(one for one in layout.years if not any(one in batch.years for batch in of_year))
    fresh = {*blank.quarters, *years}
    cells: dict[Key, int] = {}
    counts, values, drawn = [], [], dict(turns)
    for group in blank.main_groups:
        before = {
            layout.index[Cell(cell.area, cell.period)]: value
            for batch in of_year
            for cell, value in batch.cells.items()
            if cell.main_group == group
        }
        marks = _marks(one for one in (*known, *records) if one.main_group == group)
        table = protect(key, layout, marks, turns=turns, fixed=before)
        drawn |= table.turns
        for place, cell in enumerate(layout.cells):
            if cell.period in fresh:
                cells[Key(cell.area, group, cell.period)] = int(table.values[place])
                counts.append(int(table.counts[place]))
                values.append(int(table.values[place]))
    new = {digest: turn for digest, turn in drawn.items() if turns.get(digest) != turn}
    lost = information_lost(np.array(counts), np.array(values))
    counted = [one for one in records if one.main_group in blank.main_groups]
    batch = replace(blank, years=years, cells=cells)
    return Draft(batch, tuple(counted), new, Figures(len(cells), len(new), lost, len(counted), late))


def _marks(records: Iterable[Counted]) -> dict[tuple[str, str], list[str]]:
    marks: dict[tuple[str, str], list[str]] = defaultdict(list)
    for one in records:
        marks[one.buurt, one.quarter].append(one.mark)
    return marks
