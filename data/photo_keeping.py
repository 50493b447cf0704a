"""Keeping photos: a look at start and every hour, so that no file outlives its melding by more than a day."""

from __future__ import annotations

import threading
from typing import Final

import structlog
from sqlalchemy.exc import SQLAlchemyError

from data.database import Database
from data.photo_store import PhotoStore
from geo.errors import WijkbeeldError

EVERY_S: Final = 3_600.0
log = structlog.get_logger()


class PhotoKeeper:
    """Looks at files and rows from time to time, in a thread beside the answers of the service."""

    def __init__(self, database: Database, store: PhotoStore) -> None:
        self._database = database
        self._store = store
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._run, name="fotos", daemon=True)

    def start(self) -> None:
        """Begin; answers do not wait for it."""
        self._thread.start()

    def stop(self) -> None:
        """End after the look at hand."""
        self._ending.set()
        self._thread.join()

    def _run(self) -> None:
        self._look()
        while not self._ending.wait(EVERY_S):
            self._look()

    def _look(self) -> None:
        try:
            found = self._store.reconcile(self._database)
        except (OSError, SQLAlchemyError, WijkbeeldError) as error:
            log.warning("naar foto's kijken lukte niet", soort=type(error).__name__)
            return
        if found.removed:
            log.info("foto's zonder melding verwijderd", aantal=found.removed)
        if found.missing:
            log.error("meldingen zonder hun foto", aantal=len(found.missing))
