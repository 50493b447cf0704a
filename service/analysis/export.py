"""Exports: what somebody takes along of a view, with everything needed to read it a year later.

A view hands in a table and the words around it; `service.analysis.export_files` writes that in each form.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Any, Final, NamedTuple

import geopandas as gpd
import pandas as pd

from data.meldingen import Filters
from data.rights import Right
from data.visibility import Viewer
from geo.areas import Level
from geo.exposure import local_day
from geo.indicators import Indicator, Part
from geo.main_groups import MainGroup
from maps.facts import EXAMPLE
from service.analysis import figures
from service.analysis.choropleth import ATTRIBUTION, choropleth
from service.analysis.figures import STATUS_TEXTS, LevelValues
from service.analysis.formula_words import formula, minimum_words
from service.analysis.places import Places
from service.analysis.view import HEAT_INDICATORS, Asked
from service.analysis.words import day_text, moment_words
from service.analysis.workbench import Workbench
from service.texts import catalogue


class Form(StrEnum):
    """A kind of file; the value is the ending of its name."""

    CSV = "csv"
    XLSX = "xlsx"
    GEOJSON = "geojson"
    GPKG = "gpkg"
    PARQUET = "parquet"
    PNG = "png"
    SVG = "svg"
    HTML = "html"


SHEETS: Final = (Form.XLSX, Form.CSV)
PICTURES: Final = (Form.PNG, Form.SVG)
WITH_OUTLINES: Final = (Form.GEOJSON, Form.GPKG, Form.PARQUET)
ALL_FORMS: Final = (*SHEETS, *PICTURES, Form.HTML, *WITH_OUTLINES)


class TakeAlong(NamedTuple):
    """What a page offers to take along: the address that its files stand under, its question, the forms."""

    address: str
    query: str
    forms: tuple[Form, ...] = ALL_FORMS


class Column(NamedTuple):
    """A column of a table: its Dutch name and what it holds."""

    naam: str
    uitleg: str


# The columns of values (`geo.indicator_values`) as readers get them.
VALUE_COLUMNS: Final[Mapping[str, Column]] = {
    "code": Column("code", "code van het gebied bij het CBS of de gemeente"),
    "naam": Column("naam", "naam van het gebied"),
    "level": Column("niveau", "buurt, wijk, gebied of gemeente"),
    "indicator": Column("cijfer", "naam van het cijfer in Wijkbeeld; zie de definities"),
    "part": Column("onderdeel", "onderdeel van het cijfer"),
    "value": Column("waarde", "het cijfer; leeg als het niet bekend is of niet gezegd mag worden"),
    "unit": Column("eenheid", "waarin de waarde is uitgedrukt"),
    "n": Column("aantal", "wat er geteld is"),
    "denominator": Column("noemer", "waardoor het aantal is gedeeld"),
    "exposure_years": Column("jaren_waarneming", "hoeveel jaar er is gekeken"),
    "lower": Column("marge_van", "onderkant van de marge van de waarde"),
    "upper": Column("marge_tot", "bovenkant van de marge van de waarde"),
    "adjusted": Column("bijgesteld", "het cijfer, bij weinig meldingen naar het gemiddelde getrokken"),
    "adjusted_lower": Column("bijgesteld_van", "onderkant van de marge van het bijgestelde cijfer"),
    "adjusted_upper": Column("bijgesteld_tot", "bovenkant van de marge van het bijgestelde cijfer"),
    "ratio": Column("verhouding", "hoeveel keer het cijfer van de rest van de gemeente"),
    "ratio_lower": Column("verhouding_van", "onderkant van de marge van de verhouding"),
    "ratio_upper": Column(
        "verhouding_tot", "bovenkant van de marge van de verhouding; leeg als er geen grens is"
    ),
    "verdict": Column("vergelijking", "hoger, lager of geen duidelijk verschil met de rest"),
    "similar_ratio": Column(
        "soortgelijk_verhouding", "hoeveel keer het cijfer van de meest gelijkende gebieden"
    ),
    "similar_lower": Column("soortgelijk_van", "onderkant van de marge van die verhouding"),
    "similar_upper": Column(
        "soortgelijk_tot", "bovenkant van de marge van die verhouding; leeg als er geen grens is"
    ),
    "similar_verdict": Column(
        "soortgelijk_vergelijking", "hoger, lager of geen duidelijk verschil met die gebieden"
    ),
    "source": Column("bron", "waar het cijfer uit komt"),
    "year": Column("jaar", "jaar van de noemer of van het gepubliceerde cijfer"),
    "status": Column("status", "bekend, of waarom er geen waarde staat"),
    "status_text": Column("status_uitleg", "de status in gewone woorden"),
    "note": Column("opmerking", "wat er bij het rekenen opviel"),
    "example": Column("voorbeeldgegevens", "ja: deze waarde komt uit verzonnen gegevens"),
}


@dataclass(frozen=True, slots=True)
class Definition:
    """How a cijfer of the table is worked out, in words."""

    id: str
    naam: str
    eenheid: str
    formule: str
    vanaf: str
    versie: int
    bron: str
    let_op: str

    @classmethod
    def of(cls, one: Indicator, part: Part) -> Definition:
        """Return the definition of a part of a cijfer."""
        return cls(
            one.id,
            part.naam,
            part.unit,
            formula(part),
            " ".join(minimum_words(one)),
            one.version,
            ", ".join(one.source),
            " ".join(one.caveats),
        )

    def as_dict(self) -> dict[str, Any]:
        """Return the definition with the names that files give its parts."""
        return {
            "cijfer": self.id,
            "naam": self.naam,
            "eenheid": self.eenheid,
            "formule": self.formule,
            "getoondVanaf": self.vanaf,
            "versie": self.versie,
            "bron": self.bron,
            "letOp": self.let_op,
        }


@dataclass(frozen=True, kw_only=True, eq=False)
class Export:
    """A table to take along: columns with Dutch names, text, numbers or booleans, a row per thing.

    `outlines` has a geometry for each row of the table, in EPSG:28992; None for a table without a map.
    `columns` explains the columns of the table; `made_by` is the account of who took it along, None for the
    public. `name` is the beginning of the name of the file.
    """

    name: str
    title: str
    table: pd.DataFrame
    columns: tuple[Column, ...]
    filters: tuple[tuple[str, str], ...]
    definitions: tuple[Definition, ...]
    sources: tuple[str, ...]
    period: str
    as_of: str
    division: str
    made_at: datetime
    address: str
    made_by: str | None = None
    remarks: tuple[str, ...] = ()
    attribution: tuple[str, ...] = ATTRIBUTION
    outlines: gpd.GeoSeries | None = field(default=None, repr=False)
    example: bool = False

    @property
    def mark(self) -> str:
        """Who took this along, for the watermark of what only staff see; empty for the public."""
        if self.made_by is None:
            return ""
        return catalogue().text("meenemen.merk", wie=self.made_by, wanneer=moment_words(self.made_at))

    def facts(self) -> list[tuple[str, str]]:
        """Return what the table is about as (name, text), in the order to show it; definitions apart."""
        texts = catalogue()
        named = [
            (texts.text("meenemen.titel_van"), self.title),
            *self.filters,
            (texts.text("meenemen.periode"), self.period),
            (texts.text("meenemen.stand_van"), self.as_of),
            (texts.text("meenemen.indeling"), self.division),
            *((texts.text("meenemen.bron"), one) for one in self.sources),
            *((texts.text("meenemen.makers"), one) for one in self.attribution),
            *((texts.text("meenemen.let_op"), one) for one in self.remarks),
            (texts.text("meenemen.voorbeeld"), EXAMPLE if self.example else ""),
            (texts.text("meenemen.gemaakt"), moment_words(self.made_at)),
            (texts.text("meenemen.voor"), self.mark),
            (texts.text("meenemen.adres"), self.address),
        ]
        return [(name, text) for name, text in named if text]

    def explained(self) -> list[tuple[str, str]]:
        """Return what each column holds, as (name, text)."""
        column = catalogue().text("meenemen.kolom")
        return [(f"{column} {one.naam}", one.uitleg) for one in self.columns]

    def lines(self) -> list[tuple[str, str]]:
        """Return everything around the table as (name, text)."""
        texts = catalogue()
        defined = [
            (
                texts.text("meenemen.definitie"),
                texts.text(
                    "meenemen.definitie_zo",
                    naam=one.naam,
                    cijfer=one.id,
                    versie=one.versie,
                    formule=one.formule,
                    vanaf=one.vanaf,
                ),
            )
            for one in self.definitions
        ]
        return [*self.facts(), *defined, *self.explained()]

    def as_dict(self) -> dict[str, Any]:
        """Return everything around the table, with Dutch names, to put inside a file."""
        return {
            "titel": self.title,
            "filters": [{"naam": name, "tekst": text} for name, text in self.filters],
            "periode": self.period or None,
            "standVan": self.as_of,
            "indeling": self.division or None,
            "bronnen": list(self.sources),
            "naamsvermelding": list(self.attribution),
            "toelichting": list(self.remarks),
            "voorbeeld": EXAMPLE if self.example else None,
            "definities": [one.as_dict() for one in self.definitions],
            "kolommen": [one._asdict() for one in self.columns],
            "gemaaktOp": self.made_at.isoformat(timespec="seconds"),
            "gemaaktVoor": self.mark or None,
            "adres": self.address,
        }

    def file_name(self, form: Form) -> str:
        """Return the name of the file: what it is about and the day that it was made."""
        return f"{self.name}-{local_day(self.made_at).isoformat()}.{form.value}"


def export_of(
    workbench: Workbench,
    viewer: Viewer,
    found: Places,
    asked: Asked,
    *,
    made_at: datetime,
    address: str,
) -> Export:
    """Return what a viewer may take along of the map of a cijfer, or of the values under a heatmap."""
    heat = asked.heat_query is not None
    values = figures.level_values(
        workbench,
        viewer,
        found,
        asked.filters,
        indicator=HEAT_INDICATORS[asked.measure] if heat else asked.indicator,
        level=asked.level,
        part=None if heat else asked.part,
    )
    facts = choropleth(values, found, known_at=asked.known_at).facts
    gemeente = found.gemeente.code
    staff = viewer.may(Right.FIGURES_STAFF, gemeente)
    if not staff and figures.counts_meldingen(values.definition):
        # What the public may not see is no different to it from what was not delivered: a remark says so.
        values = replace(values, rows=values.rows.assign(note=""))
    table, outlines = _value_table(values, found, by_value=asked.order == "waarde" and staff)
    return Export(
        name=f"wijkbeeld-{gemeente.lower()}-{values.definition.id}-{asked.level.value}",
        title=facts.title,
        table=table,
        columns=tuple(one for one in VALUE_COLUMNS.values() if one.naam in table.columns),
        filters=tuple(filter_words(found, asked)),
        definitions=(Definition.of(values.definition, values.part),),
        sources=tuple(facts.source.split("; ")),
        period=facts.period,
        as_of=facts.as_of,
        division=facts.division,
        remarks=facts.remarks,
        example=facts.example,
        outlines=outlines,
        made_at=made_at,
        made_by=viewer.account if staff else None,
        address=address,
    )


def named(rows: pd.DataFrame, columns: Mapping[str, Column]) -> pd.DataFrame:
    """Return the columns of `rows` that `columns` names, in that order, under their Dutch names."""
    kept = [name for name in columns if name in rows.columns]
    return rows[kept].rename(columns={name: columns[name].naam for name in kept})


def filter_words(found: Places, asked: Asked) -> Iterable[tuple[str, str]]:
    """Give what was asked for as (name, text): the choices that decide which rows and numbers there are."""
    texts = catalogue()
    yield from chosen_words(found, asked.filters, per=texts.text(f"niveau.{asked.level.value}"))
    if asked.heat_query is not None:
        yield texts.text("analyse.maat"), texts.text(f"analyse.maat_{asked.measure.value}")
        yield texts.text("analyse.straal"), texts.text("analyse.straal_meter", n=asked.bandwidth_m)


def chosen_words(found: Places, filters: Filters, *, per: str) -> Iterable[tuple[str, str]]:
    """Give the choices that every view has as (name, text); `per` names what there is a row for."""
    texts = catalogue()
    yield texts.text("meenemen.gemeente"), f"{found.gemeente.naam} ({found.gemeente.code})"
    yield texts.text("meenemen.niveau"), per
    groups = [MainGroup(one).naam for one in filters.main_groups]
    yield texts.text("meenemen.soorten"), ", ".join(groups) or texts.text("analyse.soort_alle")
    if filters.since is not None:
        yield texts.text("analyse.van"), day_text(filters.since)
    if filters.until is not None:
        yield texts.text("analyse.tot"), day_text(filters.until)


def _value_table(values: LevelValues, found: Places, *, by_value: bool) -> tuple[pd.DataFrame, gpd.GeoSeries]:
    """Return the values with names of areas, in the order of the page, and the outline of each row."""
    rows = values.rows.assign(
        naam=[found.by_code[code].naam for code in values.rows["code"]],
        unit=values.part.unit,
        status_text=[STATUS_TEXTS[status] for status in values.rows["status"]],
    )
    order = ["value"] if by_value else ["naam", "code"]
    rows = rows.sort_values(order, ascending=not by_value, na_position="last", ignore_index=True)
    areas = found.areas(Level(values.level)).set_index("code")
    outlines = areas.geometry.loc[rows["code"].tolist()].reset_index(drop=True)
    return named(rows, VALUE_COLUMNS), outlines
