"""Change export: a cijfer over time as a table, a row for each month or year of each area."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Final

from geo.registry import indicator
from maps.facts import EXAMPLE, Facts
from service.analysis import change_plots
from service.analysis.change_view import ChangeView, Line, Point
from service.analysis.change_words import apart_words, verdict_words
from service.analysis.choropleth import ATTRIBUTION
from service.analysis.export import Column, Definition, Export
from service.analysis.places import Places
from service.analysis.view_exports import CODE, NAAM, NIVEAU, Row, Taken, area_cells, known
from service.analysis.words import division_text, joined_sources
from service.texts import catalogue

COLUMNS: Final = (
    CODE,
    NAAM,
    NIVEAU,
    Column("jaar", "jaar"),
    Column("maand", "nummer van de maand"),
    Column("aantal", "wat er geteld is"),
    Column("verschil", "verschil met de gemeente, in procentpunten"),
    Column("deel", "ja: er is een deel van de maand gekeken"),
    Column("zonder_seizoen", "het aantal zonder seizoen"),
    Column("trend", "de trend"),
    Column("trend_van", "onderkant van de marge van de trend"),
    Column("trend_tot", "bovenkant van de marge van de trend"),
    Column("gebeurd", "wat er in die tijd veranderde"),
    Column("waarde", "het cijfer zelf, zoals op de kaart; leeg als het niet bekend is"),
    Column("waarde_van", "onderkant van de marge van die waarde"),
    Column("waarde_tot", "bovenkant van de marge van die waarde"),
    Column("eenheid", "waarin die waarde is uitgedrukt"),
    Column("oordeel", "of het gebied duidelijk veranderde, over de hele tijd"),
    Column("verandering", "hoeveel keer zo veel; leeg als dat niet te zeggen is of er eerst niets was"),
    Column("verandering_van", "onderkant van de marge van de verandering"),
    Column("verandering_tot", "bovenkant van de marge van de verandering; leeg als er geen grens is"),
    Column("toelichting", "de verandering in woorden"),
)  # fmt: skip


def change_facts(town: Places, view: ChangeView, *, as_of: str) -> Facts:
    """Return what the lines are about."""
    t = catalogue().text
    found = indicator(view.followed.key)
    names = list(change_plots.labels(view).values())
    said = [f"{line.place.naam}. {line.words}" for line in view.lines]
    said.append(apart_words(view))
    return Facts(
        title=t("meenemen.verandering", naam=view.followed.naam, gemeente=town.gemeente.naam),
        unit=change_plots.unit(view),
        source=joined_sources(view.sources) or "; ".join(found.source),
        period=" t/m ".join(dict.fromkeys((names[0], names[-1]))) if names else "",
        as_of=as_of,
        division=division_text(town.edition, view.figure_years),
        attribution=ATTRIBUTION,
        remarks=tuple(one for one in (*said, *view.notes, t("verandering.geen_bewijs")) if one),
        example=view.example,
    )  # fmt: skip


def change_export(taken: Taken, view: ChangeView) -> Export:
    """Return the chosen lines and those of all areas of the level, with what is said of each."""
    t = catalogue().text
    found = indicator(view.followed.key)
    own = {line.place.code for line in view.lines}
    lines = [*view.lines, *(line for line in view.rows if line.place.code not in own)]
    happened = change_plots.happened(view)
    years = zip((t("verandering.eerste"), t("verandering.laatste")), view.chosen_years or (), strict=False)
    return taken.export(
        f"verandering-{view.followed.key}-{view.level.value}",
        change_facts(taken.town, view, as_of=taken.as_of),
        [row for line in lines for row in _rows(view, line, happened)],
        COLUMNS,
        per=t(f"niveau.{view.level.value}"),
        chosen=[
            (t("verandering.gebied"), ", ".join(line.place.naam for line in view.lines)),
            *((name, str(year)) for name, year in years),
        ],
        definitions=[Definition.of(found, found.parts[0])],
    )


def picture_facts(export: Export) -> list[str]:
    """Return what a picture of the lines needs to be read alone."""
    t = catalogue().text
    said = [
        ("", EXAMPLE if export.example else ""),
        (t("meenemen.periode"), export.period),
        (t("meenemen.stand_van"), export.as_of),
        (t("meenemen.bron"), "; ".join(export.sources)),
    ]
    return [f"{name}: {text}" if name else text for name, text in said if text]


def _rows(view: ChangeView, line: Line, happened: dict[date, str]) -> Iterable[Row]:
    """Give a row for each moment of a line; one row for a line without any."""
    whole = _whole(view, line)
    for point in line.points:
        yield area_cells(line.place) | _cells(view, point) | {"gebeurd": happened.get(point.day, "")} | whole
    if not line.points:
        yield area_cells(line.place) | whole


def _cells(view: ChangeView, point: Point) -> Row:
    cells: Row = {} if view.years else {"maand": point.day.month, "deel": point.part}
    return cells | {
        "jaar": point.day.year,
        "verschil" if view.followed.beside else "aantal": known(point.value),
        "zonder_seizoen": known(point.level),
        "trend": known(point.line),
        "trend_van": known(point.lower),
        "trend_tot": known(point.upper),
    }  # fmt: skip


def _whole(view: ChangeView, line: Line) -> Row:
    """Return what is said of an area as a whole."""
    rate = view.rates.get(line.place.code)
    said: Row = {"toelichting": line.words}
    if rate is not None:
        said |= {
            "waarde": known(rate.value),
            "waarde_van": known(rate.lower),
            "waarde_tot": known(rate.upper),
            "eenheid": view.unit,
        }
    if view.followed.beside:
        return said
    return said | {
        "oordeel": verdict_words(line.change),
        "verandering": known(line.change.value),
        "verandering_van": known(line.change.lower),
        "verandering_tot": known(line.change.upper),
    }
