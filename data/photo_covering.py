"""Covering: parts of a photo made black for good, in squares of a grid that lies over it.

The covered photo comes in the place of the one there was, for everybody: what is under the black is kept
nowhere. A new file is durable before the row changes, and the old one goes once the row has changed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from data import audit
from data.database import Database
from data.intake_models import Photo
from data.models import Melding
from data.photo_store import PhotoStore
from data.photos import Box, Encoded
from geo.errors import WijkbeeldError

# At 360 pixels wide a square can still be pressed with a thumb.
COLUMNS: Final = 10
MOST_ROWS: Final = 20
CELL: Final = re.compile(r"([1-9][0-9]?)-([1-9][0-9]?)")


class NoSuchCell(WijkbeeldError):
    """The grid over a photo has no such square."""


@dataclass(frozen=True, slots=True)
class Grid:
    """The squares over a photo, as `3-1` for the first of the third row; nearly square for most photos."""

    rows: int
    columns: int = COLUMNS

    def boxes(self, cells: Sequence[str]) -> list[Box]:
        """Return the rectangles of squares; NoSuchCell for one that is not there."""
        return [self._box(cell) for cell in dict.fromkeys(cells)]

    def _box(self, cell: str) -> Box:
        found = CELL.fullmatch(cell)
        row, column = (int(found[1]), int(found[2])) if found else (0, 0)
        if not (1 <= row <= self.rows and 1 <= column <= self.columns):
            raise NoSuchCell("dit vak ligt niet op de foto")
        wide, high = self.columns, self.rows
        return (column - 1) / wide, (row - 1) / high, column / wide, row / high


def grid(photo: Photo) -> Grid:
    """Return the grid over a photo."""
    return Grid(min(MOST_ROWS, max(1, round(photo.height * COLUMNS / photo.width))))


def find(session: Session, melding: Melding, number: int) -> Photo | None:
    """Return a photo of a melding by its number, None when the melding has no such photo."""
    query = select(Photo).where(Photo.id == number, Photo.melding_id == melding.id)
    return session.scalars(query).one_or_none()


def exchange(
    database: Database, store: PhotoStore, digest: str, covered: Encoded, change: Callable[[], bool]
) -> None:
    """Store a covered photo, let `change` put it in the place of another, and remove the file of that one.

    `change` says whether it did. Wherever this ends, a row has its file; a file without a row goes later.
    """
    store.keep(covered)
    if change():
        # A file that cannot be removed now has no row: nobody gets it, and the next looks remove it.
        with suppress(OSError):
            store.remove(database, [digest])


def replace(session: Session, melding: Melding, photo: Photo, covered: Encoded, *, actor: str) -> int:
    """Let a covered photo, whose file is durable, stand in the place of one; returns its number.

    Released stays released. Two photos of a melding that are the same once covered become one.
    """
    twin = select(Photo.id).where(
        Photo.melding_id == melding.id, Photo.digest == covered.digest, Photo.id != photo.id
    )
    number, other = photo.id, session.scalar(twin)
    if other is not None:
        session.delete(photo)
    else:
        photo.digest, photo.width, photo.height = covered.digest, covered.width, covered.height
    audit.record(
        session,
        actor=actor,
        action="foto.afgedekt",
        object_kind="melding",
        object_id=melding.public_id,
        detail={"foto": number},
    )
    return other or number
