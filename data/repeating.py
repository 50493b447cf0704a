"""Repeating: a step of work every so often, in a thread beside the answers of the service."""

from __future__ import annotations

import threading
import traceback
from abc import ABC, abstractmethod
from typing import Final

import structlog

LONGEST_S: Final = 300.0
log = structlog.get_logger()


class Repeating(ABC):
    """Takes its step every so many seconds; a step that fails comes back after a pause that grows.

    Whatever a step raises (a full disk, a damaged file, a fault of ours) is said in the log without its
    values, since those may be of residents, and the next step tries again.
    """

    def __init__(
        self, name: str, *, every_s: float, first_s: float | None = None, longest_s: float = LONGEST_S
    ) -> None:
        self._name = name
        self._every_s = every_s
        self._first_s = every_s if first_s is None else first_s
        self._longest_s = max(every_s, longest_s)
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    @abstractmethod
    def step(self) -> None:
        """Do what there is to do now."""

    def start(self) -> None:
        """Begin; answers do not wait for it."""
        self._thread.start()

    def stop(self) -> None:
        """End after the piece of work at hand."""
        self._ending.set()
        if self._thread.ident is not None:
            self._thread.join()

    def stopped(self) -> bool:
        """Return whether the end was asked for: a long step looks here between its pieces."""
        return self._ending.is_set()

    def _run(self) -> None:
        wait_s, failed = self._first_s, 0
        while not self._ending.wait(wait_s):
            try:
                self.step()
            except Exception as error:
                failed += 1
                wait_s = min(self._longest_s, self._every_s * 2.0 ** min(failed, 16))
                log.warning(
                    "vast werk lukte niet",
                    werk=self._name,
                    soort=type(error).__name__,
                    plek=_place(error),
                    opnieuw_over_s=wait_s,
                )
            else:
                wait_s, failed = self._every_s, 0


def _place(error: Exception) -> str:
    """Return the module and line that raised."""
    *_, (frame, line) = traceback.walk_tb(error.__traceback__)
    return f"{frame.f_globals['__name__']}:{line}"
