"""Numbers: coordinates written with a decimal comma or point, decided for a column as a whole."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from geo.errors import ImportRefused

COMMA: Final = "komma"
POINT: Final = "punt"
_THREE: Final = re.compile(r"[-+]?\d{1,3}(?:[.,]\d{3})+")


def find_decimal(values: Iterable[str], *, column: str, low: float, high: float) -> str:
    """Which sign marks the decimals in a column: `komma` or `punt`.

    A value such as `1.234` says nothing by itself; when all values are so, the reading that lies between
    `low` and `high` (the limits of the Netherlands for this column) wins, and when both or neither do,
    ImportRefused asks for it.
    """
    texts = [text for value in values if (text := value.strip().replace(" ", ""))]
    votes = {mark for text in texts if (mark := _told(text)) is not None}
    if len(votes) == 1:
        return votes.pop()
    if not any("," in text or "." in text for text in texts):
        return POINT
    fits = [mark for mark in (POINT, COMMA) if _fits(texts, mark, low, high)]
    if len(fits) == 1:
        return fits[0]
    raise ImportRefused(
        f"kolom '{column}': is in {texts[0]!r} de punt of de komma het decimaalteken? "
        "Zet bij [lezen] decimaal = 'punt' of 'komma'"
    )


def read_numbers(values: pd.Series, *, decimal: str) -> npt.NDArray[np.float64]:
    """The number in each text, float64; NaN for empty or unreadable text, infinity stays."""
    thousands, mark = (".", ",") if decimal == COMMA else (",", ".")
    text = values.str.strip()
    if text.str.contains(thousands, regex=False).any() or decimal == COMMA:
        text = text.str.replace(thousands, "", regex=False).str.replace(mark, ".", regex=False)
    return np.asarray(pd.to_numeric(text, errors="coerce"), dtype=np.float64)


def _told(text: str) -> str | None:
    """The decimal sign that one value proves, None when it proves nothing."""
    comma, point = text.rfind(","), text.rfind(".")
    if comma >= 0 and point >= 0:
        return COMMA if comma > point else POINT
    if max(comma, point) < 0 or _THREE.fullmatch(text):
        return None
    return COMMA if comma >= 0 else POINT


def _fits(texts: Sequence[str], decimal: str, low: float, high: float) -> bool:
    numbers = read_numbers(pd.Series(list(texts), dtype="str"), decimal=decimal)
    known = numbers[np.isfinite(numbers) & (numbers != 0)]
    return bool(known.size) and float(np.mean((known >= low) & (known <= high))) > 0.5
