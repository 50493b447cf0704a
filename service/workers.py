"""Background work inside the service: started with it, stopped with it."""

from __future__ import annotations

import gc
import threading
from collections.abc import Sequence

import structlog

from data.audit_sealer import Sealer
from data.challenges import ChallengeKeeper
from data.choice_reactions import ChoiceKeeper
from data.database import Database
from data.forwarder import Forwarder
from data.jobs import JobRunner, Spool
from data.photo_keeping import PhotoKeeper
from data.repeating import Repeating
from geo.errors import WijkbeeldError
from service.analysis.warming import warm
from service.analysis.workbench import Workbench
from service.audit_key import audit_key, head_file
from service.forwarding import destinations
from service.jobs import job_kinds, watcher
from service.mail_worker import MailWorker
from service.photo_form import photo_store
from service.retention import RetentionKeeper
from service.settings import Settings

log = structlog.get_logger()


class Workers:
    """The threads beside the answers: warming, jobs of commands, watched folders, photos, mail, seals."""

    def __init__(self, workbench: Workbench, settings: Settings) -> None:
        self._workbench = workbench
        self._warming = threading.Thread(target=self._warm, name="warm", daemon=True)
        self._repeating = _repeating(workbench.database, settings)

    def start(self) -> None:
        """Begin; answers do not wait for it."""
        self._warming.start()
        for one in self._repeating:
            one.start()

    def stop(self) -> None:
        """End after the piece of work at hand."""
        for one in reversed(self._repeating):
            one.stop()
        self._warming.join()

    def _warm(self) -> None:
        try:
            warm(self._workbench)
        except WijkbeeldError as error:
            log.warning("opwarmen lukte niet", reden=str(error))
        # What was loaded stays: without this a search for garbage goes through it, and all answers wait.
        gc.collect()
        gc.freeze()


def _repeating(database: Database, settings: Settings) -> Sequence[Repeating]:
    """Return the work that comes back, in the order in which it begins."""
    folder = settings.var_folder
    return (
        JobRunner(Spool(folder / "jobs"), job_kinds(database, settings)),
        watcher(database, settings),
        PhotoKeeper(database, photo_store(settings)),
        MailWorker(database, settings),
        Forwarder(database, destinations(settings)),
        ChallengeKeeper(database),
        ChoiceKeeper(database),
        Sealer(database, lambda: audit_key(folder), head_file(folder), keep_months=settings.audit_months),
        RetentionKeeper(database, settings),
    )
