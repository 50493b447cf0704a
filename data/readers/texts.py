"""Texts: what the columns of a chunk say about one field, row by row."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from data.readers.mapping import Mapping
from data.readers.tables import Chunk, unguard_formula


class Texts:
    """The columns of a chunk, asked for by the fields of a mapping; a field without a column is all empty."""

    def __init__(self, chunk: Chunk, header: Sequence[str], mapping: Mapping) -> None:
        self.count = len(chunk.rows)
        self._mapping = mapping
        columns = zip(*chunk.rows, strict=True) if chunk.rows else ((),) * len(header)
        self._columns: dict[str, Sequence[str]] = dict(zip(header, columns, strict=True))

    def of(self, name: str) -> list[Sequence[str]]:
        """The columns of a field, none when the table has none."""
        return [self._columns[column] for column in self._mapping.columns.get(name, ())]

    def has(self, *names: str) -> bool:
        """Whether the table has a column for each of these fields."""
        return all(name in self._mapping.columns for name in names)

    def series(self, name: str) -> pd.Series:
        """The first filled of the columns of a field, as a series of texts."""
        return pd.Series(self.first(name), dtype="str")

    def first(self, name: str) -> Sequence[str]:
        """The first filled of the columns of a field."""
        columns = self.of(name)
        if len(columns) > 1:
            return [next((text for text in row if text.strip()), "") for row in zip(*columns, strict=True)]
        return columns[0] if columns else [""] * self.count

    def cleaned(self, name: str, *, sign: str = " ", longest: int | None = None) -> list[str]:
        """The filled columns of a field joined, each row as `clean` leaves it."""
        columns = self.of(name)
        if len(columns) > 1:
            rows = zip(*columns, strict=True)
            return [
                clean(sign.join(part for text in row if (part := text.strip())))[:longest] for row in rows
            ]
        if not columns:
            return [""] * self.count
        if _plain(columns[0]):
            return [text.strip()[:longest] for text in columns[0]]
        return [clean(text)[:longest] for text in columns[0]]


def clean(text: str) -> str:
    """The text without the guard of formulas, zero bytes and spaces around it."""
    return unguard_formula(text).replace("\x00", "").strip()


def _plain(column: Sequence[str]) -> bool:
    """Whether no text of the column needs more than stripping: one look at all of them costs little."""
    whole = "".join(column)
    return "'" not in whole and "\x00" not in whole
