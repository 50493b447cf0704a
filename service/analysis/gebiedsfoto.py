"""Gebiedsfoto: everything that one sheet of A4 tells about a gebied, composed for page and print alike."""

from __future__ import annotations

import io
import textwrap
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, Final

import numpy as np
import pandas as pd
import segno

from data.choices import PrivacyClass, Status
from data.meldingen import Filters
from data.rights import Right
from data.visibility import Viewer
from geo.areas import Level
from geo.indicators import Indicator, Part
from geo.registry.terms import INWONERS
from maps import gebiedsfoto
from maps.facts import EXAMPLE
from maps.gebiedsfoto import Sheet, SheetCount, SheetFigure
from maps.numbers import dutch
from service.analysis import figures, maps, reports
from service.analysis.area_page import Strip, figure_row
from service.analysis.choropleth import ATTRIBUTION
from service.analysis.gebied_change import amounts, changed
from service.analysis.neighbourhood import Neighbourhood, neighbourhood
from service.analysis.places import Place, Places, UnknownPlace
from service.analysis.value_words import ValueWords, unit_beside
from service.analysis.words import day_text, moment_words, period_text
from service.analysis.workbench import Workbench
from service.texts import Catalogue, catalogue

MOST_KINDS: Final = 6
MOST_LINES: Final = 4
# A line of a list is one or two lines on paper.
LONGEST: Final = 100


class NoGebied(UnknownPlace):
    """A sheet is made of a gebied, not of a wijk or buurt."""


def sheet(
    workbench: Workbench,
    viewer: Viewer,
    found: Places,
    place: Place,
    *,
    chosen: Sequence[str],
    made_at: datetime,
    address: str,
) -> Sheet:
    """Return the sheet of a gebied as this viewer may see it; `chosen` names its figures, `id` or `id.part`.

    Raises NoGebied for another kind of place, UnknownIndicator for a figure that is not known.
    """
    if place.level is not Level.GEBIED:
        raise NoGebied(f"{place.naam} is geen gebied: een blad is er alleen per gebied.")
    texts, filters = catalogue(), Filters(found.gemeente.code)
    with workbench.session() as session:
        rows = reports.observed_frame(workbench, session, viewer, filters, edition=found.edition)
        period = period_text(reports.watches(workbench, session, viewer, filters))
    inside = rows[rows["buurt"].isin(place.buurten)]
    near = neighbourhood(workbench, viewer, found, place)
    lines, sources = _figures(workbench, viewer, found, place, chosen)
    public = inside[inside["privacy"] == PrivacyClass.EXACT]
    staff = viewer.may(Right.FIGURES_STAFF, found.gemeente.code)
    return Sheet(
        title=texts.text("blad.titel", naam=place.naam),
        lead=_lead(workbench, found, place),
        map_svg=_map(workbench, found, place, public),
        map_alt=texts.text(
            "blad.kaart_alt", naam=place.naam, buurten=_names(found, place), n=dutch(len(public))
        ),
        map_caption=texts.text("blad.kaart_bij", n=texts.counted(len(public), "melding")),
        figures=lines,
        changed=changed(workbench, viewer, found, place),
        counts=_counts(inside),
        counts_note=_counts_note(texts, inside, period, staff=staff),
        strong=_strong(texts, near),
        plans=_plans(texts, near),
        sources=(
            *sources,
            texts.text("blad.stand", moment=moment_words(made_at), jaar=found.edition),
            "; ".join(ATTRIBUTION),
        ),
        address=address,
        address_svg=_code(address),
        proposed=texts.text("blad.voorstel") if place.status == "voorstel" else "",
        example=EXAMPLE if inside["example"].any() or _is_example(near) else "",
        mark=texts.text("meenemen.merk", wie=viewer.account, wanneer=moment_words(made_at)) if staff else "",
        words=_words(texts, found),
    )


def pdf(shown: Sheet, *, made_at: datetime) -> bytes:
    """Return the sheet as a PDF of one page."""
    return gebiedsfoto.pdf(shown, made_at=made_at)


def _is_example(near: Neighbourhood) -> bool:
    return any(plan.example for plan in (*near.running, *near.finished))


def _words(texts: Catalogue, found: Places) -> dict[str, str]:
    said = {key: str(text) for key, text in texts.section("blad_kop").items()}
    return said | {"whole": texts.text("blad.heel", gemeente=found.gemeente.naam)}


def _lead(workbench: Workbench, found: Places, place: Place) -> str:
    texts = catalogue()
    people = amounts(workbench, found, INWONERS)[place.code]
    buurten = texts.counted(len(place.buurten), "buurt")
    if np.isnan(people):
        return texts.text("blad.inleiding_zonder", gemeente=found.gemeente.naam, buurten=buurten)
    return texts.text("blad.inleiding", gemeente=found.gemeente.naam, buurten=buurten, inwoners=dutch(people))


def _names(found: Places, place: Place) -> str:
    return ", ".join(sorted(found.by_code[code].naam for code in place.buurten if code in found.by_code))


def _map(workbench: Workbench, found: Places, place: Place, shown: pd.DataFrame) -> str:
    """Return the drawing of a gebied with a dot for each public melding."""
    # Here, since matplotlib is slow to import and most starts draw no picture.
    from maps.area_picture import AreaPicture, area_picture

    buurten = found.areas(Level.BUURT)
    drawn = AreaPicture(
        others=found.areas(Level.GEBIED),
        code=place.code,
        parts=buurten[buurten["code"].isin(place.buurten)],
        x=shown["x"].to_numpy(),
        y=shown["y"].to_numpy(),
        background=maps.background(workbench, found),
    )
    return area_picture(drawn).decode()


