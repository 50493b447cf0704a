"""The forwarder: sends meldingen on and asks how they are, in a thread beside the answers of the service."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final

import structlog
from sqlalchemy.exc import SQLAlchemyError

from data import forwarding
from data.database import Database
from data.forwarding import Destination
from geo.errors import WijkbeeldError

EVERY_S: Final = 15.0
log = structlog.get_logger()


class Forwarder:
    """Looks at what there is to send on from time to time; without destinations it does nothing."""

    def __init__(
        self, database: Database, destinations: Sequence[Destination], *, every_s: float = EVERY_S
    ) -> None:
        self._database = database
        self._destinations = destinations
        self._every_s = every_s
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._run, name="doorsturen", daemon=True)

    def start(self) -> None:
        """Begin; answers do not wait for it."""
        self._thread.start()

    def stop(self) -> None:
        """End after the melding at hand; what waits is in the database."""
        self._ending.set()
        self._thread.join()
        for destination in self._destinations:
            if destination.client is not None:
                destination.client.close()

    def look(self, now: datetime) -> None:
        """Do what there is to do at this moment; what is wrong with one gemeente does not hold another."""
        for destination in self._destinations:
            if self._ending.is_set():
                return
            try:
                with self._database.write() as session:
                    forwarding.enlist(session, destination, now)
                forwarding.send_due(self._database, destination, now, stopped=self._ending.is_set)
                forwarding.ask_back(self._database, destination, now)
            except (SQLAlchemyError, WijkbeeldError) as error:
                log.warning(
                    "doorsturen lukte niet", gemeente=destination.gemeente, soort=type(error).__name__
                )

    def _run(self) -> None:
        while self._destinations and not self._ending.wait(self._every_s):
            self.look(datetime.now(UTC))
