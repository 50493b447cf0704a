"""Indicator values: what a definition comes to in each area, with what it was worked out from.

`value` equals `n / denominator / exposure_years` times the scale of its unit wherever it has all three. A
value that is not known is NaN with a status that says why, never 0; counts stay, also where no rate can be.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from geo.answers import Answer, Evidence, answer
from geo.indicators import Indicator, Minimum, Part
from geo.measures import EVERYTHING, EventRate, Figure, Selection
from geo.membership import FloatArray, Membership

# The columns of values and what they hold.
COLUMNS = {
    "code": "str",
    "level": "str",
    "indicator": "str",
    "part": "str",
    "value": "float64",
    "n": "float64",
    "denominator": "float64",
    "exposure_years": "float64",
    "lower": "float64",
    "upper": "float64",
    "source": "str",
    "year": "Int64",
    "status": "str",
    "note": "str",
    "example": "bool",
}


class ValueStatus(StrEnum):
    """Why a value is there, or is not."""

    BEKEND = "bekend"
    ONBEKEND = "onbekend"
    GEHEIM = "geheim"
    TE_KLEIN = "te_klein"
    NIET_GELEVERD = "niet_geleverd"
    NIET_OP_DIT_NIVEAU = "niet_op_dit_niveau"
    NOG_GEEN_GEGEVENS = "nog_geen_gegevens"


def all_values(
    definitions: Iterable[Indicator], *, evidence: Evidence, memberships: Sequence[Membership]
) -> pd.DataFrame:
    """The values of every definition at every level, one below the other; columns as `indicator_values`."""
    return _frame(
        [
            _columns(definition, part, evidence, members)
            for definition in definitions
            for members in memberships
            for part in definition.parts
        ]
    )


def indicator_values(definition: Indicator, *, evidence: Evidence, members: Membership) -> pd.DataFrame:
    """One row per area and part of the definition, sorted by part and code, with the columns of `COLUMNS`.

    `value`, `lower` and `upper` are NaN unless `status` is `bekend`; `n` and `denominator` stay when an area
    is too small. `year` is that of the denominator (or of the figure); `part` is the key of the part.
    """
    return all_values([definition], evidence=evidence, memberships=[members])


def _columns(
    definition: Indicator, part: Part, evidence: Evidence, members: Membership
) -> dict[str, NDArray[np.generic]]:
    """One part at one level, as an array per column."""
    found = answer(part.measure, evidence, members)
    status = _status(definition, part, found, evidence, members)
    shown = status == ValueStatus.BEKEND
    nothing = np.full(len(shown), np.nan)

    def everywhere(value: object) -> NDArray[np.generic]:
        return np.full(len(shown), value, dtype=object)

    return {
        "code": members.codes.to_numpy(dtype=object),
        "level": everywhere(str(members.level)),
        "indicator": everywhere(definition.id),
        "part": everywhere(part.key),
        "value": np.where(shown, found.value, np.nan),
        "n": np.where(status == ValueStatus.NIET_OP_DIT_NIVEAU, np.nan, found.n),
        "denominator": found.denominator,
        "exposure_years": np.full(len(shown), found.exposure_years),
        "lower": np.where(shown, nothing if found.lower is None else found.lower, np.nan),
        "upper": np.where(shown, nothing if found.upper is None else found.upper, np.nan),
        "source": np.array(found.source, dtype=object),
        "year": everywhere(max(found.years) if found.years else None),
        "status": status,
        "note": everywhere("; ".join(found.notes)),
        "example": np.full(len(shown), found.example),
    }


def _frame(parts: Sequence[Mapping[str, NDArray[np.generic]]]) -> pd.DataFrame:
    """All parts one below the other, each column in its own type."""
    if not parts:
        return pd.DataFrame(columns=list(COLUMNS)).astype(COLUMNS)
    columns = {name: np.concatenate([part[name] for part in parts]) for name in COLUMNS}
    return typed(columns, COLUMNS)


def typed(columns: Mapping[str, Any], kinds: Mapping[str, Any]) -> pd.DataFrame:
    """Arrays as the columns of a frame, each of its kind at once: `astype` afterwards takes twice as long."""
    return pd.DataFrame({name: pd.array(column, dtype=kinds[name]) for name, column in columns.items()})


def _status(
    definition: Indicator, part: Part, found: Answer, evidence: Evidence, members: Membership
) -> NDArray[np.object_]:
    """The status per area; a reason further down goes before those above it."""
    small = np.zeros(len(members.codes), dtype=bool)
    unknown = np.isnan(found.value)
    for minimum in definition.minimum:
        least = _least(minimum, part, found, evidence, members)
        small |= least < minimum.at_least
        unknown |= np.isnan(least)
    if found.small is not None:
        small |= found.small
    status = np.full(len(small), str(ValueStatus.BEKEND), dtype=object)
    status[unknown] = str(ValueStatus.ONBEKEND)
    status[small] = str(ValueStatus.TE_KLEIN)
    status[found.secret] = str(ValueStatus.GEHEIM)
    if not found.supplied:
        status[:] = str(ValueStatus.NIET_GELEVERD)
    if members.level not in definition.levels:
        status[:] = str(ValueStatus.NIET_OP_DIT_NIVEAU)
    if found.awaited:
        status[:] = str(ValueStatus.NOG_GEEN_GEGEVENS)
    return status


def _least(
    minimum: Minimum, part: Part, found: Answer, evidence: Evidence, members: Membership
) -> FloatArray:
    """What each area has of the thing that a minimum asks for; NaN where that is not known."""
    if isinstance(minimum.of, Figure):
        return evidence.figures.counts(minimum.of, members).value
    if minimum.of == "n":
        return found.n
    if minimum.of == "noemer":
        return found.denominator
    selection = part.measure.selection if isinstance(part.measure, EventRate) else EVERYTHING
    return _reporters(selection, found, evidence, members)


def _reporters(selection: Selection, found: Answer, evidence: Evidence, members: Membership) -> FloatArray:
    people = None if evidence.meldingen is None else evidence.meldingen.people(selection, members)
    if people is None:
        found.notes.append("het aantal melders is niet bekend")
        return np.full(len(members.codes), np.nan)
    return people
