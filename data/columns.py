"""Column types: what behaves the same on SQLite and PostgreSQL, and what people type, without a BSN."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, DateTime, Dialect, Integer, String, Text
from sqlalchemy.types import TypeDecorator

from data.text_masking import without_bsn

# SQLite numbers rows itself only in an INTEGER key; PostgreSQL needs the wide type.
RowId = BigInteger().with_variant(Integer(), "sqlite")


class UtcDateTime(TypeDecorator[datetime]):
    """A moment, aware and in UTC on both sides; SQLite itself would drop the zone."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Return the moment as the database keeps it; a naive moment is refused."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"moment zonder tijdzone: {value!r}")
        moment = value.astimezone(UTC)
        return moment.replace(tzinfo=None) if dialect.name == "sqlite" else moment

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Return the moment with its zone."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class FreeLine(TypeDecorator[str]):
    """A short text that somebody typed: a BSN in it is left out on its way in, as we may not keep one."""

    impl = String
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """Return the text as it is kept."""
        return None if value is None else without_bsn(value)


class FreeText(FreeLine):
    """A text that somebody typed, kept without a BSN too."""

    impl = Text
    cache_ok = True


class FreeDetail(TypeDecorator[Any]):
    """Words by name, or a list of such, of which somebody typed some: each is kept without a BSN."""

    impl = JSON
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> Any:
        """Return the words as they are kept."""
        return _without_bsn(value)


def _without_bsn(value: Any) -> Any:
    if isinstance(value, str):
        return without_bsn(value)
    if isinstance(value, dict):
        return {name: _without_bsn(word) for name, word in value.items()}
    return [_without_bsn(one) for one in value] if isinstance(value, list) else value
