"""Attempts to log in: how many go wrong, and how many passwords are checked at the same moment.

Checking a password takes 64 MiB and a tenth of a second by design. Unbounded, one visitor who keeps guessing
takes the memory and the threads that all other visitors need. Counted in this process, while it runs.
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
REMEMBERED: Final = 10_000
AT_ONCE: Final = 2
WAITING: Final = 8


class TooManyAttempts(Exception):
    """Somebody has to wait before another attempt."""


class Attempts:
    """The wrong attempts of the last ten minutes, by client and by account."""

    def __init__(self, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._guard = threading.Lock()
        self._wrong: OrderedDict[str, deque[float]] = OrderedDict()
        self._places = threading.Semaphore(WAITING)
        self._checking = threading.Semaphore(AT_ONCE)

    @contextmanager
    def attempt(self, client: str, account: str) -> Iterator[None]:
        """Hold a place in which a password may be checked; TooManyAttempts when there is none."""
        limits = {f"van {network(client)}": FROM_ONE_CLIENT, f"op {account}": ON_ONE_ACCOUNT}
        if any(self._count(key) >= most for key, most in limits.items()):
            raise TooManyAttempts
        if not self._places.acquire(blocking=False):
            raise TooManyAttempts
        try:
            with self._checking:
                yield
        finally:
            self._places.release()

    def went_wrong(self, client: str, account: str) -> None:
        """Count an attempt that failed."""
        now = self._clock()
        with self._guard:
            for key in (f"van {network(client)}", f"op {account}"):
                self._wrong.setdefault(key, deque(maxlen=ON_ONE_ACCOUNT)).append(now)
                self._wrong.move_to_end(key)
            while len(self._wrong) > REMEMBERED:
                self._wrong.popitem(last=False)

    def _count(self, key: str) -> int:
        oldest = self._clock() - WITHIN_S
        with self._guard:
            return sum(moment > oldest for moment in self._wrong.get(key, ()))


def network(client: str) -> str:
    """The address, or for IPv6 the /64 that one subscriber has."""
    try:
        address = ipaddress.ip_address(client)
    except ValueError:
        return client
    if address.version == 4:
        return client
    return str(ipaddress.ip_network((address, 64), strict=False))
