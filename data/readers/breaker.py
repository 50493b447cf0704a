"""A circuit breaker: after a failure a source is left alone for a while, each time twice as long."""

from __future__ import annotations

from collections.abc import Callable
from threading import Lock


class Breaker:
    """Says whether a source may be asked now. Safe to share between threads.

    Closed: every call may. After a failure it is open for `wait_s` seconds, doubling up to `longest_wait_s`
    with each further failure. When the wait is over one call may try; its outcome closes or opens it again.
    """

    def __init__(self, clock: Callable[[], float], *, wait_s: float, longest_wait_s: float) -> None:
        self._clock = clock
        self._first_wait_s = wait_s
        self._longest_wait_s = longest_wait_s
        self._wait_s = wait_s
        self._open_until: float | None = None
        self._trying = False
        self._lock = Lock()

    def allows(self) -> bool:
        """True when a call may go out now; the one trial call after a wait is handed out once."""
        with self._lock:
            if self._open_until is None:
                return True
            if self._trying or self._clock() < self._open_until:
                return False
            self._trying = True
            return True

    def succeeded(self) -> None:
        """Close: the source answered well."""
        with self._lock:
            self._open_until, self._wait_s, self._trying = None, self._first_wait_s, False

    def failed(self) -> None:
        """Open: leave the source alone, longer than the time before."""
        with self._lock:
            self._open_until = self._clock() + self._wait_s
            self._wait_s = min(self._wait_s * 2, self._longest_wait_s)
            self._trying = False

    @property
    def is_open(self) -> bool:
        """True from a failure until the next success."""
        with self._lock:
            return self._open_until is not None
