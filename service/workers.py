"""Background work inside the service: started with it, stopped with it."""

from __future__ import annotations

from data.database import Database
from service.settings import Settings


class Workers:
    """The threads that work beside the answers."""

    def __init__(self, database: Database, settings: Settings) -> None:
        self.database = database
        self.settings = settings

    def start(self) -> None:
        """Begin."""

    def stop(self) -> None:
        """End after the piece of work at hand."""
