"""Stored figures: what CBS and others publish per area, with the year it describes and where it came from."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import pandas as pd
from sqlalchemy import Table as SqlTable
from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session

from data.areas import load_edition
from data.bulk import insert_rows
from data.models import Figure
from data.readers.code_match import CodeMatch, check_codes

COLUMNS = ("code", "name", "year", "value", "status")
KEY = ["code", "name", "year"]


@dataclass(frozen=True, kw_only=True)
class FiguresStored:
    """What storing figures did, in numbers of figures, and how their codes fit the outlines."""

    edition: int
    new: int
    changed: int
    same: int
    match: CodeMatch


def store_figures(session: Session, figures: pd.DataFrame, *, edition: int, source_id: int) -> FiguresStored:
    """Store figures (columns `code, name, year, value, status`) beside the outlines of an edition.

    A second time changes nothing; a figure with another value is replaced. Figures of gemeenten that the
    edition does not have are left out (`match.elsewhere`). EditionMismatch, and nothing stored, when the
    codes do not fit the outlines; NoEdition without outlines.
    """
    match = check_codes(figures, load_edition(session, edition))
    wanted = figures.loc[~figures["code"].isin(match.elsewhere), list(COLUMNS)]
    known = _known(session, edition, wanted["name"].unique())
    both = wanted.merge(known, on=KEY, how="left", suffixes=("", "_known"), indicator=True)
    new = both[both["_merge"] == "left_only"]
    changed = both[(both["_merge"] == "both") & ~_same(both)]
    _insert(session, new, edition, source_id)
    _update(session, changed, edition, source_id)
    return FiguresStored(
        edition=edition,
        new=len(new),
        changed=len(changed),
        same=len(wanted) - len(new) - len(changed),
        match=match,
    )


def load_figures(
    session: Session,
    edition: int,
    *,
    codes: Collection[str] | None = None,
    names: Collection[str] | None = None,
) -> pd.DataFrame:
    """The figures beside an edition: `code, name, year, value, status`, sorted; NaN when not known.

    `codes` and `names` keep only these areas and figures.
    """
    query = select(*(getattr(Figure, column) for column in COLUMNS)).where(Figure.edition == edition)
    if names is not None:
        query = query.where(Figure.name.in_(list(names)))
    frame = _frame(session.execute(query).all())
    kept = frame if codes is None else frame[frame["code"].isin(list(codes))]
    return kept.sort_values(KEY, ignore_index=True)


def _known(session: Session, edition: int, names: Collection[str]) -> pd.DataFrame:
    return load_figures(session, edition, names=names)


def _frame(rows: object) -> pd.DataFrame:
    frame = pd.DataFrame.from_records(rows, columns=list(COLUMNS))  # type: ignore[arg-type]
    return frame.astype({"code": "str", "name": "str", "year": "int64", "value": "float64", "status": "str"})


def _same(both: pd.DataFrame) -> pd.Series:
    equal = (both["value"] == both["value_known"]) | (both["value"].isna() & both["value_known"].isna())
    return equal & (both["status"] == both["status_known"])


def _insert(session: Session, rows: pd.DataFrame, edition: int, source_id: int) -> None:
    columns = (*COLUMNS, "edition", "source_id")
    values = ((*row, edition, source_id) for row in _plain(rows))
    insert_rows(session, Figure, columns, values)


def _update(session: Session, rows: pd.DataFrame, edition: int, source_id: int) -> None:
    if rows.empty:
        return
    table = Figure.__table__
    assert isinstance(table, SqlTable)
    statement = (
        update(table)
        .where(
            table.c.code == bindparam("at_code"),
            table.c.name == bindparam("at_name"),
            table.c.year == bindparam("at_year"),
            table.c.edition == edition,
        )
        .values(value=bindparam("new_value"), status=bindparam("new_status"), source_id=source_id)
    )
    names = ("at_code", "at_name", "at_year", "new_value", "new_status")
    session.execute(statement, [dict(zip(names, row, strict=True)) for row in _plain(rows)])


def _plain(rows: pd.DataFrame) -> list[tuple[object, ...]]:
    """The five columns as Python values, None for a value that is not known."""
    value = rows["value"].astype(object).where(rows["value"].notna(), None)
    plain = [rows[name].astype(object).tolist() for name in KEY]
    return list(zip(*plain, value.tolist(), rows["status"].astype(object).tolist(), strict=True))
