"""Keeping photos: a look at start and every hour, so that no file outlives its melding by more than a day."""

from __future__ import annotations

from typing import Final

import structlog

from data.database import Database
from data.photo_store import PhotoStore
from data.repeating import Repeating

EVERY_S: Final = 3_600.0
log = structlog.get_logger()


class PhotoKeeper(Repeating):
    """Looks at files and rows from time to time."""

    def __init__(self, database: Database, store: PhotoStore) -> None:
        super().__init__("naar foto's kijken", every_s=EVERY_S, first_s=0.0)
        self._database = database
        self._store = store

    def step(self) -> None:
        """Take away files without a row, and say which rows have no file."""
        found = self._store.reconcile(self._database)
        if found.removed:
            log.info("foto's zonder melding verwijderd", aantal=found.removed)
        if found.missing:
            log.error("meldingen zonder hun foto", aantal=len(found.missing))
