"""Choropleths: level values with classes, colours and a legend, for map, page and picture."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from enum import StrEnum
from typing import Any

import numpy as np
import pandas as pd

from geo.areas import Level
from geo.indicator_values import ValueStatus
from geo.indicators import Dimension, Indicator, Part
from geo.measures import FigureRate
from maps.choropleth import Choropleth, value_layer
from maps.facts import Facts
from maps.palette import Ramp
from maps.ratio_classes import ratio_classes
from service.analysis.figures import STATUS_TEXTS, LevelValues
from service.analysis.places import Places
from service.analysis.words import division_text, joined_sources, moment_words, period_text

ATTRIBUTION = (
    "Grenzen: CBS Wijk- en Buurtkaart, © CBS en Kadaster, CC BY",
    "Cijfers: CBS Kerncijfers wijken en buurten, CC BY",
)
SMALL = [ValueStatus.TE_KLEIN.value, ValueStatus.GEHEIM.value]
COMPOSITION = {Dimension.SAMENSTELLING, Dimension.WONINGVOORRAAD}


class Colour(StrEnum):
    """What the colours of areas tell; the value is used in addresses."""

    WAARDE = "waarde"
    BIJGESTELD = "bijgesteld"
    VERHOUDING = "verhouding"


UNCHANGED = "Dit cijfer wordt niet bijgesteld en niet vergeleken. De kleuren zijn die van het cijfer zelf."
UNITS = {Colour.BIJGESTELD: "bijgesteld, {unit}", Colour.VERHOUDING: "vergeleken met de rest van de gemeente"}
COLUMNS = {Colour.WAARDE: "value", Colour.BIJGESTELD: "adjusted", Colour.VERHOUDING: "ratio"}


def colours(*, staff: bool) -> list[Colour]:
    """Return what the colours can tell this reader: what stands out is for staff (privacy.md, section 4)."""
    return [one for one in Colour if staff or one is not Colour.VERHOUDING]


def choropleth(
    found: LevelValues, places: Places, *, known_at: datetime, colour: Colour = Colour.WAARDE
) -> Choropleth:
    """Return level values as a drawing: classes, colours and everything that the legend tells."""
    rows = found.rows.set_index("code")
    facts = _facts(found, places, known_at=known_at)
    small = rows.index[rows["status"].isin(SMALL)]
    if colour is not Colour.WAARDE and rows[COLUMNS[colour]].isna().all():
        colour, facts = Colour.WAARDE, replace(facts, remarks=(UNCHANGED, *facts.remarks))
    areas = places.areas(found.level)
    if colour in UNITS:
        facts = replace(facts, unit=UNITS[colour].format(unit=facts.unit))
    if colour is Colour.VERHOUDING:
        beside = rows.reindex(areas["code"])
        ends = (beside["ratio"], beside["ratio_lower"], beside["ratio_upper"])
        classes = ratio_classes(*ends, small=areas["code"].isin(small))
        return Choropleth(areas, beside["ratio"].to_numpy(), classes, facts, Ramp.VERSCHIL)
    column, ramp = rows[COLUMNS[colour]], _ramp(found.definition)
    return Choropleth.of(areas, column, facts=facts, small=small, ramp=ramp)


def layer(
    found: LevelValues, places: Places, *, known_at: datetime, colour: Colour = Colour.WAARDE
) -> dict[str, Any]:
    """Return legend, colours and values by code, with what each value was worked out from."""
    drawn = choropleth(found, places, known_at=known_at, colour=colour)
    codes = drawn.areas["code"].tolist()
    answer = value_layer(codes, drawn.values, drawn.classes, facts=drawn.facts, ramp=drawn.ramp)
    values: Any = answer["waarden"]
    for row in found.rows.to_dict("records"):
        values[row["code"]] |= {"naam": places.by_code[row["code"]].naam, **_background(row)}
    return {**answer, "voorbeeldgegevens": drawn.facts.example}


def _background(row: dict[Any, Any]) -> dict[str, Any]:
    """Return what a value was worked out from; None where there is nothing."""
    return {
        "n": _number(row["n"]),
        "noemer": _number(row["denominator"]),
        "ondergrens": _number(row["lower"]),
        "bovengrens": _number(row["upper"]),
        "bijgesteld": _number(row["adjusted"]),
        "bijgesteldOndergrens": _number(row["adjusted_lower"]),
        "bijgesteldBovengrens": _number(row["adjusted_upper"]),
        "naastGemeente": _ratio(row, "ratio", row["verdict"]),
        "naastGelijkende": _ratio(row, "similar", row["similar_verdict"]),
        "status": row["status"],
        "statusTekst": STATUS_TEXTS[row["status"]],
        "jaar": None if pd.isna(row["year"]) else int(row["year"]),
        "bron": row["source"],
    }


def _ratio(row: Mapping[Any, Any], which: str, verdict: str) -> dict[str, Any] | None:
    """Return how many times a value is another, and what that comes to; None where nothing is compared."""
    if not verdict:
        return None
    value = row["ratio" if which == "ratio" else "similar_ratio"]
    ends = (row[f"{which}_lower"], row[f"{which}_upper"])
    return {"keer": _number(value), "van": _number(ends[0]), "tot": _number(ends[1]), "oordeel": verdict}


def _number(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None


def _ramp(definition: Indicator) -> Ramp:
    """Return the colours: neutral ones for what does not say how it goes."""
    neutral = definition.direction == "0" or definition.dimensie in COMPOSITION
    return Ramp.NEUTRAAL if neutral else Ramp.VEEL


def _facts(found: LevelValues, places: Places, *, known_at: datetime) -> Facts:
    rows = found.rows
    years = rows["year"].dropna()
    figures = f"cijfers {int(years.max())}" if len(years) else ""
    return Facts(
        title=f"{found.part.naam} in {places.gemeente.naam}, per {found.level.value}",
        unit=found.part.unit,
        source=joined_sources(rows["source"]) or ", ".join(found.definition.source),
        period=period_text(found.watches) or _years_counted(found.part) or figures,
        as_of=moment_words(known_at),
        division=division_text(places.edition, map(int, years)),
        attribution=ATTRIBUTION,
        remarks=(*_proposal(found.level), *found.remarks),
        example=bool(rows["example"].any()),
    )


def _years_counted(part: Part) -> str:
    """Return the years that a figure was counted in, where it names them: not those of what it is per."""
    if not isinstance(part.measure, FigureRate) or not part.measure.counts.years:
        return ""
    years = part.measure.counts.years
    return " t/m ".join(dict.fromkeys((str(min(years)), str(max(years)))))


def _proposal(level: Level) -> tuple[str, ...]:
    return (
        ("De gebieden zijn een voorstel, door de gemeente te bevestigen.",) if level is Level.GEBIED else ()
    )
