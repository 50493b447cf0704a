"""Surveys: answers of a sample, with the margins that its makers published; nothing is worked out again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from geo.membership import FloatArray, Membership

COLUMNS = ("code", "question", "year", "value", "lower", "upper", "respondents", "survey")


class SurveyAnswers(NamedTuple):
    """What a survey says per area; NaN where it says nothing, `survey` is then empty."""

    value: FloatArray
    lower: FloatArray
    upper: FloatArray
    respondents: FloatArray
    survey: NDArray[np.object_]
    year: int | None


@dataclass(frozen=True, slots=True, eq=False)
class SurveyFigures:
    """Rows with `COLUMNS`, at most one per code, question and year."""

    rows: pd.DataFrame

    def of(self, question: str, members: Membership) -> SurveyAnswers | None:
        """The answers of the latest year, as published for the areas themselves; None without any.

        A mean of the parts of an area would need their weights, which no table gives: it is not known.
        """
        asked = self.rows[self.rows["question"] == question]
        if asked.empty:
            return None
        year = int(asked["year"].max())
        latest = asked[asked["year"] == year].set_index("code").reindex(members.codes)
        names = ("value", "lower", "upper", "respondents")
        value, lower, upper, respondents = (latest[name].to_numpy(np.float64) for name in names)
        survey = latest["survey"].fillna("").to_numpy(dtype=object)
        return SurveyAnswers(value, lower, upper, respondents, survey, year)
