"""Numbers as Dutch text: 1.234,5."""

from __future__ import annotations

import math
from typing import Final

_MOST_DECIMALS: Final = 6


def dutch(value: float, decimals: int = 0) -> str:
    """The number with a dot per thousand and a decimal comma; never `-0`."""
    rounded = round(value, decimals) + 0.0
    return f"{rounded:,.{decimals}f}".translate(str.maketrans(",.", ".,"))


def short(value: float) -> str:
    """The number with at most three meaningful digits behind the comma and no trailing zeros."""
    decimals = decimals_for(value)
    text = dutch(value, decimals)
    return text.rstrip("0").rstrip(",") if decimals else text


def decimals_for(span: float, *, digits: int = 3) -> int:
    """How many decimals show `digits` meaningful digits of a number of this size."""
    if not span or not math.isfinite(span):
        return 0
    return min(max(digits - 1 - math.floor(math.log10(abs(span))), 0), _MOST_DECIMALS)


def times(value: float) -> str:
    """A number of times with two decimals under 10, so that 0,96 is not read as 1, and none from 10 on."""
    return dutch(value, 2 if value < 10 else 0)


def times_end(value: float) -> str:
    """An end of a margin of a number of times: with more decimals where it would read as 1 and is not."""
    decimals = next((n for n in range(2, _MOST_DECIMALS) if round(value, n) != 1), 2)
    return times(value) if round(value, 2) != 1 else dutch(value, decimals)


def counted(n: int, one: str, many: str) -> str:
    """A number with its word: `1 buurt`, `1.204 buurten`."""
    return f"{dutch(n)} {one if n == 1 else many}"
