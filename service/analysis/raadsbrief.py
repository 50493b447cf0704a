"""Raadsbrief: a yearly letter to the council as a draft: what was found, chosen and done in each gebied."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

import pandas as pd

from data.choices import Status
from data.meldingen import Filters
from data.rights import Right
from data.visibility import Viewer
from geo.areas import Level
from geo.indicators import Indicator, Part
from geo.rates import Verdict
from maps.facts import EXAMPLE
from maps.numbers import dutch
from service.analysis import figures, gebied_change, public_list, reports
from service.analysis.choropleth import ATTRIBUTION
from service.analysis.formula_words import formula
from service.analysis.places import Place, Places
from service.analysis.public_list import Plan
from service.analysis.value_words import shared_decimals, value_words
from service.analysis.words import day_text, moment_words, period_text
from service.analysis.workbench import Workbench
from service.texts import Catalogue, catalogue

CLEAR: Final = (Verdict.HOGER.value, Verdict.LAGER.value)
MOST_KINDS: Final = 3


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading of a level, 1 for the title."""

    level: int
    text: str


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Running text; `open` marks a place that the writer still has to fill in."""

    text: str
    open: bool = False


@dataclass(frozen=True, slots=True)
class Points:
    """A list of sentences."""

    texts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Grid:
    """A table: names of columns, and rows of text."""

    names: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


Block = Heading | Paragraph | Points | Grid


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter as blocks of text, to be written to a file that its sender can edit."""

    title: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class _Found:
    """A cijfer that differs clearly in a gebied: how many times that of the rest decides the order."""

    definition: Indicator
    part: Part
    code: str
    text: str
    far: float


@dataclass(frozen=True, slots=True)
class _Asked:
    """What the letter is about, and who gets to see it."""

    workbench: Workbench
    viewer: Viewer
    found: Places
    year: int

    @property
    def filters(self) -> Filters:
        return Filters(self.found.gemeente.code, since=date(self.year, 1, 1), until=date(self.year, 12, 31))


def letter(workbench: Workbench, viewer: Viewer, found: Places, *, year: int, made_at: datetime) -> Letter:
    """Return the letter about a year, with the numbers that this viewer may see.

    What nothing is recorded of yet is said in so many words, as a place to fill in.
    """
    asked, texts = _Asked(workbench, viewer, found, year), catalogue()
    rows, period = _reported(asked)
    differences = _differences(asked)
    plans = public_list.plans(workbench, viewer, found, Filters(found.gemeente.code))
    example = bool(rows["example"].any()) or any(plan.example for plan in plans)
    title = texts.text("raadsbrief.titel", gemeente=found.gemeente.naam, jaar=year)
    blocks: list[Block] = [Heading(1, title)]
    blocks += _opening(asked, texts, example=example)
    blocks += _overview(asked, texts, rows, plans, period)
    for place in found.of(Level.GEBIED):
        blocks += _gebied(asked, texts, place, rows=rows, plans=plans, differences=differences)
    blocks += _account(asked, texts, differences, made_at=made_at, period=period)
    return Letter(title, tuple(blocks))


def _opening(asked: _Asked, texts: Catalogue, *, example: bool) -> list[Block]:
    staff = asked.viewer.may(Right.FIGURES_STAFF, asked.found.gemeente.code)
    proposed = any(place.status == "voorstel" for place in asked.found.of(Level.GEBIED))
    said: list[Block] = [
        Paragraph(texts.text("raadsbrief.concept"), open=True),
        Paragraph(texts.text("raadsbrief.aanhef"), open=True),
        Paragraph(texts.text("raadsbrief.inleiding", gemeente=asked.found.gemeente.naam, jaar=asked.year)),
    ]
    if example:
        said.append(Paragraph(texts.text("raadsbrief.voorbeeld", merk=EXAMPLE), open=True))
    if staff:
        said.append(Paragraph(texts.text("raadsbrief.staf"), open=True))
    if proposed:
        said.append(Paragraph(texts.text("raadsbrief.voorstel")))
    return said


def _reported(asked: _Asked) -> tuple[pd.DataFrame, str]:
    """Return the meldingen of the year, and the days that they are from; empty text without any."""
    with asked.workbench.session() as session:
        rows = reports.observed_frame(
            asked.workbench, session, asked.viewer, asked.filters, edition=asked.found.edition
        )
        watched = reports.watches(asked.workbench, session, asked.viewer, asked.filters)
    return rows, period_text(watched)


def _overview(
    asked: _Asked, texts: Catalogue, rows: pd.DataFrame, plans: Sequence[Plan], period: str
) -> list[Block]:
    table = [
        (
            place.naam,
            *(_counts(rows[rows["buurt"].isin(place.buurten)])),
            dutch(len(_begun(plans, place, asked.year))),
            dutch(len(_ended(plans, place, asked.year))),
        )
        for place in asked.found.of(Level.GEBIED)
    ]
    kop = texts.section("raadsbrief_kop")
    names = (kop["gebied"], kop["meldingen"], kop["klaar"], kop["gestart"], kop["afgerond"])
    when = (
        texts.text("raadsbrief.periode", periode=period)
        if period
        else texts.text("raadsbrief.geen_meldingen")
    )
    return [
        Heading(2, texts.text("raadsbrief.overzicht")),
        Paragraph(when),
        Grid(tuple(map(str, names)), tuple(table)),
        Paragraph(texts.text("raadsbrief.aantallen")),
    ]


