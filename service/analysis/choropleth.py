"""Choropleths: level values as a coloured layer with a legend, for the live map, the page and the picture."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
import pandas as pd

from geo.indicator_values import ValueStatus
from geo.indicators import Dimension
from maps.choropleth import value_layer
from maps.classes import Classes, classify
from maps.facts import Facts
from maps.palette import Ramp
from service.analysis import places
from service.analysis.figures import STATUS_TEXTS, LevelValues
from service.analysis.words import moment_words, span_text
from service.analysis.workbench import Workbench

ATTRIBUTION = (
    "Grenzen: CBS Wijk- en Buurtkaart, © CBS en Kadaster, CC BY",
    "Cijfers: CBS Kerncijfers wijken en buurten, CC BY",
)
SMALL = {ValueStatus.TE_KLEIN, ValueStatus.GEHEIM}
COMPOSITION = {Dimension.SAMENSTELLING, Dimension.WONINGVOORRAAD}


@dataclass(frozen=True, eq=False)
class Drawing:
    """A coloured layer: codes, values and classes in one order, the facts and the colours."""

    codes: list[str]
    values: np.ndarray[Any, np.dtype[np.float64]]
    classes: Classes
    facts: Facts
    ramp: Ramp


def drawing(workbench: Workbench, found: LevelValues, *, gemeente: str, known_at: datetime) -> Drawing:
    """Return level values with classes, colours and everything that the legend tells."""
    rows = found.rows
    small = rows["status"].isin([status.value for status in SMALL]).to_numpy()
    values = rows["value"].to_numpy(dtype=np.float64)
    neutral = found.definition.direction == "0" or found.definition.dimensie in COMPOSITION
    return Drawing(
        rows["code"].tolist(),
        values,
        classify(values, small=small),
        _facts(workbench, found, gemeente=gemeente, known_at=known_at),
        Ramp.NEUTRAAL if neutral else Ramp.VEEL,
    )


def layer(workbench: Workbench, found: LevelValues, *, gemeente: str, known_at: datetime) -> dict[str, Any]:
    """Return legend, colours and values by code, with what each value was worked out from."""
    drawn = drawing(workbench, found, gemeente=gemeente, known_at=known_at)
    answer = value_layer(drawn.codes, drawn.values, drawn.classes, facts=drawn.facts, ramp=drawn.ramp)
    names = {place.code: place.naam for place in places.places(workbench, gemeente).of(found.level)}
    values: dict[str, dict[str, Any]] = answer["waarden"]  # type: ignore[assignment]
    for row in found.rows.to_dict("records"):
        values[row["code"]] |= {"naam": names[row["code"]], **_background(row)}
    return {**answer, "voorbeeldgegevens": drawn.facts.example}


def _background(row: dict[Any, Any]) -> dict[str, Any]:
    """Return what a value was worked out from; None where there is nothing."""
    return {
        "n": _number(row["n"]),
        "noemer": _number(row["denominator"]),
        "ondergrens": _number(row["lower"]),
        "bovengrens": _number(row["upper"]),
        "status": row["status"],
        "statusTekst": STATUS_TEXTS[row["status"]],
        "jaar": None if pd.isna(row["year"]) else int(row["year"]),
        "bron": row["source"],
    }


def _number(value: float) -> float | None:
    return None if pd.isna(value) else float(value)


def _facts(workbench: Workbench, found: LevelValues, *, gemeente: str, known_at: datetime) -> Facts:
    place = places.places(workbench, gemeente)
    rows = found.rows
    years = rows["year"].dropna()
    figures_of = f", cijfers {int(years.max())}" if len(years) else ""
    return Facts(
        title=f"{found.part.naam} in {place.gemeente.naam}, per {found.level.value}",
        unit=found.part.unit,
        source="; ".join(sorted({one for one in rows["source"] if one}))
        or ", ".join(found.definition.source),
        period=span_text(found.span) if found.span else (f"cijfers {int(years.max())}" if len(years) else ""),
        as_of=moment_words(known_at),
        division=f"indeling {place.edition}{figures_of}",
        attribution=ATTRIBUTION,
        remarks=found.remarks,
        example=bool(rows["example"].any()),
    )
