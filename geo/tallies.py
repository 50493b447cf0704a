"""Tallies: what was counted for one cijfer in the records of the service, per area or for a whole town."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import pandas as pd

from geo.areas import Level
from geo.membership import FloatArray, Membership


class Tallied(StrEnum):
    """What a tally counts: of how many it holds, out of how many."""

    BINNEN_TERMIJN = "binnen termijn"
    HEROPEND = "heropend"
    TEVREDEN = "tevreden"
    ANTWOORD = "antwoord"
    TELEFOON = "telefoon"
    UITGEVOERD = "uitgevoerd"
    AFSPRAKEN = "afspraken"
    DEELNEMERS = "deelnemers"


@dataclass(frozen=True, slots=True, eq=False)
class Tally:
    """Rows `code, over, under`: counts of buurten, or of a larger area where no buurt is known.

    Rows of a gebied, wijk or gemeente count for that area alone. `source` names where they were kept,
    `notes` what was left out.
    """

    rows: pd.DataFrame
    source: str
    notes: tuple[str, ...] = ()
    example: bool = False

    def in_areas(self, members: Membership) -> tuple[FloatArray, FloatArray]:
        """Both counts per area, 0 where there is nothing."""
        return self._sum("over", members), self._sum("under", members)

    def _sum(self, column: str, members: Membership) -> FloatArray:
        counted = self.rows.groupby("code")[column].sum()
        of_buurten = counted.reindex(members.buurten, fill_value=0).to_numpy(dtype=np.float64)
        own = counted.reindex(members.codes, fill_value=0).to_numpy(dtype=np.float64)
        return members.total(of_buurten) + (0.0 if members.level is Level.BUURT else own)


@dataclass(frozen=True, slots=True, eq=False)
class Active:
    """Who is active where: rows `who, code` with a code per buurt, or of the gemeente for all of it."""

    rows: pd.DataFrame
    source: str
    example: bool = False

    def in_areas(self, members: Membership) -> FloatArray:
        """How many are active in each area; who is active in several of its buurten counts once."""
        pairs = pd.DataFrame({"code": members.buurten, "area": members.owner})
        own = pd.DataFrame({"code": members.codes, "area": np.arange(len(members.codes))})
        whole = pd.concat([pairs, own]) if members.level is Level.GEMEENTE else pairs
        found = whole.merge(self.rows, on="code").drop_duplicates(["area", "who"])
        return np.bincount(found["area"], minlength=len(members.codes)).astype(np.float64)
