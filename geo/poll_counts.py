"""Poll counts: how many people said something in the last closed round of an area, from five alone."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import pandas as pd

from geo.membership import BoolArray, FloatArray, Membership


class Polled(StrEnum):
    """What people could say of themselves."""

    WIL_HELPEN = "wil_helpen"
    WENS_ACTIVITEIT = "wens_activiteit"
    HULP_ORGANISEREN = "hulp_organiseren"


@dataclass(frozen=True, slots=True, eq=False)
class PollCounts:
    """Rows `code, source` and a column for each `Polled`: NaN for fewer than five.

    Of each area the last round that everybody may read, and nothing is added up: an area that is not in it
    has none.
    """

    rows: pd.DataFrame
    example: bool = False

    def of(self, what: Polled, members: Membership) -> tuple[FloatArray, BoolArray]:
        """The count per area, NaN where it is not known, and whether it is fewer than five."""
        own = self.rows.set_index("code")[what.value]
        value = own.reindex(members.codes).to_numpy(dtype=np.float64)
        return value, np.asarray(members.codes.isin(own.index) & np.isnan(value), dtype=bool)

    def sources(self, members: Membership) -> list[str]:
        """The round per area, in words; empty where there is none."""
        own = self.rows.set_index("code")["source"]
        return list(own.reindex(members.codes, fill_value="").astype(str))
