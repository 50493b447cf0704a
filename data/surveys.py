"""Surveys: answers of samples as their makers published them, stored with their margins."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import pandas as pd
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from data.indicator_models import SurveyFigure
from data.models import Source
from geo.surveys import COLUMNS, SurveyFigures


@dataclass(frozen=True, kw_only=True, slots=True)
class SurveyRow:
    """One answer for one area; None where the table gives nothing."""

    code: str
    question: str
    year: int
    value: float | None
    lower: float | None
    upper: float | None
    respondents: int | None


@dataclass(frozen=True, slots=True)
class SurveyStored:
    """What storing did, in numbers of answers."""

    new: int
    changed: int
    gone: int
    same: int


def figures(session: Session, gemeente: str) -> SurveyFigures | None:
    """Return the answers for the areas of a gemeente; None when no survey was loaded."""
    names = ("code", "question", "year", "value", "lower", "upper", "respondents")
    query = (
        select(*(getattr(SurveyFigure, name) for name in names), Source.naam)
        .join(Source, Source.id == SurveyFigure.source_id)
        .where(SurveyFigure.municipality_code == gemeente)
    )
    rows = pd.DataFrame.from_records(session.execute(query).all(), columns=list(COLUMNS))
    if rows.empty:
        return None
    numbers = dict.fromkeys(("value", "lower", "upper", "respondents"), "float64")
    return SurveyFigures(rows.astype({"year": "int64", **numbers}))


def store(session: Session, gemeente: str, rows: Iterable[SurveyRow], *, source_id: int) -> SurveyStored:
    """Keep the answers of a file, in the place of those of the same questions and years."""
    given = {(row.question, row.code, row.year): row for row in rows}
    asked = {(question, year) for question, _, year in given}
    here = SurveyFigure.municipality_code == gemeente
    stored = session.scalars(select(SurveyFigure).where(here)).all()
    known = {(one.question, one.code, one.year): one for one in stored if (one.question, one.year) in asked}
    same = {key for key in given.keys() & known.keys() if _same(given[key], known[key])}
    for question, year in asked:
        session.execute(
            delete(SurveyFigure).where(here, SurveyFigure.question == question, SurveyFigure.year == year)
        )
    session.add_all(
        SurveyFigure(
            municipality_code=gemeente,
            source_id=source_id,
            **{name: getattr(row, name) for name in SurveyRow.__dataclass_fields__},
        )
        for row in given.values()
    )
    new, gone = given.keys() - known.keys(), known.keys() - given.keys()
    return SurveyStored(len(new), len(given) - len(new) - len(same), len(gone), len(same))


def _same(row: SurveyRow, kept: SurveyFigure) -> bool:
    return all(getattr(row, name) == getattr(kept, name) for name in SurveyRow.__dataclass_fields__)
