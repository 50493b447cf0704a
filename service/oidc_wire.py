"""The wire to a provider: requests that end in time, are of a bounded size and follow no redirects."""

from __future__ import annotations

import ssl
import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from concurrent.futures import TimeoutError as FutureTimeout
from functools import cache
from typing import Any, Final, Protocol
from urllib.parse import urlencode

import httpx

from data.readers.breaker import Breaker

TIMEOUT_S: Final = 5.0
MOST_BYTES: Final = 512 * 1024
WAIT_S, LONGEST_WAIT_S = 2.0, 30.0


class ProviderAway(Exception):
    """There is no usable answer."""


class ClientAuth(Protocol):
    """Says in a request who we are."""

    def prepare(
        self, method: str, uri: str, headers: dict[str, str], body: str
    ) -> tuple[str, dict[str, str], str]:
        """Return the request with it."""


class Wire:
    """What Authlib sends by. After a failure the provider is left alone for a while, so that nobody waits."""

    def __init__(self, clock: Callable[[], float] = time.monotonic, *, timeout_s: float = TIMEOUT_S) -> None:
        self._breaker = Breaker(clock, wait_s=WAIT_S, longest_wait_s=LONGEST_WAIT_S)
        self._timeout_s = timeout_s

    def get(self, address: str) -> Mapping[str, Any]:
        """Return the JSON object at an address; ProviderAway when there is none."""
        answer = self._ask(httpx.Request("GET", address, headers={"Accept": "application/json"}))
        try:
            found = answer.json()
        except ValueError:
            found = None
        if answer.status_code != httpx.codes.OK or not isinstance(found, dict):
            raise ProviderAway
        return found

    def post(
        self, address: str, *, data: Mapping[str, str], headers: Mapping[str, str], auth: ClientAuth
    ) -> httpx.Response:
        """Send a form as the client that we are; ProviderAway when there is no answer."""
        to, head, body = auth.prepare("POST", address, dict(headers), urlencode(data))
        return self._ask(httpx.Request("POST", to, headers=head, content=body))

    def _ask(self, request: httpx.Request) -> httpx.Response:
        if not self._breaker.allows():
            raise ProviderAway
        try:
            answer = self._within(request)
        except (httpx.HTTPError, httpx.InvalidURL, FutureTimeout, ValueError, RuntimeError):
            self._breaker.failed()
            raise ProviderAway from None
        if answer.status_code >= httpx.codes.INTERNAL_SERVER_ERROR:
            self._breaker.failed()
            raise ProviderAway
        self._breaker.succeeded()
        return answer

    def _within(self, request: httpx.Request) -> httpx.Response:
        """Return the answer in time: one that sends a byte now and then does not hold its caller."""
        answer: Future[httpx.Response] = Future()
        with httpx.Client(
            trust_env=False, verify=_trusted(), timeout=self._timeout_s, follow_redirects=False
        ) as client:
            threading.Thread(target=_send, args=(client, request, answer), daemon=True).start()
            return answer.result(self._timeout_s)


@cache
def _trusted() -> ssl.SSLContext:
    """Return the authorities that we believe; reading them takes longer than a request."""
    return httpx.create_ssl_context()


def _send(client: httpx.Client, request: httpx.Request, answer: Future[httpx.Response]) -> None:
    try:
        # As it is: a small packed answer could unpack to more than there is room for.
        head = {**request.headers, "Accept-Encoding": "identity"}
        with client.stream(request.method, request.url, headers=head, content=request.content) as got:
            body = b""
            for block in got.iter_raw():
                body += block
                if len(body) > MOST_BYTES:
                    raise ValueError("te groot")
        kind = {"Content-Type": got.headers.get("Content-Type", "")}
        answer.set_result(httpx.Response(got.status_code, headers=kind, content=body, request=request))
    except Exception as error:
        answer.set_exception(error)
