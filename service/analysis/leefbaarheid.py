"""Leefbaarheid: the index of a town's areas, from the cijfers that staff may see, with what it rests on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from data.meldingen import Filters
from data.observation import Watch
from data.rights import Right
from data.visibility import Viewer
from geo.areas import Level
from geo.errors import FigureError
from geo.indicator_values import ValueStatus
from geo.indicators import Dimension
from geo.leefbaarheid import DRAWS, Index, index
from geo.leefbaarheid_items import FEELING, Gathered, gathered
from service.analysis import figures, places, reports, towns
from service.analysis.places import Place, Places
from service.analysis.value_words import ValueWords, shared_decimals, value_words
from service.analysis.workbench import Workbench

Weights = Mapping[Dimension, float]


@dataclass(frozen=True, kw_only=True)
class Chosen:
    """What a reader chose: how much each dimension weighs, what areas are laid beside, and what counts."""

    level: Level
    weights: Weights
    against_all: bool = False
    estimates: bool = False
    unsure: bool = False


@dataclass(frozen=True, slots=True)
class Share:
    """What one dimension adds to a score, NaN where it is lacking; `known` of `wanted` cijfers are there."""

    dimension: Dimension
    value: float
    known: int
    wanted: int


@dataclass(frozen=True, slots=True)
class IndexRow:
    """One area: its score, where it lies in the order, and what each dimension adds."""

    place: Place
    score: float
    place_lower: int | None
    place_upper: int | None
    shares: tuple[Share, ...]
    missing: tuple[Dimension, ...]
    small: bool

    @property
    def is_known(self) -> bool:
        """Whether the area has a score."""
        return bool(np.isfinite(self.score))


@dataclass(frozen=True, eq=False)
class Leefbaarheid:
    """The index of one level: rows from high to low, those without a score last.

    `items` are the cijfers that score, as `id.part`: those that this town has something of.
    """

    rows: tuple[IndexRow, ...]
    used: tuple[Dimension, ...]
    ranked: int
    example: bool
    years: tuple[int, ...]
    against: tuple[str, ...]
    items: tuple[str, ...] = ()
    watches: tuple[Watch, ...] = ()
    draws: int = DRAWS


@dataclass(frozen=True, slots=True)
class Felt:
    """What a survey says, beside the score and never in it: words by code of the area."""

    naam: str
    words: Mapping[str, ValueWords]


def leefbaarheid(
    workbench: Workbench, viewer: Viewer, found: Places, filters: Filters, chosen: Chosen
) -> Leefbaarheid:
    """Return the index under the chosen weights.

    Raises FigureError when there is nothing to weigh: no areas, no cijfers, or no weight on what there are
    cijfers of.
    """
    if not found.of(chosen.level):
        raise FigureError(f"In {found.gemeente.naam} is er geen indeling per {chosen.level.value}.")
    with workbench.session() as session:
        filters = reports.settled(workbench, session, viewer, filters)
        others = _others(workbench, viewer, found) if chosen.against_all else ()
        key = (
            "leefbaarheid",
            viewer.sees,
            filters,
            found.edition,
            chosen.level,
            chosen.against_all,
            chosen.estimates,
        )
        worked, own = workbench.remember(
            session, key, lambda: _worked(workbench, viewer, (found, *others), filters, chosen)
        )
        watches = reports.watches(workbench, session, viewer, filters)
    weighed = _weighed(worked, own, found, chosen, tuple(one.gemeente.naam for one in others))
    return replace(weighed, watches=watches)


def felt(
    workbench: Workbench, viewer: Viewer, found: Places, filters: Filters, *, level: Level
) -> list[Felt]:
    """Return what surveys say of each area, for those that were imported."""
    answers = []
    for name, part in FEELING:
        values = figures.level_values(
            workbench, viewer, found, filters, indicator=name, level=level, part=part
        )
        rows = values.rows
        if (rows["status"] == ValueStatus.BEKEND).any():
            decimals = shared_decimals(rows["value"])
            words = {
                row["code"]: value_words(row, unit=values.part.unit, decimals=decimals)
                for row in rows.to_dict("records")
            }
            answers.append(Felt(values.part.naam, words))
    return answers


def _others(workbench: Workbench, viewer: Viewer, found: Places) -> tuple[Places, ...]:
    """Return the other loaded towns of which this viewer sees everything: half of a town is no yardstick."""
    return tuple(
        places.places(workbench, place.code)
        for place in towns.towns(workbench)
        if place.code != found.gemeente.code and viewer.may(Right.FIGURES_STAFF, place.code)
    )


def _worked(
    workbench: Workbench, viewer: Viewer, around: Sequence[Places], filters: Filters, chosen: Chosen
) -> tuple[Index, Gathered]:
    """Return the index of the first town beside the others that have this level, and the town itself."""
    own, *others = (
        _gathered(workbench, viewer, one, replace(filters, gemeente=one.gemeente.code), chosen)
        for one in around
        if one.of(chosen.level)
    )
    return index(own.town, [one.town for one in others]), own


def _gathered(
    workbench: Workbench, viewer: Viewer, found: Places, filters: Filters, chosen: Chosen
) -> Gathered:
    with workbench.session() as session:
        evidence = figures.evidence(workbench, session, viewer, found, filters)
    return gathered(evidence, found.membership(chosen.level), estimates=chosen.estimates)


def _weighed(
    worked: Index, own: Gathered, found: Places, chosen: Chosen, against: tuple[str, ...]
) -> Leefbaarheid:
    ranking = worked.weigh(chosen.weights, unsure=chosen.unsure)
    rows = []
    for at, code in enumerate(worked.codes):
        known = bool(np.isfinite(ranking.score[at]))
        shares = tuple(
            Share(one, float(ranking.contributions[at, i]), int(worked.known[at, i]), int(worked.wanted[i]))
            for i, one in enumerate(worked.dimensions)
        )
        lower, upper = ranking.place_lower[at], ranking.place_upper[at]
        rows.append(
            IndexRow(
                found.by_code[code],
                float(ranking.score[at]),
                int(lower) if known else None,
                int(upper) if known else None,
                shares,
                ranking.missing[at],
                code in own.small,
            )
        )
    rows.sort(key=lambda row: (not row.is_known, -row.score if row.is_known else 0.0, row.place.naam))
    used = tuple(
        one
        for one, wanted in zip(worked.dimensions, worked.wanted, strict=True)
        if wanted and chosen.weights.get(one, 0) > 0
    )
    ranked = sum(row.is_known for row in rows)
    items = tuple(one.key for one in own.town.items)
    return Leefbaarheid(tuple(rows), used, ranked, own.example, own.years, against, items)
