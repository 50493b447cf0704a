"""Background work inside the service: started with it, stopped with it."""

from __future__ import annotations

import gc
import threading

import structlog

from data.audit_sealer import Sealer
from data.challenges import ChallengeKeeper
from data.forwarder import Forwarder
from data.jobs import JobRunner, Spool
from data.photo_keeping import PhotoKeeper
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
        self._jobs = JobRunner(Spool(settings.var_folder / "jobs"), job_kinds(workbench.database, settings))
        self._watcher = watcher(workbench.database, settings)
        self._challenges = ChallengeKeeper(workbench.database)
        self._photos = PhotoKeeper(workbench.database, photo_store(settings))
        self._mail = MailWorker(workbench.database, settings)
        self._forwarder = Forwarder(workbench.database, destinations(settings))
        self._retention = RetentionKeeper(workbench.database, settings)
        folder = settings.var_folder
        self._sealer = Sealer(
            workbench.database,
            lambda: audit_key(folder),
            head_file(folder),
            keep_months=settings.audit_months,
        )

    def start(self) -> None:
        """Begin; answers do not wait for it."""
        self._warming.start()
        self._jobs.start()
        self._watcher.start()
        self._photos.start()
        self._mail.start()
        self._forwarder.start()
        self._challenges.start()
        self._sealer.start()
        self._retention.start()

    def stop(self) -> None:
        """End after the piece of work at hand."""
        self._retention.stop()
        self._sealer.stop()
        self._challenges.stop()
        self._forwarder.stop()
        self._mail.stop()
        self._photos.stop()
        self._watcher.stop()
        self._jobs.stop()
        self._warming.join()

    def _warm(self) -> None:
        try:
            warm(self._workbench)
        except WijkbeeldError as error:
            log.warning("opwarmen lukte niet", reden=str(error))
        # What was loaded stays: without this a search for garbage goes through it, and all answers wait.
        gc.collect()
        gc.freeze()