def _gebied(
    asked: _Asked,
    texts: Catalogue,
    place: Place,
    *,
    rows: pd.DataFrame,
    plans: Sequence[Plan],
    differences: Sequence[_Found],
) -> list[Block]:
    inside = rows[rows["buurt"].isin(place.buurten)]
    clear = tuple(one.text for one in differences if one.code == place.code)
    changed = gebied_change.changed(asked.workbench, asked.viewer, asked.found, place)
    active = tuple(_active(texts, plans, place, asked.year))
    none = texts.text("raadsbrief.geen_verschil", gemeente=asked.found.gemeente.naam)
    return [
        Heading(2, place.naam),
        Heading(3, texts.text("raadsbrief.gevonden")),
        Points(clear) if clear else Paragraph(none),
        Points(changed),
        Heading(3, texts.text("raadsbrief.gemeld")),
        Paragraph(_said(texts, inside)),
        Heading(3, texts.text("raadsbrief.gekozen")),
        Paragraph(texts.text("raadsbrief.niets_vastgelegd"), open=True),
        Heading(3, texts.text("raadsbrief.initiatieven")),
        Points(active) if active else Paragraph(texts.text("raadsbrief.geen_initiatieven")),
    ]


def _account(
    asked: _Asked, texts: Catalogue, differences: Sequence[_Found], *, made_at: datetime, period: str
) -> list[Block]:
    used = {f"{one.definition.id}.{one.part.key}": one for one in differences}
    terms = tuple(
        (one.part.naam, formula(one.part), " ".join(one.definition.caveats), str(one.definition.version))
        for one in used.values()
    )
    kop = texts.section("raadsbrief_kop")
    names = (kop["cijfer"], kop["formule"], kop["let_op"], kop["versie"])
    return [
        Heading(2, texts.text("raadsbrief.verantwoording")),
        Paragraph(texts.text("raadsbrief.toeval")),
        Paragraph(texts.text("blad.stand", moment=moment_words(made_at), jaar=asked.found.edition)),
        *([Paragraph(texts.text("raadsbrief.periode", periode=period))] if period else []),
        Paragraph("; ".join(ATTRIBUTION)),
        *([Grid(tuple(map(str, names)), terms)] if terms else []),
    ]


def _differences(asked: _Asked) -> list[_Found]:
    """Return what is clearly higher or lower than in the rest of the gemeente, furthest first."""
    found = [
        one
        for definition in figures.definitions(asked.viewer)
        if Level.GEBIED in definition.levels
        for part in definition.parts
        for one in _of_part(asked, definition, part)
    ]
    return sorted(found, key=lambda one: (-one.far, one.part.naam))


def _of_part(asked: _Asked, definition: Indicator, part: Part) -> Iterable[_Found]:
    values = figures.level_values(
        asked.workbench,
        asked.viewer,
        asked.found,
        asked.filters,
        indicator=definition.id,
        level=Level.GEBIED,
        part=part.key,
    )
    rows = values.rows
    decimals = shared_decimals(rows["value"])
    for row in rows[(rows["status"] == "bekend") & rows["verdict"].isin(CLEAR)].to_dict("records"):
        yield _Found(definition, part, row["code"], _difference(asked, part, row, decimals), _far(row))


def _difference(asked: _Asked, part: Part, row: dict[Any, Any], decimals: int) -> str:
    said = value_words(row, unit=part.unit, decimals=decimals)
    return catalogue().text(
        f"raadsbrief.verschil_{row['verdict']}",
        cijfer=part.naam,
        waarde=said.text,
        marge=said.margin,
        keer=dutch(float(row["ratio"]), 2),
        gemeente=asked.found.gemeente.naam,
    )


def _far(row: dict[Any, Any]) -> float:
    """Return how far a ratio lies from 1, whichever way."""
    ratio = float(row["ratio"])
    return abs(math.log(ratio)) if ratio > 0 else math.inf


def _counts(inside: pd.DataFrame) -> tuple[str, str]:
    return dutch(len(inside)), dutch(int((inside["status"] == Status.CLOSED).sum()))


def _said(texts: Catalogue, inside: pd.DataFrame) -> str:
    if inside.empty:
        return texts.text("raadsbrief.gemeld_leeg")
    kinds = inside["category_name"].value_counts()
    kinds = kinds.sort_index(kind="stable").sort_values(ascending=False, kind="stable").head(MOST_KINDS)
    most = ", ".join(f"{str(name).lower()} ({dutch(count)})" for name, count in kinds.items())
    total, done = _counts(inside)
    return texts.text("raadsbrief.gemeld_zo", n=total, klaar=done, soorten=most)


def _begun(plans: Sequence[Plan], place: Place, year: int) -> list[Plan]:
    here = [plan for plan in plans if plan.buurt is not None and plan.buurt.code in place.buurten]
    return [plan for plan in here if plan.started_on is not None and plan.started_on.year == year]


def _ended(plans: Sequence[Plan], place: Place, year: int) -> list[Plan]:
    here = [plan for plan in plans if plan.buurt is not None and plan.buurt.code in place.buurten]
    return [plan for plan in here if plan.finished_on is not None and plan.finished_on.year == year]


def _active(texts: Catalogue, plans: Sequence[Plan], place: Place, year: int) -> Iterable[str]:
    ended = _ended(plans, place, year)
    for plan in ended:
        assert plan.finished_on is not None
        yield texts.text("raadsbrief.is_klaar", titel=plan.title, dag=day_text(plan.finished_on))
    for plan in _begun(plans, place, year):
        if plan not in ended:
            yield texts.text("raadsbrief.is_gestart", titel=plan.title, stand=plan.status)
