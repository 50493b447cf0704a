"""Indicator values: what a definition comes to in each area, with what it was worked out from.

`value` equals `n / denominator / exposure_years` times the scale of its unit wherever it has all three. A
value that is not known is NaN with a status that says why, never 0; counts stay, also where no rate can be.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from enum import StrEnum

import numpy as np
import pandas as pd

from geo.answers import Answer, Evidence, answer
from geo.indicators import Indicator, Minimum, Part
from geo.measures import EVERYTHING, EventRate, Figure, Selection
from geo.membership import FloatArray, Membership

COLUMNS = (
    "code",
    "level",
    "indicator",
    "part",
    "value",
    "n",
    "denominator",
    "exposure_years",
    "lower",
    "upper",
    "source",
    "year",
    "status",
    "note",
    "example",
)


class ValueStatus(StrEnum):
    """Why a value is there, or is not."""

    BEKEND = "bekend"
    ONBEKEND = "onbekend"
    GEHEIM = "geheim"
    TE_KLEIN = "te_klein"
    NIET_GELEVERD = "niet_geleverd"
    NIET_OP_DIT_NIVEAU = "niet_op_dit_niveau"


def all_values(
    definitions: Iterable[Indicator], *, evidence: Evidence, memberships: Sequence[Membership]
) -> pd.DataFrame:
    """The values of every definition at every level, one below the other; columns as `indicator_values`."""
    frames = [
        indicator_values(definition, evidence=evidence, members=members)
        for definition in definitions
        for members in memberships
    ]
    return pd.concat(frames, ignore_index=True) if frames else pd.DataFrame(columns=list(COLUMNS))


def indicator_values(definition: Indicator, *, evidence: Evidence, members: Membership) -> pd.DataFrame:
    """One row per area and part of the definition, sorted by part and code, with the columns of `COLUMNS`.

    `value`, `lower` and `upper` are NaN unless `status` is `bekend`; `n` and `denominator` stay when an area
    is too small. `year` is that of the denominator (or of the figure); `part` is the key of the part.
    """
    frames = [_part_values(definition, part, evidence, members) for part in definition.parts]
    return pd.concat(frames, ignore_index=True)


def _part_values(definition: Indicator, part: Part, evidence: Evidence, members: Membership) -> pd.DataFrame:
    found = answer(part.measure, evidence, members)
    status = _status(definition, part, found, evidence, members)
    shown = status == ValueStatus.BEKEND
    hidden = status == ValueStatus.NIET_OP_DIT_NIVEAU
    nothing = np.full(len(members.codes), np.nan)
    return pd.DataFrame(
        {
            "code": members.codes,
            "level": str(members.level),
            "indicator": definition.id,
            "part": part.key,
            "value": np.where(shown, found.value, np.nan),
            "n": np.where(hidden, np.nan, found.n),
            "denominator": found.denominator,
            "exposure_years": found.exposure_years,
            "lower": np.where(shown, nothing if found.lower is None else found.lower, np.nan),
            "upper": np.where(shown, nothing if found.upper is None else found.upper, np.nan),
            "source": list(found.source),
            "year": pd.array([max(found.years) if found.years else None] * len(nothing), dtype="Int64"),
            "status": pd.array(status, dtype="str"),
            "note": "; ".join(found.notes),
            "example": found.example,
        },
        columns=list(COLUMNS),
    )


def _status(
    definition: Indicator, part: Part, found: Answer, evidence: Evidence, members: Membership
) -> np.ndarray[tuple[int], np.dtype[np.object_]]:
    """The status per area: the first reason that applies."""
    small = np.zeros(len(members.codes), dtype=bool)
    unknown = np.isnan(found.value)
    for minimum in definition.minimum:
        least = _least(minimum, part, found, evidence, members)
        small |= least < minimum.at_least
        unknown |= np.isnan(least)
    if members.level not in definition.levels:
        return np.full(len(small), ValueStatus.NIET_OP_DIT_NIVEAU, dtype=object)
    if not found.supplied:
        return np.full(len(small), ValueStatus.NIET_GELEVERD, dtype=object)
    reasons = [found.secret, small, unknown]
    names = [ValueStatus.GEHEIM, ValueStatus.TE_KLEIN, ValueStatus.ONBEKEND]
    return np.select(reasons, [np.array(name, dtype=object) for name in names], ValueStatus.BEKEND)


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
