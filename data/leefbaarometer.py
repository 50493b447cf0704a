"""The Leefbaarometer: taking in a file of it, and what is stored of an area, beside our own figures."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from typing import Final

import pandas as pd
from sqlalchemy.orm import Session

from data.areas import load_edition, newest_edition
from data.database import Database
from data.figures import load_figures, store_figures
from data.readers.leefbaarometer import CLASS, SCORES, LeefbaarometerFile, read_leefbaarometer
from data.reference_imports import LoadReport, record_report
from data.sources import SourceCard, SourceKind, register_source
from geo.areas import Edition, gemeente_code, level_of

# Open data with a licence that nobody confirmed to us: the page says so wherever it is shown.
LICENCE: Final = "nog te bevestigen"
NAMES: Final = (CLASS, *SCORES.values())
_TOTAL, _PARTS = "lbm", tuple(column for column in SCORES if column != "lbm")
# Dimensions are told to six decimals; their sum may differ from the total by no more than that comes to.
_ROUNDING: Final = 0.001


def import_leefbaarometer(
    database: Database, path: Path, *, edition: int | None = None, actor: str = "opdrachtregel"
) -> LoadReport:
    """Take in a file of the Leefbaarometer beside an edition (the newest); nothing when it is refused.

    An area without a score is stored as not known: where few people live there is none.
    """
    read = read_leefbaarometer(path)
    card = SourceCard(
        slug=f"leefbaarometer-{read.version}",
        kind=SourceKind.FIGURES,
        naam=f"Leefbaarometer {read.version}",
        licence=LICENCE,
        attribution="Ministerie van BZK, Leefbaarometer",
        url="https://www.leefbaarometer.nl/",
        reference=f"metingen {read.years[0]}-{read.years[-1]}",
        every_days=731,
    )
    with database.write() as session:
        wanted = edition if edition is not None else newest_edition(session)
        figures, without = _with_unknown(read.figures, load_edition(session, wanted))
        source_id = register_source(session, card)
        done = store_figures(session, figures, edition=wanted, source_id=source_id)
        report = LoadReport(
            kind="leefbaarometer",
            file=path.name,
            new=done.new,
            changed=done.changed,
            same=done.same,
            sentences=[
                f"Leefbaarometer {read.version}, metingen {', '.join(map(str, read.years))}",
                f"indeling {wanted}; gebieden zonder score: {without}",
                f"niet opgenomen, geen grenzen geladen: {len(done.match.elsewhere)} codes",
                *_sums(read),
                f"licentie: {LICENCE}",
            ],
            detail={"edition": wanted, "version": read.version, "years": read.years},
        )
        record_report(session, card, path, report, actor=actor)
    return report


def scores(session: Session, edition: int, codes: Collection[str]) -> pd.DataFrame:
    """The stored scores of these areas: code, name, year, value; only those that are known."""
    found = load_figures(session, edition, codes=codes, names=NAMES)
    known = found[found["status"] == "bekend"]
    return known[["code", "name", "year", "value"]].reset_index(drop=True)


def _with_unknown(figures: pd.DataFrame, edition: Edition) -> tuple[pd.DataFrame, int]:
    """The figures with a row for each area of the same gemeenten that the file leaves out, and how many."""
    levels = {level_of(code) for code in figures["code"].unique()}
    towns = {gemeente_code(code) for code in figures["code"].unique()}
    there = set(figures["code"])
    absent = sorted(
        code
        for level in levels
        for code in edition.codes(level)
        if code not in there and gemeente_code(code) in towns
    )
    last = figures["year"].max()
    names = figures["name"].unique()
    added = pd.DataFrame(
        [(code, name, last, float("nan"), "onbekend") for code in absent for name in names],
        columns=list(figures.columns),
    ).astype(figures.dtypes.to_dict())
    return (pd.concat([figures, added], ignore_index=True) if absent else figures), len(absent)


def _sums(read: LeefbaarometerFile) -> list[str]:
    """Whether the dimensions add up to the total, as they do in what the ministry shows."""
    if read.version == "2.0":
        return []
    wide = read.figures.pivot(index=["code", "year"], columns="name", values="value").dropna()
    off = (wide[[SCORES[part] for part in _PARTS]].sum(axis=1) - wide[SCORES[_TOTAL]]).abs() > _ROUNDING
    if not off.any():
        return ["de onderdelen zijn overal samen de totaalscore"]
    return [f"bij {int(off.sum())} van de {len(wide)} scores zijn de onderdelen samen niet de totaalscore"]
