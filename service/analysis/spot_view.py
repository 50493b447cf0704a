"""Spot view: hot spots as a page, a picture and an answer show them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

import numpy as np
import orjson
import shapely

from data.visibility import Viewer
from geo.areas import Level
from maps.choropleth import outlines_4326
from maps.facts import Facts
from maps.formats import Format
from maps.numbers import counted, dutch
from maps.spots import Mark, SpotMap, classes, number_of
from service.analysis import hotspots, live_map, maps
from service.analysis.choropleth import ATTRIBUTION
from service.analysis.hotspots import Asked, Spots
from service.analysis.live_map import LiveMap
from service.analysis.places import Places
from service.analysis.spot_ground import Kind, Per
from service.analysis.words import division_text, moment_words, period_text, record_sources
from service.analysis.workbench import Workbench
from service.texts import catalogue

# Of a whole town there are thousands of hexagons.
PER_PAGE: Final = 100
RATIO_DECIMALS: Final = 1


@dataclass(frozen=True, slots=True)
class SpotRow:
    """One place in words; `buurt` is the code of its buurt, and texts are empty where nothing can be said."""

    code: str
    naam: str
    buurt: str
    mark: Mark
    words: str
    own: str
    count: str
    expected: str
    ratio: str
    margin: str
    with_: tuple[str, ...]

    @property
    def noted(self) -> bool:
        """Whether the map marks this place."""
        return self.mark in {Mark.HOT, Mark.COLD}


@dataclass(frozen=True, slots=True)
class SpotTable:
    """One page of the rows: all of them in order are those of page 1, of page 2, and so on up to `pages`."""

    rows: tuple[SpotRow, ...]
    page: int
    pages: int
    total: int

    @property
    def first(self) -> int:
        """The number of its first row in the whole table, counted from 1."""
        return (self.page - 1) * PER_PAGE + 1

    @property
    def last(self) -> int:
        """The number of its last row."""
        return self.first + len(self.rows) - 1


@dataclass(frozen=True, slots=True)
class SpotView:
    """What the page shows: sentences on what stands out, the legend, the table and the data of the map."""

    sentences: tuple[str, ...]
    legend: dict[str, Any]
    table: SpotTable
    map_data: dict[str, Any]


def view(
    workbench: Workbench,
    found: Places,
    asked: Asked,
    seen: Spots,
    *,
    known_at: datetime,
    addresses: Mapping[str, str],
    outlines_url: str,
    page: int = 1,
) -> SpotView:
    """Return the hot spots in words, with one page of the table.

    `addresses` holds the page of each buurt by code, `outlines_url` the outlines of hexagons as GeoJSON.
    """
    drawn = spot_map(found, asked, seen, known_at=known_at)
    rows = _rows(asked, seen, drawn.marks)
    return SpotView(
        tuple(_sentences(seen)),
        drawn.legend().as_dict(),
        _table(seen, [rows[place] for place in in_order(seen, drawn.marks)], page),
        _map_data(workbench, found, asked, rows, addresses=addresses, outlines_url=outlines_url),
    )


def picture(workbench: Workbench, viewer: Viewer, found: Places, asked: Asked, *, form: Format) -> bytes:
    """Return the map as a picture, for print and for who has no script."""
    seen = hotspots.spots(workbench, viewer, found, asked)
    known_at = asked.filters.known_at or datetime.now(UTC)
    # Here, since matplotlib is slow to import and most starts draw no picture.
    from maps import pictures

    return pictures.choropleth_picture(
        spot_map(found, asked, seen, known_at=known_at),
        background=maps.background(workbench, found),
        kind=form,
        names=asked.kind is Kind.BUURT,
    )


def features(seen: Spots) -> list[dict[str, Any]]:
    """Return the places as GeoJSON features in degrees, with what each comes to."""
    outlines = shapely.to_geojson(outlines_4326(seen.areas, tolerance_m=0.0))
    found, names = seen.found, seen.areas["naam"].tolist()
    codes = seen.areas["code"].tolist()
    return [
        {
            "type": "Feature",
            "id": code,
            "properties": {
                "code": code,
                "naam": names[place],
                "aantalHier": int(seen.own[place]),
                "aantal": int(found.count[place]),
                "verwacht": _number(found.expected[place]),
                "verhouding": _number(found.ratio[place]),
                "ondergrens": _number(found.lower[place]),
                "bovengrens": _number(found.upper[place]),
                "kans": _number(found.p[place]),
                "opvallend": bool(found.is_hot[place]),
                "buren": [codes[one] for one in seen.places.neighbours.of(place).tolist()],
            },
            "geometry": orjson.Fragment(outlines[place]),
        }
        for place, code in enumerate(codes)
    ]


def spot_map(found: Places, asked: Asked, seen: Spots, *, known_at: datetime) -> SpotMap:
    """Return the places with their marks, as a picture or a legend takes them."""
    t = catalogue().text
    facts = Facts(
        title=t(f"opvallend.kaarttitel_{asked.kind.value}", gemeente=found.gemeente.naam, m=asked.width_m),
        unit=t(f"opvallend.eenheid_{asked.per.value}"),
        source=record_sources(seen.watches, seen.years),
        period=period_text(seen.watches),
        as_of=moment_words(known_at),
        division=division_text(found.edition, seen.years),
        attribution=ATTRIBUTION,
        remarks=tuple(_remarks(asked, seen)),
        example=seen.example,
    )
    return SpotMap(seen.areas, seen.marks(), mark_words(asked, seen), facts)


def mark_words(asked: Asked, seen: Spots) -> dict[Mark, str]:
    """Return what each mark means in this view."""
    t = catalogue().text
    unknown = {Mark.UNKNOWN: t(f"opvallend.merk_onbekend_{asked.per.value}")}
    words = unknown | {mark: t(f"opvallend.merk_{mark.value}") for mark in Mark if mark is not Mark.UNKNOWN}
    if seen.gi is not None:
        words |= {Mark.HOT: t("opvallend.gi_hoog"), Mark.COLD: t("opvallend.gi_laag")}
    return words


def _remarks(asked: Asked, seen: Spots) -> Iterable[str]:
    t = catalogue().text
    yield t("opvallend.niveau_uitleg")
    if asked.per is Per.INWONERS:
        yield t("opvallend.weinig_inwoners")
    yield t("opvallend.barriere", n=dutch(seen.places.cut))
    if asked.kind is Kind.ZESHOEK:
        yield t(f"opvallend.verdeeld_{asked.per.value}")
    if seen.outside:
        yield t(f"opvallend.buiten_{asked.per.value}", n=counted(seen.outside, "melding", "meldingen"))
    if asked.gi:
        yield t("opvallend.gi_uitleg") if seen.gi is not None else t("opvallend.gi_te_veel")


def _sentences(seen: Spots) -> Iterable[str]:
    t = catalogue().text
    groups = seen.clusters()
    if not groups:
        yield t("opvallend.geen")
    for group in groups:
        place = int(group[0])
        yield t(
            "opvallend.zin",
            naam=str(seen.areas["naam"].iloc[place]),
            aantal=dutch(seen.found.count[place]),
            verwacht=_few(seen.found.expected[place]),
            keer=dutch(seen.found.ratio[place], RATIO_DECIMALS),
            van=dutch(seen.found.lower[place], RATIO_DECIMALS),
            tot=dutch(seen.found.upper[place], RATIO_DECIMALS),
        )


def _rows(asked: Asked, seen: Spots, marks: tuple[Mark, ...]) -> list[SpotRow]:
    t, words = catalogue().text, mark_words(asked, seen)
    found, names = seen.found, [str(name) for name in seen.areas["naam"]]
    rows = []
    for place, (code, mark) in enumerate(zip(seen.areas["code"].tolist(), marks, strict=True)):
        said = bool(np.isfinite(found.ratio[place]))
        ends = (found.lower[place], found.upper[place])
        van, tot = (dutch(end, RATIO_DECIMALS) if np.isfinite(end) else "" for end in ends)
        rows.append(
            SpotRow(
                code=code,
                naam=names[place],
                buurt=str(seen.places.buurten[place]),
                mark=mark,
                words=words[mark],
                own=dutch(seen.own[place]),
                count=dutch(found.count[place]),
                expected=_few(found.expected[place]) if said else "",
                ratio=dutch(found.ratio[place], RATIO_DECIMALS) if said else "",
                margin=t("opvallend.tussen", van=van, tot=tot) if said and tot else "",
                with_=tuple(names[one] for one in seen.places.neighbours.of(place).tolist()),
            )
        )
    return rows


def in_order(seen: Spots, marks: tuple[Mark, ...]) -> list[int]:
    """Return the places: what stands out first, then by how many times as many as expected."""
    ratio = np.nan_to_num(seen.found.ratio, nan=-1.0)
    noted = np.array([mark in {Mark.HOT, Mark.COLD} for mark in marks])
    order = np.lexsort((np.arange(len(ratio)), -seen.own, -ratio, ~noted))
    return [int(place) for place in order]


def _table(seen: Spots, ordered: list[SpotRow], page: int) -> SpotTable:
    """One page of hexagons, without rows past the last; all buurten are on the first."""
    size = PER_PAGE if seen.places.hexagons is not None else max(len(ordered), 1)
    rows = tuple(ordered[(page - 1) * size : page * size])
    return SpotTable(rows, page, max(1, -(-len(ordered) // size)), len(ordered))


def _map_data(
    workbench: Workbench,
    found: Places,
    asked: Asked,
    rows: list[SpotRow],
    *,
    addresses: Mapping[str, str],
    outlines_url: str,
) -> dict[str, Any]:
    t = catalogue().text
    areas = {
        row.code: {
            "naam": row.naam,
            "url": addresses[row.buurt],
            "klasse": number_of(row.mark),
            "regels": [
                row.words,
                t("opvallend.regel", aantal=row.count, verwacht=row.expected or "–"),
                *([t("opvallend.regel_keer", keer=row.ratio, marge=row.margin)] if row.margin else []),
            ],
        }
        for row in rows
    }
    drawn = LiveMap(level=Level.BUURT, areas=areas, classes=classes(), opens=False)
    data = live_map.as_data(workbench, found, drawn)
    if asked.kind is Kind.ZESHOEK:
        data["niveau"] = asked.kind.value
        data["lagen"] = {**data["lagen"], asked.kind.value: outlines_url}
    return data


def _few(value: float) -> str:
    return dutch(value, 0 if value >= 10 else 1)


def _number(value: float) -> float | None:
    return round(float(value), 4) if np.isfinite(value) else None
