"""Dimensions: what belongs together under one heading, in the order of the registry."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeVar

from geo.indicators import Indicator

Row = TypeVar("Row")


def by_dimension(
    rows: Iterable[Row], indicator_of: Callable[[Row], Indicator]
) -> list[tuple[str, list[Row]]]:
    """Return rows by the dimension of their cijfer; a dimension stands where its first row stood."""
    groups: dict[str, list[Row]] = {}
    for row in rows:
        groups.setdefault(indicator_of(row).dimensie.value, []).append(row)
    return list(groups.items())
