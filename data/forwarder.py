"""The forwarder: sends meldingen on and asks how they are, in a thread beside the answers of the service."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final

import structlog
from sqlalchemy.exc import SQLAlchemyError

from data import forwarding
from data.database import Database
from data.forwarding import Destination
from data.repeating import Repeating
from geo.errors import WijkbeeldError

EVERY_S: Final = 15.0
log = structlog.get_logger()


class Forwarder(Repeating):
    """Looks at what there is to send on from time to time; without destinations it does nothing."""

    def __init__(
        self, database: Database, destinations: Sequence[Destination], *, every_s: float = EVERY_S
    ) -> None:
        super().__init__("doorsturen", every_s=every_s)
        self._database = database
        self._destinations = destinations

    def start(self) -> None:
        """Begin, when there is somewhere to send to."""
        if self._destinations:
            super().start()

    def stop(self) -> None:
        """End after the melding at hand; what waits is in the database."""
        super().stop()
        for destination in self._destinations:
            if destination.client is not None:
                destination.client.close()

    def step(self) -> None:
        """Do what there is to do now."""
        self.look(datetime.now(UTC))

    def look(self, now: datetime) -> None:
        """Do what there is to do at this moment; what is wrong with one gemeente does not hold another."""
        for destination in self._destinations:
            if self.stopped():
                return
            try:
                with self._database.write() as session:
                    forwarding.enlist(session, destination, now)
                forwarding.send_due(self._database, destination, now, stopped=self.stopped)
                forwarding.ask_back(self._database, destination, now)
            except (SQLAlchemyError, WijkbeeldError) as error:
                log.warning(
                    "doorsturen lukte niet", gemeente=destination.gemeente, soort=type(error).__name__
                )