def _figures(
    workbench: Workbench, viewer: Viewer, found: Places, place: Place, chosen: Sequence[str]
) -> tuple[tuple[SheetFigure, ...], list[str]]:
    """Return the lines of the table, and their sources each once."""
    lines, sources = [], []
    for name in chosen:
        one, part, here, whole = _pair(workbench, viewer, found, place, name)
        lines.append(_line(one, part, here, whole))
        sources.append(str(here["source"]))
    told = dict.fromkeys(text for source in sources for text in source.split("; ") if text)
    return tuple(lines), [catalogue().text("analyse.bronnen", bron="; ".join(told))] if told else []


def _pair(
    workbench: Workbench, viewer: Viewer, found: Places, place: Place, name: str
) -> tuple[Indicator, Part, dict[Any, Any], dict[Any, Any]]:
    """Return a cijfer with its row here and in the whole gemeente."""
    indicator, _, part = name.partition(".")
    rows = []
    for level, code in ((Level.GEBIED, place.code), (Level.GEMEENTE, found.gemeente.code)):
        values = figures.level_values(
            workbench,
            viewer,
            found,
            Filters(found.gemeente.code),
            indicator=indicator,
            level=level,
            part=part or None,
        )
        rows += values.rows[values.rows["code"] == code].to_dict("records")
    return values.definition, values.part, rows[0], rows[1]


def _line(one: Indicator, part: Part, here: dict[Any, Any], whole: dict[Any, Any]) -> SheetFigure:
    row = figure_row(one, part, here, whole)
    places = row.strip or Strip(None, None, None, None)
    return SheetFigure(
        naam=part.naam,
        eenheid="" if part.unit == "%" else unit_beside(part.naam, part.unit),
        hier=_with_percent(row.here),
        # Why there is no value has more room beside it.
        marge=row.here.margin if row.here.known else row.here.text,
        gemeente=_with_percent(row.gemeente),
        vergelijking=(row.here.known and row.beside.town.verdict) or "–",
        place=places.here,
        lower=places.lower,
        upper=places.upper,
        whole=places.gemeente,
    )


def _with_percent(said: ValueWords) -> str:
    if not said.known:
        return "–"
    return f"{said.text} %" if said.unit == "%" else said.text


def _counts(inside: pd.DataFrame) -> tuple[SheetCount, ...]:
    """Return the soorten with most meldingen; the first by name of those that have as many."""
    done = inside["status"] == Status.CLOSED
    found = inside.assign(done=done).groupby("category_name")["done"].agg(["size", "sum"]).reset_index()
    found = found.sort_values(["size", "category_name"], ascending=[False, True]).head(MOST_KINDS)
    return tuple(
        SheetCount(str(row["category_name"]), dutch(row["size"]), dutch(row["sum"]))
        for row in found.to_dict("records")
    )


def _counts_note(texts: Catalogue, inside: pd.DataFrame, period: str, *, staff: bool) -> str:
    if not period:
        return texts.text("blad.gemeld_geen")
    if inside.empty:
        return texts.text("blad.gemeld_leeg", periode=period)
    kinds = inside["category_name"].nunique()
    done = int((inside["status"] == Status.CLOSED).sum())
    said = texts.text(
        "blad.gemeld",
        periode=period,
        n=texts.counted(len(inside), "melding"),
        soorten=kinds,
        klaar=dutch(done),
    )
    return f"{said} {texts.text('blad.gemeld_staf' if staff else 'blad.gemeld_openbaar')}"


def _strong(texts: Catalogue, near: Neighbourhood) -> tuple[str, ...]:
    organisations = (f"{one.naam}: {one.wat}" for one in near.organisations)
    places = near.meeting_places
    met = [texts.text("blad.plekken", plekken=_listed(texts, places))] if places else []
    return (*_shortened(texts, list(organisations)), *met)


def _plans(texts: Catalogue, near: Neighbourhood) -> tuple[str, ...]:
    running = [texts.text("blad.loopt", titel=one.title) for one in near.running]
    finished = [
        texts.text("blad.uitgevoerd", titel=one.title, dag=day_text(one.finished_on))
        for one in near.finished
        if one.finished_on is not None
    ]
    return _shortened(texts, [*running, *finished])


def _shortened(texts: Catalogue, lines: Sequence[str]) -> tuple[str, ...]:
    """Return as many lines as there is room for, each short, and how many more there are."""
    kept = [textwrap.shorten(line, LONGEST, placeholder=" …") for line in lines[:MOST_LINES]]
    more = len(lines) - len(kept)
    return (*kept, *([texts.text("blad.en_meer", n=more)] if more else []))


def _listed(texts: Catalogue, names: Iterable[str]) -> str:
    every = list(names)
    kept = ", ".join(every[:MOST_LINES])
    more = len(every) - MOST_LINES
    return f"{kept} {texts.text('blad.en_meer', n=more)}" if more > 0 else kept


def _code(address: str) -> str:
    """Return an address as a code for the camera of a phone, as SVG."""
    stream = io.BytesIO()
    segno.make(address, error="m").save(stream, kind="svg", border=1, xmldecl=False)
    return stream.getvalue().decode()
