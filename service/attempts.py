"""Attempts to log in: how many go wrong, and how many passwords are checked at the same moment.

Checking a password takes 64 MiB and a tenth of a second by design. Unbounded, one visitor who keeps guessing
takes the memory and the threads that all other visitors need. Counted in this process, while it runs.

Who guesses at an account from everywhere makes it wait for browsers that are not known there. A browser that
its owner logged in with before has places and a count of its own (`service.devices`).
"""

from __future__ import annotations

import ipaddress
import threading
import time
from collections import OrderedDict, deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

WITHIN_S: Final = 600.0
FROM_ONE_CLIENT: Final = 20
ON_ONE_ACCOUNT: Final = 60
FROM_ONE_DEVICE: Final = 10
DAY_S: Final = 86_400.0
CODES_ON_ONE_ACCOUNT: Final = 20
CODES_FROM_ONE_CLIENT: Final = 100
REMEMBERED: Final = 10_000
AT_ONCE: Final = 2
WAITING: Final = 8
WAITING_KNOWN: Final = 4


class TooManyAttempts(Exception):
    """Somebody has to wait before another attempt."""


class Attempts:
    """The wrong attempts of the last while, by client and account, or by known device."""

    def __init__(
        self,
        *,
        clock: Callable[[], float] = time.monotonic,
        within_s: float = WITHIN_S,
        from_one_client: int = FROM_ONE_CLIENT,
        on_one_account: int = ON_ONE_ACCOUNT,
    ) -> None:
        self._clock = clock
        self._within_s = within_s
        self._from_one_client = from_one_client
        self._on_one_account = on_one_account
        self._guard = threading.Lock()
        self._wrong: OrderedDict[str, deque[float]] = OrderedDict()
        self._places = threading.Semaphore(WAITING)
        self._known_places = threading.Semaphore(WAITING_KNOWN)
        self._checking = threading.Semaphore(AT_ONCE)

    @contextmanager
    def attempt(self, client: str, account: str, *, device: str | None = None) -> Iterator[None]:
        """Hold a place in which a password may be checked; TooManyAttempts when there is none.

        `device` names a browser in which this account logged in before.
        """
        if self.is_full(client, account, device=device):
            raise TooManyAttempts
        places = self._places if device is None else self._known_places
        if not places.acquire(blocking=False):
            raise TooManyAttempts
        try:
            with self._checking:
                yield
        finally:
            places.release()

    def is_full(self, client: str, account: str, *, device: str | None = None) -> bool:
        """Return whether too many attempts went wrong to let this one be made."""
        return any(self._count(key) >= most for key, most in self._limits(client, account, device).items())

    def went_wrong(self, client: str, account: str, *, device: str | None = None) -> None:
        """Count an attempt that failed."""
        now = self._clock()
        with self._guard:
            for key, most in self._limits(client, account, device).items():
                self._wrong.setdefault(key, deque(maxlen=most)).append(now)
                self._wrong.move_to_end(key)
            while len(self._wrong) > REMEMBERED:
                self._wrong.popitem(last=False)

    def _limits(self, client: str, account: str, device: str | None) -> dict[str, int]:
        """Return what an attempt counts for, and how many of that are too many."""
        if device is not None:
            return {f"toestel {device}": FROM_ONE_DEVICE}
        return {f"van {network(client)}": self._from_one_client, f"op {account}": self._on_one_account}

    def _count(self, key: str) -> int:
        oldest = self._clock() - self._within_s
        with self._guard:
            return sum(moment > oldest for moment in self._wrong.get(key, ()))


def code_attempts() -> Attempts:
    """Return the count of wrong codes of an app: of a million so few a day that guessing is hopeless."""
    return Attempts(
        within_s=DAY_S, from_one_client=CODES_FROM_ONE_CLIENT, on_one_account=CODES_ON_ONE_ACCOUNT
    )


def network(client: str) -> str:
    """The address, or for IPv6 the /64 that one subscriber has."""
    try:
        address = ipaddress.ip_address(client)
    except ValueError:
        return client
    if address.version == 4:
        return client
    return str(ipaddress.ip_network((address, 64), strict=False))
