"""Background work inside the service: started with it, stopped with it."""

from __future__ import annotations

import threading

import structlog

from geo.errors import WijkbeeldError
from service.analysis.warming import warm
from service.analysis.workbench import Workbench
from service.settings import Settings

log = structlog.get_logger()


class Workers:
    """The threads that work beside the answers."""

    def __init__(self, workbench: Workbench, settings: Settings) -> None:
        self.workbench = workbench
        self.settings = settings
        self._warming = threading.Thread(target=self._warm, name="warm", daemon=True)

    def start(self) -> None:
        """Begin; answers do not wait for it."""
        self._warming.start()

    def stop(self) -> None:
        """End after the piece of work at hand."""
        self._warming.join()

    def _warm(self) -> None:
        try:
            warm(self.workbench)
        except WijkbeeldError as error:
            log.warning("opwarmen lukte niet", reden=str(error))
