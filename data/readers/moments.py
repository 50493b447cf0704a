"""Moments: dates and times as Dutch systems write them, in UTC.

ISO (`2026-05-20T11:56:09+00:00`, with or without zone or time) and day-month-year (`20-05-2026 11:56`). A
moment without zone is Dutch time: in the hour that occurs twice it is the first, summer time; in the hour
that does not exist it moves on to the first minute that does.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from geo.errors import ImportRefused

ZONE: Final = "Europe/Amsterdam"
DAY_FIRST: Final = "dag-maand-jaar"
MONTH_FIRST: Final = "maand-dag-jaar"
# No \d: it means the digits of every script, and takes five times as long.
_WITH_ZONE: Final = r":[0-9]{2}(?:[.,][0-9]+)?\s*(?:Z|[+-][0-9]{2}(?::?[0-9]{2})?)$"
_PARTS: Final = r"^(\d{1,2})[-/.](\d{1,2})[-/.]\d{4}"
_TIMES: Final = ("", " %H:%M", " %H:%M:%S", " %H:%M:%S.%f")
_DAYS: Final = {DAY_FIRST: "%d-%m-%Y", MONTH_FIRST: "%m-%d-%Y"}


def read_moments(values: pd.Series, *, order: str = DAY_FIRST) -> pd.Series:
    """The moment in each text, as datetime64[us, UTC] on the same index; NaT for empty or unreadable text."""
    text = values.str.strip()
    found = pd.Series(pd.NaT, index=text.index, dtype="datetime64[us, UTC]")
    iso = text.str.match(r"\d{4}-\d")
    zoned = iso & text.str.contains(_WITH_ZONE)
    if zoned.any():
        found[zoned] = pd.to_datetime(text[zoned], format="ISO8601", utc=True, errors="coerce").dt.as_unit(
            "us"
        )
    local = iso & ~zoned
    if local.any():
        found[local] = _in_utc(pd.to_datetime(text[local], format="ISO8601", errors="coerce"))
    dutch = ~iso & text.str.match(_PARTS)
    if dutch.any():
        found[dutch] = _in_utc(_by_format(text[dutch], _DAYS[order]))
    return found


def days_only(values: pd.Series) -> npt.NDArray[np.bool_]:
    """Whether each text is a day without a time."""
    return np.asarray(~values.str.contains(":"), dtype=np.bool_)


def find_order(values: Sequence[str]) -> str | None:
    """What comes first in dates such as 03-04-2026: the day or the month; None when there are none.

    Nothing that proves the month first is Dutch order; proof of it is refused, since a person must say so.
    """
    parts = pd.Series(list(values), dtype="str").str.extract(_PARTS).dropna().astype(int)
    if parts.empty:
        return None
    if (parts[0] > 12).any() or not (parts[1] > 12).any():
        return DAY_FIRST
    raise ImportRefused(
        "in deze datums lijkt de maand voorop te staan; "
        f"zet bij [lezen] datum = '{MONTH_FIRST}' als dat zo is"
    )


def as_text(moments: pd.Series) -> list[str | None]:
    """Each moment as SQLite keeps it (`2026-05-20 09:56:09.000000`, UTC), None for NaT."""
    plain = moments.dt.tz_convert("UTC").dt.tz_localize(None).to_numpy("datetime64[us]")
    # One replacement in all of them together; NaT becomes "Na ".
    texts = "\n".join(np.datetime_as_string(plain, unit="us").tolist()).replace("T", " ").splitlines()
    return [None if text == "Na " else text for text in texts]


def days(moments: pd.Series) -> list[str | None]:
    """The day in Amsterdam of each moment (`2026-05-20`), None for NaT."""
    local = moments.dt.tz_convert(ZONE).dt.tz_localize(None).to_numpy("datetime64[D]")
    return [None if text == "NaT" else text for text in np.datetime_as_string(local).tolist()]


def _by_format(text: pd.Series, day: str) -> pd.Series:
    plain = text.str.replace(r"[/.](?=\d{1,2}[/.-]\d{4}|\d{4})", "-", regex=True)
    plain = plain.str.replace(r"[T,\s]+", " ", regex=True)
    found = pd.Series(pd.NaT, index=text.index, dtype="datetime64[us]")
    for time in _TIMES:
        left = found.isna()
        if not left.any():
            break
        found[left] = pd.to_datetime(plain[left], format=day + time, errors="coerce").dt.as_unit("us")
    return found


def _in_utc(local: pd.Series) -> pd.Series:
    summer = np.ones(len(local), dtype=np.bool_)
    aware = local.dt.as_unit("us").dt.tz_localize(ZONE, ambiguous=summer, nonexistent="shift_forward")
    utc: pd.Series = aware.dt.tz_convert("UTC")
    return utc
