"""Budgets: how much one visitor, one place and all visitors together may send before somebody looks.

Too much at the door is refused with 429, per visitor alone, before anything of it is read. What is over the
budget for meldingen is stored and waits for a person. Counted in memory by keyed hashes of networks, under a
salt that is thrown away after a day: no address is kept, and none is written down.
"""

from __future__ import annotations

import hashlib
import math
import secrets
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType
from typing import Final, NamedTuple

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from geo.crs import LngLat, to_rd
from service.errors import fault_page, problem
from service.visitors import networks

DAY_S: Final = 86_400.0
REMEMBERED: Final = 50_000
CELL_M: Final = 1_000.0
SAFE_METHODS: Final = frozenset({"GET", "HEAD", "OPTIONS"})
TOO_MUCH: Final = (
    "U stuurt te veel achter elkaar. Dit is niet verstuurd. Wacht een minuut en probeer het opnieuw."
)


class Budget(NamedTuple):
    """How many at once, and how many come back each minute."""

    burst: float
    per_minute: float


# By the length of the prefix. A melding takes two requests; an office or a provider may share one address.
# What comes in at once is worked off one by one, so that a burst is also how long all others wait.
AT_THE_DOOR: Final[Mapping[int, Budget]] = MappingProxyType(
    {32: Budget(40, 30), 64: Budget(40, 30), 56: Budget(50, 60), 48: Budget(60, 120)}
)
# Who says to be logged in shares an address with colleagues. Saying so wrongly wins no more than this.
LOGGED_IN_TIMES: Final = 10
OF_A_VISITOR: Final[Mapping[int, Budget]] = MappingProxyType(
    {32: Budget(10, 0.5), 64: Budget(10, 0.5), 56: Budget(20, 1), 48: Budget(60, 3)}
)
# What is told as a number of people: a hall full may share an address, and then one an hour.
OF_WHO_COUNTS: Final[Mapping[int, Budget]] = MappingProxyType(
    {32: Budget(20, 1 / 60), 64: Budget(20, 1 / 60), 56: Budget(40, 1 / 30), 48: Budget(80, 1 / 15)}
)
OF_A_PLACE: Final = Budget(20, 1)
OF_ALL: Final = Budget(200, 20)

BY_VISITOR: Final = "veel van een afzender"
BY_PLACE: Final = "veel van een plek"
BY_ALL: Final = "veel tegelijk"


class Purse:
    """What is left of many budgets; the one that was used longest ago is forgotten first."""

    def __init__(self, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._guard = threading.Lock()
        self._left: OrderedDict[bytes, tuple[float, float]] = OrderedDict()
        self._salt = secrets.token_bytes(32)
        self._salted_at = clock()

    def take(self, wanted: Iterable[tuple[str, Budget]]) -> bool:
        """Take one of each named budget; take nothing and return False when one of them has none left."""
        with self._guard:
            now = self._clock()
            self._new_day(now)
            found = [(self._mark(name), budget) for name, budget in wanted]
            left = [self._left_of(mark, budget, now) for mark, budget in found]
            enough = all(count >= 1 for count in left)
            for (mark, _), count in zip(found, left, strict=True):
                self._left[mark] = (count - enough, now)
                self._left.move_to_end(mark)
            while len(self._left) > REMEMBERED:
                self._left.popitem(last=False)
        return enough

    def _left_of(self, mark: bytes, budget: Budget, now: float) -> float:
        count, since = self._left.get(mark, (budget.burst, now))
        return min(budget.burst, count + (now - since) * budget.per_minute / 60)

    def _mark(self, name: str) -> bytes:
        return hashlib.blake2b(name.encode(), key=self._salt, digest_size=16).digest()

    def _new_day(self, now: float) -> None:
        if now - self._salted_at >= DAY_S:
            self._salt, self._salted_at = secrets.token_bytes(32), now
            self._left.clear()


class Budgets:
    """The budgets of one running service."""

    def __init__(self, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._door = Purse(clock=clock)
        self._sent = Purse(clock=clock)

    def may_enter(self, client: str, *, logged_in: bool) -> bool:
        """Whether a visitor may send something now; of nobody in particular everything is let in."""
        times = LOGGED_IN_TIMES if logged_in else 1
        kind = "in" if logged_in else "uit"
        return self._door.take(
            (f"{kind} {network}", Budget(times * budget.burst, times * budget.per_minute))
            for length, network in networks(client)
            for budget in (AT_THE_DOOR[length],)
        )

    def reason(self, client: str, *, at: LngLat | None = None, counted: bool = False) -> str | None:
        """Return why what this visitor sends about this place waits for a person; None when it need not.

        `counted` is what is told as a number of people, so that one visitor cannot make a crowd.
        """
        visitor = [(network, OF_A_VISITOR[length]) for length, network in networks(client)]
        if counted:
            visitor += [(f"telt {network}", OF_WHO_COUNTS[length]) for length, network in networks(client)]
        if not self._sent.take(visitor):
            return BY_VISITOR
        if at is not None and not self._sent.take([(_cell(at), OF_A_PLACE)]):
            return BY_PLACE
        return None if self._sent.take([("alles", OF_ALL)]) else BY_ALL


def _cell(at: LngLat) -> str:
    """Return the square kilometre that a point lies in."""
    rd = to_rd(at)
    return f"km {math.floor(rd.x / CELL_M)} {math.floor(rd.y / CELL_M)}"


class Door:
    """ASGI middleware that refuses who sends too much, before anything of it is read."""

    def __init__(self, app: ASGIApp, *, budgets: Budgets, cookie: str) -> None:
        self.app = app
        self.budgets = budgets
        self.cookie = f"{cookie}=".encode()
        # The same for everybody, and made once: a refusal has to cost next to nothing.
        self._page: bytes | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or answer 429."""
        if scope["type"] != "http" or scope["method"] in SAFE_METHODS or self._may_enter(scope):
            await self.app(scope, receive, send)
            return
        await self._refusal(scope)(scope, receive, send)

    def _may_enter(self, scope: Scope) -> bool:
        cookies = (value for name, value in scope["headers"] if name == b"cookie")
        logged_in = any(self.cookie in value for value in cookies)
        client = scope.get("client")
        return self.budgets.may_enter(client[0] if client else "", logged_in=logged_in)

    def _refusal(self, scope: Scope) -> Response:
        if scope["path"].startswith("/api/"):
            answer: Response = problem(429, TOO_MUCH)
        else:
            if self._page is None:
                self._page = bytes(fault_page(Request(scope), 429, TOO_MUCH).body)
            answer = HTMLResponse(self._page, 429)
        answer.headers["Retry-After"] = "60"
        return answer
