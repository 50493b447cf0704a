"""Theme readings: what the clues of themes are read from, for the areas of a town and for its buurten."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
import pandas as pd

from geo.evidence import Evidence
from geo.indicator_values import ValueStatus, all_values
from geo.measures import Difference, EventRate, FigureRate
from geo.membership import FloatArray, Membership
from geo.registry import INWONERS
from geo.theme_advice import carriers
from geo.theme_inputs import Reading
from geo.themes import Clue, Given

# Fewer inhabitants say too little for a reason.
FEWEST_PEOPLE: Final = 500
# A difference from the gemeente has no zero of its own: two and a half points are its least spread.
LEAST_POINTS: Final = 2.5
Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True, eq=False)
class Read:
    """A clue as it was read: rows of `geo.indicator_values` by code, of the areas and of the buurten."""

    given: Given
    areas: Mapping[str, Row]
    buurten: Mapping[str, Row]
    reading: Reading


@dataclass(frozen=True, slots=True, eq=False)
class Ground:
    """What a clue is read for: areas with the gemeente and the buurten, and who of them is left out.

    `special` are buurten that carry no theme by themselves.
    """

    areas: Membership
    town: Membership
    buurten: Membership
    special: frozenset[str] = frozenset()


def people(evidence: Evidence, members: Membership) -> FloatArray:
    """The inhabitants of each area, of shape (areas,), NaN where they are not known."""
    return evidence.figures.counts(INWONERS, members).value


def read_all(givens: Sequence[Given], evidence: Evidence, ground: Ground) -> dict[str, Read]:
    """Every clue as it was read, by its key; one with few inhabitants or below a minimum has none."""
    members = {one.level: one for one in (ground.areas, ground.town, ground.buurten)}
    wanted = {one.indicator.id: one.indicator for one in givens}
    values = all_values(wanted.values(), evidence=evidence, memberships=list(members.values()))
    # All rows at once: making rows of a frame takes as long for a few.
    rows: dict[tuple[str, ...], Mapping[Any, Any]] = {
        (row["indicator"], row["part"], row["level"], row["code"]): row for row in values.to_dict("records")
    }
    weight = people(evidence, ground.areas)
    return {one.key: _read(one, rows, ground, weight) for one in givens}


def carrying(found: Read, clue: Clue, code: str, living: FloatArray, ground: Ground) -> list[str]:
    """The codes of the buurten of an area that carry a clue, the farthest first; not special places.

    `living` holds the inhabitants of each buurt of the ground.
    """
    members = ground.areas
    inside = [str(one) for one in members.buurten[members.owner == members.codes.get_loc(code)]]
    usable = [one for one in inside if one not in ground.special]
    enough = living[ground.buurten.codes.get_indexer(pd.Index(usable))]
    values = np.array([float(found.buurten[one]["value"]) for one in usable])
    values = np.where(enough >= FEWEST_PEOPLE, values, np.nan)
    own, town = float(found.areas[code]["value"]), found.reading.town
    held = carriers(values, clue, at_least=own, town=town)
    order = np.argsort(-clue.side.sign * np.nan_to_num(values), kind="stable")
    return [usable[at] for at in order if held[at]]


def _read(given: Given, rows: Mapping[tuple[Any, ...], Row], ground: Ground, weight: FloatArray) -> Read:
    areas, town, buurten = (
        {
            str(code): rows[given.indicator.id, given.part.key, str(members.level), code]
            for code in members.codes
        }
        for members in (ground.areas, ground.town, ground.buurten)
    )
    [whole] = town.values()
    return Read(given, areas, buurten, _reading(given, list(areas.values()), whole, weight))


def _reading(given: Given, rows: Sequence[Row], town: Row, weight: FloatArray) -> Reading:
    usable = (weight >= FEWEST_PEOPLE) & np.array([row["status"] in _usable(given) for row in rows])
    values = np.where(usable, _column(rows, "value"), np.nan)
    measure = given.part.measure
    if isinstance(measure, EventRate | FigureRate):
        exposure = _column(rows, "denominator") * _column(rows, "exposure_years") / measure.scale
        counts = np.where(usable, _column(rows, "n"), np.nan)
        whole = float(town["n"]) / float(town["denominator"]) / float(town["exposure_years"]) * measure.scale
        return _beside(given, Reading(counts, whole, exposure), counts / exposure, weight)
    if isinstance(measure, Difference):
        return Reading(values, 0.0, least=LEAST_POINTS)
    return _beside(given, Reading(values, float(town["value"])), values, weight)


def _column(rows: Sequence[Row], name: str) -> FloatArray:
    return np.array([row[name] for row in rows], dtype=np.float64)


def _beside(given: Given, reading: Reading, values: FloatArray, weight: FloatArray) -> Reading:
    """The reading beside what its clue asks for; without that nothing is known."""
    known = np.isfinite(values) & (weight > 0)
    town = reading.town
    if given.beside == "gebieden" and known.any():
        town = float(np.average(values[known], weights=weight[known]))
    if np.isfinite(town):
        return replace(reading, town=town)
    return Reading(np.full(len(values), np.nan), 0.0)


def _usable(given: Given) -> list[str]:
    """The statuses that an area counts with: few events are no fault, they have a wide margin."""
    only_few = all(minimum.of == "n" for minimum in given.indicator.minimum)
    few = [ValueStatus.TE_KLEIN.value] if only_few else []
    return [ValueStatus.BEKEND.value, *few]
