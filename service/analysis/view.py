"""The view of an analysis: one map, its legend, and the same facts as a table."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal

from data.meldingen import Filters
from data.rights import Right
from data.visibility import Viewer
from geo.areas import Level
from maps.heatmap import BANDWIDTH_M
from maps.numbers import dutch
from service.analysis import choropleth, figures, heat, live_map
from service.analysis.choropleth import Colour
from service.analysis.comparison_words import ComparisonWords, comparison_lines, comparison_words
from service.analysis.figures import LevelValues
from service.analysis.heat import HeatMeasure
from service.analysis.live_map import LiveMap
from service.analysis.places import Place, Places
from service.analysis.value_words import ValueWords, lines, shared_decimals, value_words
from service.analysis.workbench import Workbench

Order = Literal["naam", "waarde"]
# From this many on, lines without a value stand in the way of those with one.
FOLDED_FROM: Final = 6
# What the table under a heatmap shows: the same unit as the heat itself.
HEAT_INDICATORS: Final = {
    HeatMeasure.HECTARE: "meldingen_ha",
    HeatMeasure.AANTAL: "meldingen_ha",
    HeatMeasure.INWONERS: "meldingen_inw",
    HeatMeasure.GEMEENTE: "meldingen_inw",
}


@dataclass(frozen=True, slots=True)
class ViewRow:
    """One line of the table."""

    place: Place
    words: ValueWords
    beside: ComparisonWords

    @property
    def is_empty(self) -> bool:
        """Whether it holds no value and no comparison."""
        return not (self.words.known or self.words.margin or self.beside.adjusted)


@dataclass(frozen=True, eq=False, slots=True)
class View:
    """What the page shows; `legend` is as `maps.legend` gives it, `map_data` is for the script."""

    values: LevelValues
    legend: dict[str, Any]
    rows: list[ViewRow]
    map_data: dict[str, Any]
    example: bool
    empty: bool

    @property
    def open_rows(self) -> list[ViewRow]:
        """The lines that are shown at once."""
        folded = {row.place.code for row in self.folded_rows}
        return [row for row in self.rows if row.place.code not in folded]

    @property
    def folded_rows(self) -> list[ViewRow]:
        """The lines that say no more than why there is no value, when they are many and others say more."""
        empty = [row for row in self.rows if row.is_empty]
        return empty if FOLDED_FROM <= len(empty) < len(self.rows) else []

    @property
    def folded_reasons(self) -> list[str]:
        """Why there is no value in the folded lines with how often, the commonest first."""
        found = Counter(row.words.text for row in self.folded_rows)
        return [f"{dutch(n)} {reason}" for reason, n in found.most_common()]

    @property
    def sources(self) -> list[str]:
        """The sources of the values, each once."""
        return sorted({row.words.source for row in self.rows if row.words.source})

    @property
    def has_adjusted(self) -> bool:
        """Whether any value was adjusted and compared."""
        return any(row.beside.adjusted for row in self.rows)

    @property
    def has_similar(self) -> bool:
        """Whether any area has others like it."""
        return any(row.beside.similar.verdict for row in self.rows)

    @property
    def has_margin(self) -> bool:
        """Whether any value has a margin."""
        return any(row.words.margin for row in self.rows)


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What a reader chose to see; `heat` is the query of the tiles, None for colours per area."""

    filters: Filters
    indicator: str
    part: str | None
    level: Level
    known_at: datetime
    order: Order = "naam"
    heat_query: str | None = None
    bandwidth_m: float = BANDWIDTH_M
    measure: HeatMeasure = HeatMeasure.HECTARE
    colour: Colour = Colour.WAARDE


def view(
    workbench: Workbench, viewer: Viewer, found: Places, asked: Asked, *, addresses: Mapping[str, str]
) -> View:
    """Return the view of a question; `addresses` holds the page of each area by code."""
    values = _values(workbench, viewer, found, asked)
    # An order by value ranks areas: that is for staff of this gemeente.
    staff = viewer.may(Right.FIGURES_STAFF, found.gemeente.code)
    rows = _rows(found, values, asked.order if staff else "naam")
    if asked.heat_query is not None:
        return _heat_view(workbench, viewer, found, asked, values=values, rows=rows, addresses=addresses)
    layer = choropleth.layer(values, found, known_at=asked.known_at, colour=asked.colour)
    example = bool(layer["voorbeeldgegevens"])
    areas = {
        row.place.code: {
            "naam": row.place.naam,
            "url": addresses[row.place.code],
            "klasse": layer["waarden"][row.place.code]["klasse"],
            "regels": [*lines(row.words, example=example), *comparison_lines(row.beside)],
        }
        for row in rows
    }
    drawn = LiveMap(
        level=asked.level,
        areas=areas,
        classes=layer["klassen"],
        opens=False,
    )
    data = live_map.as_data(workbench, found, drawn)
    empty = figures.counts_meldingen(values.definition) and not values.rows["n"].fillna(0).any()
    return View(values, layer["legenda"], rows, data, example, empty)


def _heat_view(
    workbench: Workbench,
    viewer: Viewer,
    found: Places,
    asked: Asked,
    *,
    values: LevelValues,
    rows: list[ViewRow],
    addresses: Mapping[str, str],
) -> View:
    warm = heat.heat(workbench, viewer, asked.filters, bandwidth_m=asked.bandwidth_m, measure=asked.measure)
    said = {row.place.code: lines(row.words, example=warm.example) for row in rows}
    areas = live_map.plain_areas([row.place for row in rows], addresses, said)
    drawn = LiveMap(
        level=asked.level,
        areas=areas,
        opens=False,
        heat=f"/tegels/warmte/{{z}}/{{x}}/{{y}}?{asked.heat_query}",
    )
    data = live_map.as_data(workbench, found, drawn)
    legend = heat.legend(warm, found, known_at=asked.known_at).as_dict()
    return View(values, legend, rows, data, warm.example, warm.count == 0)


def _values(workbench: Workbench, viewer: Viewer, found: Places, asked: Asked) -> LevelValues:
    indicator = asked.indicator if asked.heat_query is None else HEAT_INDICATORS[asked.measure]
    part = asked.part if asked.heat_query is None else None
    return figures.level_values(
        workbench, viewer, found, asked.filters, indicator=indicator, level=asked.level, part=part
    )


def _rows(found: Places, values: LevelValues, order: Order) -> list[ViewRow]:
    """Return the table by name, or from high to low with what is not known at the end."""
    records = values.rows.sort_values("value", ascending=False, na_position="last").to_dict("records")
    # Where all there is are zeros, the ends of their margins ask for decimals.
    zeros = not values.rows["value"].fillna(0).any()
    decimals = shared_decimals(values.rows["adjusted_upper" if zeros else "value"])
    rows = [
        ViewRow(
            found.by_code[row["code"]],
            value_words(row, unit=values.part.unit, decimals=decimals),
            comparison_words(row, decimals=decimals),
        )
        for row in records
    ]
    return rows if order == "waarde" else sorted(rows, key=lambda row: row.place.naam)
