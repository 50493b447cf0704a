"""View exports: the tables of the pages that only staff see, to take along.

Each function takes what its page shows and gives it as an `Export`: the same rows in the same order, numbers
as they are worked out, not as they are rounded. What cannot be said is empty.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import geopandas as gpd
import pandas as pd

from data.meldingen import Filters
from geo.leefbaarheid_items import definition, scored
from maps.facts import Facts
from maps.numbers import dutch
from service.analysis import leefbaarometer, spot_view
from service.analysis.choropleth import ATTRIBUTION
from service.analysis.export import Column, Definition, Export, chosen_words
from service.analysis.hotspots import Asked as SpotsAsked
from service.analysis.hotspots import Spots
from service.analysis.leefbaarheid import Chosen, Felt, IndexRow, Leefbaarheid
from service.analysis.leefbaarometer import Measured
from service.analysis.places import Place, Places
from service.analysis.silence import HeardRow, Silence
from service.analysis.spot_ground import Kind
from service.analysis.words import moment_words
from service.texts import catalogue

Row = dict[str, Any]
CODE = Column("code", "code van het gebied bij het CBS of de gemeente")
NAAM = Column("naam", "naam van het gebied")
NIVEAU = Column("niveau", "buurt, wijk, gebied of gemeente")
SPOT_COLUMNS = (
    Column("code", "code van de buurt of de zeshoek"),
    Column("naam", "naam van de buurt, van een zeshoek die van de buurt waar hij ligt"),
    Column("buurt", "code van die buurt"),
    Column("aantal_hier", "wat er in dit vlak zelf geteld is"),
    Column("aantal", "wat er geteld is in de plek: dit vlak met zijn buren"),
    Column("verwacht", "wat in de plek te verwachten was; leeg als er te weinig is om iets te zeggen"),
    Column("verhouding", "hoeveel keer het verwachte aantal"),
    Column("verhouding_van", "onderkant van de marge van de verhouding"),
    Column("verhouding_tot", "bovenkant van de marge van de verhouding"),
    Column("kans", "aandeel van de kaarten door toeval waarop ergens een plek zo sterk is"),
    Column("gi", "de waarde van Gi*, als die gevraagd is"),
    Column("oordeel", "wat de kaart ervan zegt"),
    Column("buren", "de buren die meetellen"),
)
SILENCE_COLUMNS = (
    CODE,
    NAAM,
    NIVEAU,
    Column("aantal", "wat er binnenkwam; meldingen over hetzelfde tellen als één"),
    Column("verwacht", "wat er te verwachten was; leeg als het gebied te klein is"),
    Column("verhouding", "hoeveel keer het verwachte aantal, bijgesteld"),
    Column("verhouding_van", "onderkant van de marge van de verhouding"),
    Column("verhouding_tot", "bovenkant van de marge van de verhouding"),
    Column("oordeel", "of er duidelijk minder binnenkwam"),
    Column("vooral", "de soorten waarvan het meest ontbreekt"),
)
INDEX_COLUMNS = (
    CODE,
    NAAM,
    NIVEAU,
    Column(
        "score", "de score: 0 is het gemiddelde, hoger is gunstiger; leeg als een onderdeel niet bekend is"
    ),
    Column("plaats_van", "de gunstigste plaats die het gebied kan hebben; 1 is het gunstigst"),
    Column("plaats_tot", "de minst gunstige plaats die het gebied kan hebben"),
    Column("plaatsen", "hoeveel gebieden een plaats hebben"),
    Column("toelichting", "waarom er geen score is, of dat hier weinig gemeld wordt"),
)


@dataclass(frozen=True, kw_only=True)
class Taken:
    """Who takes a view along, of what and when; `address` gives the same view again."""

    town: Places
    filters: Filters
    made_by: str
    made_at: datetime
    address: str

    @property
    def as_of(self) -> str:
        """The moment that the view stands at."""
        return moment_words(self.filters.known_at or self.made_at)

    def export(
        self,
        name: str,
        facts: Facts,
        rows: Sequence[Row],
        columns: Iterable[Column],
        *,
        per: str,
        chosen: Iterable[tuple[str, str]] = (),
        definitions: Sequence[Definition] = (),
        sources: Sequence[str] = (),
        areas: gpd.GeoDataFrame | None = None,
    ) -> Export:
        """Return rows as an export; `areas` has the outline of each by its code. Unused columns stay out."""
        kept = tuple(one for one in columns if not rows or any(_has(row, one) for row in rows))
        outlines = None
        if areas is not None:
            by_code = areas.set_index("code").geometry
            outlines = by_code.loc[[row["code"] for row in rows]].reset_index(drop=True)
        return Export(
            name=f"wijkbeeld-{self.town.gemeente.code.lower()}-{name}",
            title=facts.title,
            table=pd.DataFrame(list(rows), columns=[one.naam for one in kept]),
            columns=kept,
            filters=(*chosen_words(self.town, self.filters, per=per), *chosen),
            definitions=tuple(definitions),
            sources=(*facts.source.split("; "), *sources),
            period=facts.period,
            as_of=self.as_of,
            division=facts.division,
            made_at=self.made_at,
            made_by=self.made_by,
            address=self.address,
            remarks=facts.remarks,
            attribution=facts.attribution or ATTRIBUTION,
            outlines=outlines,
            example=facts.example,
        )


def spots_export(taken: Taken, asked: SpotsAsked, seen: Spots, facts: Facts) -> Export:
    """Return all places with what each comes to, whichever page of the table is read."""
    t = catalogue().text
    per = t(f"opvallend.plek_{asked.kind.value}")
    if asked.kind is Kind.ZESHOEK:
        per = f"{per}, {t('opvallend.meter', n=asked.width_m)}"
    way = "gi" if asked.gi else "opvallend"
    chosen = [
        (t("opvallend.per"), t(f"opvallend.per_{asked.per.value}")),
        (t("opvallend.manier"), t(f"opvallend.manier_{way}")),
    ]
    told = Definition(
        "opvallend",
        t("opvallend.merk_opvallend"),
        facts.unit,
        t("opvallend.uitleg_tabel"),
        t("opvallend.niveau_uitleg"),
        1,
        facts.source,
        t("opvallend.over"),
    )
    return taken.export(
        f"opvallend-{asked.kind.value}",
        facts,
        list(_spot_rows(asked, seen, facts)),
        SPOT_COLUMNS,
        per=per,
        chosen=chosen,
        definitions=[told],
        areas=seen.areas,
    )


def _spot_rows(asked: SpotsAsked, seen: Spots, facts: Facts) -> Iterable[Row]:
    found, marks = seen.found, seen.marks()
    words = spot_view.mark_words(asked, seen)
    names, codes = seen.areas["naam"].tolist(), seen.areas["code"].tolist()
    for place in spot_view.in_order(seen, marks):
        said = math.isfinite(found.ratio[place])
        near = [names[one] for one in seen.places.neighbours.of(place).tolist()]
        yield {
            "code": codes[place],
            "naam": names[place],
            "buurt": str(seen.places.buurten[place]),
            "aantal_hier": int(seen.own[place]),
            "aantal": int(found.count[place]),
            "verwacht": known(found.expected[place]) if said else math.nan,
            "verhouding": known(found.ratio[place]),
            "verhouding_van": known(found.lower[place]),
            "verhouding_tot": known(found.upper[place]),
            "kans": known(found.p[place]),
            "gi": math.nan if seen.gi is None else known(seen.gi.z[place]),
            "oordeel": words[marks[place]],
            "buren": ", ".join(dict.fromkeys(near)),
        }


def silence_export(taken: Taken, found: Silence, facts: Facts) -> Export:
    """Return what came in from each area beside what was expected, least first, too small ones last."""
    t = catalogue().text
    told = Definition(
        "hier_horen_we_weinig",
        t("weinig.kop_verwacht"),
        facts.unit,
        t("weinig.uitleg_verwacht"),
        "",
        1,
        facts.source,
        " ".join(facts.remarks),
    )
    return taken.export(
        f"hier-horen-we-weinig-{found.level.value}",
        facts,
        [_heard(row) for row in found.in_order],
        SILENCE_COLUMNS,
        per=t(f"niveau.{found.level.value}"),
        definitions=[told],
        areas=taken.town.areas(found.level),
    )


def _heard(row: HeardRow) -> Row:
    t = catalogue().text
    lacking = [
        t("weinig.vooral", soort=naam, aantal=dutch(came, 0), verwacht=dutch(wanted, 0))
        for naam, came, wanted in row.lacking
    ]
    verdict = "te_klein" if not row.is_known else "duidelijk" if row.few else "niet_duidelijk"
    return area_cells(row.place) | {
        "aantal": row.observed,
        "verwacht": known(row.expected) if row.is_known else math.nan,
        "verhouding": known(row.ratio),
        "verhouding_van": known(row.lower),
        "verhouding_tot": known(row.upper),
        "oordeel": t(f"weinig.{verdict}"),
        "vooral": "; ".join(lacking),
    }


def index_export(
    taken: Taken,
    found: Leefbaarheid,
    chosen: Chosen,
    facts: Facts,
    *,
    notes: Mapping[str, str],
    felt: Sequence[Felt],
    quoted: Sequence[Measured],
) -> Export:
    """Return scores, contributions and places, with what surveys and the Leefbaarometer say beside them."""
    t = catalogue().text
    beside = [*_felt_columns(felt), *_quoted_columns(quoted)]
    rows = [
        _scored(row, found, notes) | {column.naam: by_code.get(row.place.code, math.nan)
        for column, by_code in beside}
        for row in found.rows
    ]  # fmt: skip
    columns = (*INDEX_COLUMNS, *_share_columns(found), *(column for column, _ in beside))
    yes = {True: t("meenemen.ja"), False: t("meenemen.nee")}
    choices = [
        *((t(f"dimensie.{one.value}"), dutch(weight, 0)) for one, weight in chosen.weights.items()),
        (t("leefbaarheid.naast"), t(f"leefbaarheid.naast_{'alle' if chosen.against_all else 'gemeente'}")),
        (t("leefbaarheid.schatting"), yes[chosen.estimates]),
        (t("leefbaarheid.onzeker"), yes[chosen.unsure]),
    ]  # fmt: skip
    return taken.export(
        f"leefbaarheid-{chosen.level.value}",
        facts,
        rows,
        columns,
        per=t(f"niveau.{chosen.level.value}"),
        chosen=choices,
        definitions=[
            Definition.of(*one)
            for one in map(definition, scored(estimates=chosen.estimates))
            if f"{one[0].id}.{one[1].key}" in found.items
        ],
        sources=[leefbaarometer.source_words(one) for one in quoted],
        areas=taken.town.areas(chosen.level),
    )


def _scored(row: IndexRow, found: Leefbaarheid, notes: Mapping[str, str]) -> Row:
    t = catalogue().text
    why = t("leefbaarheid.te_klein") if row.small else "" if row.is_known else t("leefbaarheid.zonder")
    said = row.is_known and not row.small
    shares: Row = {}
    for one in row.shares:
        shares[f"bijdrage_{_word(one.dimension.value)}"] = math.nan if row.small else known(one.value)
        shares[f"cijfers_{_word(one.dimension.value)}"] = one.known
    return {
        **area_cells(row.place),
        "score": known(row.score) if said else math.nan,
        "plaats_van": float(row.place_lower or math.nan) if said else math.nan,
        "plaats_tot": float(row.place_upper or math.nan) if said else math.nan,
        "plaatsen": found.ranked,
        "toelichting": " ".join(text for text in (why, notes.get(row.place.code, "")) if text),
        **shares,
    }


def _share_columns(found: Leefbaarheid) -> Iterable[Column]:
    if not found.rows:
        return
    for one in found.rows[0].shares:
        if one.dimension not in found.used:
            continue
        naam = catalogue().text(f"dimensie.{one.dimension.value}")
        yield Column(f"bijdrage_{_word(one.dimension.value)}", f"wat {naam} aan de score bijdraagt")
        yield Column(
            f"cijfers_{_word(one.dimension.value)}", f"hoeveel van de {one.wanted} cijfers er zijn: {naam}"
        )


def _felt_columns(felt: Sequence[Felt]) -> Iterable[tuple[Column, Mapping[str, float]]]:
    t = catalogue().text
    for one in felt:
        naam, told = f"enquete_{_word(one.naam)}", f"{one.naam} {t('leefbaarheid.gevoel')}"
        ends = (("", "value", ""), ("_van", "lower", ", onderkant van de marge"))
        for ending, part, words in (*ends, ("_tot", "upper", ", bovenkant van de marge")):
            values = {code: known(getattr(said, part)) for code, said in one.words.items()}
            yield Column(f"{naam}{ending}", f"{told}{words}"), values


def _quoted_columns(quoted: Sequence[Measured]) -> Iterable[tuple[Column, Mapping[str, float]]]:
    t = catalogue().text
    for one in quoted:
        title = t("leefbaarometer.tabel", versie=one.version, jaar=one.year)
        naam = f"leefbaarometer_{_word(one.version)}_{one.year}"
        unit = t("leefbaarometer.eenheid_klasse" if one.has_classes else "leefbaarometer.eenheid_score")
        yield Column(naam, f"{title}: {unit}"), {row.place.code: row.total for row in one.rows}
        if one.has_classes:
            continue
        for key, words in leefbaarometer.DIMENSIONS.items():
            values = {row.place.code: row.dimensions[key] for row in one.rows}
            yield Column(f"{naam}_{key}", f"{title}: {words}"), values


def area_cells(place: Place) -> Row:
    """Return which area a row is of."""
    return {"code": place.code, "naam": place.naam, "niveau": place.level.value}


def known(value: float | None) -> float:
    """Return a number, NaN for what is not known or has no end."""
    return float(value) if value is not None and math.isfinite(value) else math.nan


def _has(row: Row, column: Column) -> bool:
    value = row.get(column.naam)
    return not pd.isna(value) and value != ""


def _word(text: str) -> str:
    return re.sub(r"\W+", "_", text.lower()).strip("_")
