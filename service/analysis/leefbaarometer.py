"""The Leefbaarometer beside the index: what the ministry says of each area, dated and never mixed in."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import pandas as pd

from data import leefbaarometer as stored
from data.readers.leefbaarometer import CLASS, SCORES
from geo.areas import Level
from maps.choropleth import Choropleth
from maps.facts import Facts
from maps.numbers import dutch
from service.analysis.area_map import AreaMap, area_choropleth, area_map
from service.analysis.places import Place, Places
from service.analysis.workbench import About, Workbench
from service.texts import catalogue

# The words of the ministry, of class 1 to 9.
CLASSES: Final = (
    "zeer onvoldoende",
    "ruim onvoldoende",
    "onvoldoende",
    "zwak",
    "voldoende",
    "ruim voldoende",
    "goed",
    "zeer goed",
    "uitstekend",
)
TOTAL: Final = "lbm"
DIMENSIONS: Final[Mapping[str, str]] = {
    "fys": "Fysieke omgeving",
    "onv": "Overlast en onveiligheid",
    "soc": "Sociale samenhang",
    "vrz": "Voorzieningen",
    "won": "Woningvoorraad",
}
CLASS_EDGES: Final = (3.0, 4.0, 6.0, 8.0)
SCORE_EDGES: Final = (-0.15, -0.05, 0.05, 0.15)


@dataclass(frozen=True, slots=True)
class Quoted:
    """What is said of one area: a class, or a total with its dimensions as deviations from the country."""

    place: Place
    total: float
    dimensions: Mapping[str, float]

    @property
    def words(self) -> str:
        """The class in words."""
        return CLASSES[int(self.total) - 1]


@dataclass(frozen=True, eq=False)
class Measured:
    """One measurement of one version: `rows` by name of the area, those without a score left out."""

    version: str
    year: int
    level: Level
    rows: tuple[Quoted, ...]

    @property
    def has_classes(self) -> bool:
        """Whether it tells a class, without dimensions."""
        return self.version == "2.0"


def measured(workbench: Workbench, found: Places, level: Level) -> list[Measured]:
    """Return the newest measurement of each version that is loaded for areas of this level, newest first.

    A gebied has none: scores are of the ministry's own areas and cannot be added up.
    """
    with workbench.session() as session:
        return workbench.remember(
            session,
            ("leefbaarometer", found.gemeente.code, found.edition, level),
            lambda: _measured(
                stored.scores(session, found.edition, [place.code for place in found.of(level)]), found, level
            ),
            about=About.REFERENCE,
        )


def source_words(measurement: Measured) -> str:
    """Return whose measurement it is."""
    return catalogue().text("leefbaarometer.bron", versie=measurement.version, licentie=stored.LICENCE)


def quoted_choropleth(found: Places, measurement: Measured) -> Choropleth:
    """Return the measurement as a drawing of its own."""
    t = catalogue().text
    by_class = measurement.has_classes
    facts = Facts(
        title=t("leefbaarometer.kaarttitel", gemeente=found.gemeente.naam, niveau=measurement.level.value),
        unit=t("leefbaarometer.eenheid_klasse") if by_class else t("leefbaarometer.eenheid_score"),
        source=source_words(measurement),
        period=t("leefbaarometer.meting", jaar=measurement.year),
        division=f"indeling {found.edition}",
    )
    return area_choropleth(
        found,
        measurement.level,
        {row.place.code: row.total for row in measurement.rows},
        edges=CLASS_EDGES if by_class else SCORE_EDGES,
        facts=facts,
        decimals=0 if by_class else 2,
    )


def quoted_map(
    workbench: Workbench, found: Places, measurement: Measured, addresses: Mapping[str, str]
) -> AreaMap:
    """Return the measurement as a map of its own."""
    return area_map(
        workbench,
        found,
        measurement.level,
        quoted_choropleth(found, measurement),
        lines={row.place.code: _lines(row, by_class=measurement.has_classes) for row in measurement.rows},
        addresses=addresses,
    )


def _lines(row: Quoted, *, by_class: bool) -> list[str]:
    """Return the total with its dimensions: a good total can hide a bad part."""
    t = catalogue().text
    if by_class:
        return [t("leefbaarometer.klasse", n=int(row.total), woorden=row.words)]
    known = {name: value for name, value in row.dimensions.items() if not math.isnan(value)}
    parts = [f"{DIMENSIONS[name]}: {dutch(value, 2)}" for name, value in known.items()]
    return [t("leefbaarometer.totaal", score=dutch(row.total, 2)), *parts]


def _measured(scores: pd.DataFrame, found: Places, level: Level) -> list[Measured]:
    answers = []
    for version, total in (("3.0", SCORES[TOTAL]), ("2.0", CLASS)):
        own = scores[scores["name"] == total]
        if own.empty:
            continue
        year = int(own["year"].max())
        of_year = scores[scores["year"] == year].set_index(["code", "name"])["value"].to_dict()
        rows = [
            Quoted(
                place,
                of_year[place.code, total],
                {
                    name: of_year.get((place.code, SCORES[name]), math.nan)
                    for name in DIMENSIONS
                    if version == "3.0"
                },
            )
            for place in found.of(level)
            if (place.code, total) in of_year
        ]
        answers.append(Measured(version, year, level, tuple(rows)))
    return answers
