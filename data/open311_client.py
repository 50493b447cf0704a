"""An Open311 client: hands requests to the system of a town, and asks how they are.

It speaks XML, which each system has to know. Systems that keep less to the standard are read too:
FixMyStreet answers as application/xml, and tells of faults with a page.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as FutureTimeout
from typing import Final, NamedTuple
from urllib.parse import quote
from xml.etree.ElementTree import Element, ParseError

import httpx
from defusedxml.ElementTree import fromstring

from geo.errors import SourceDown, WijkbeeldError

MOST_BYTES: Final = 5 * 1024**2
LONGEST_ID: Final = 200
XML_TYPES: Final = frozenset({"text/xml", "application/xml"})


class RequestRefused(WijkbeeldError):
    """The other system says that something is wrong with what we sent."""


class Receipt(NamedTuple):
    """What the other system calls a request: its number, or a token while it has no number yet."""

    remote_id: str | None
    token: str | None


class RemoteState(NamedTuple):
    """How a request is there, and what is said of it."""

    is_closed: bool
    notes: str


class Open311Client:
    """Speaks to one configured endpoint and no other host; give its address without a slash at the end.

    Every call ends within `timeout_s` seconds; redirects are not followed. SourceDown when there is no
    usable answer, RequestRefused when the other system refuses. Close it after use.
    """

    def __init__(
        self,
        base_url: str,
        *,
        api_key: str = "",
        jurisdiction: str = "",
        timeout_s: float = 10.0,
        most_bytes: int = MOST_BYTES,
    ) -> None:
        self._base_url = _checked_url(base_url)
        self._api_key = api_key
        self._place = {"jurisdiction_id": jurisdiction} if jurisdiction else {}
        self._timeout_s = timeout_s
        self._most_bytes = most_bytes
        self._client = self._new_client()
        # A call runs in a worker: a server that sends a byte now and then cannot hold its caller.
        self._worker = ThreadPoolExecutor(1, thread_name_prefix="open311")

    def send(self, fields: Mapping[str, str], *, reference: str) -> Receipt:
        """Hand over a request; `reference` names it, the same for each repeat."""
        form = {**self._place, "api_key": self._api_key, **fields}
        root = self._ask("POST", "requests.xml", form=form, headers={"Idempotency-Key": reference})
        for request in _requests(root):
            receipt = Receipt(_short(request, "service_request_id"), _short(request, "token"))
            if receipt.remote_id or receipt.token:
                return receipt
        raise SourceDown("het andere systeem gaf geen nummer")

    def find(self, reference: str, *, service_code: str, since: str) -> str | None:
        """Return the number of a request whose description names this reference, None when none does."""
        query = {"service_code": service_code, "start_date": since}
        for request in _requests(self._ask("GET", "requests.xml", query=query)):
            if reference in (request.findtext("description") or ""):
                return _short(request, "service_request_id")
        return None

    def number_of(self, token: str) -> str | None:
        """Return the number that a token has become, None while it has none."""
        for request in _requests(self._ask("GET", f"tokens/{_segment(token)}.xml")):
            if found := _short(request, "service_request_id"):
                return found
        return None

    def states(self, remote_ids: Sequence[str]) -> dict[str, RemoteState]:
        """Return how these requests are, by number; those that are not told of are left out."""
        root = self._ask("GET", "requests.xml", query={"service_request_id": ",".join(remote_ids)})
        found = {}
        for request in _requests(root):
            status = (request.findtext("status") or "").strip().lower()
            number = _short(request, "service_request_id")
            if number is not None and number in remote_ids and status in {"open", "closed"}:
                notes = (request.findtext("status_notes") or "").strip()
                found[number] = RemoteState(status == "closed", notes)
        return found

    def close(self) -> None:
        """Close the connections; a call under way ends."""
        self._client.close()
        self._worker.shutdown(wait=False, cancel_futures=True)

    def _new_client(self) -> httpx.Client:
        return httpx.Client(trust_env=False, timeout=self._timeout_s, follow_redirects=False)

    def _ask(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, str] | None = None,
        form: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Element:
        """Return the root of a good answer."""
        request = self._client.build_request(
            method,
            f"{self._base_url}/{path}",
            params={**self._place, **(query or {})} if method == "GET" else None,
            data=form,
            headers={"Accept": "text/xml", "Accept-Encoding": "identity", **(headers or {})},
        )
        deadline = time.monotonic() + self._timeout_s
        try:
            return _root(self._within(self._worker.submit(self._body, request, deadline)))
        except (httpx.HTTPError, FutureTimeout, ParseError, ValueError, RuntimeError) as error:
            raise SourceDown(f"het andere systeem gaf geen bruikbaar antwoord: {_why(error)}") from None

    def _within(self, work: Future[bytes]) -> bytes:
        try:
            return work.result(self._timeout_s)
        except FutureTimeout:
            work.cancel()
            old, self._client = self._client, self._new_client()
            old.close()
            raise

    def _body(self, request: httpx.Request, deadline: float) -> bytes:
        response = self._client.send(request, stream=True)
        try:
            _check_head(response)
            return b"".join(self._bounded(response.iter_raw(), deadline))
        finally:
            response.close()

    def _bounded(self, blocks: Iterator[bytes], deadline: float) -> Iterator[bytes]:
        seen = 0
        for block in blocks:
            seen += len(block)
            if seen > self._most_bytes:
                raise ValueError(f"het is groter dan {self._most_bytes} bytes")
            if time.monotonic() > deadline:
                raise ValueError("het duurde te lang")
            yield block


def _checked_url(base_url: str) -> str:
    url = httpx.URL(base_url)
    if url.scheme not in {"http", "https"} or not url.host or url.userinfo or url.query or url.fragment:
        raise SourceDown(f"{base_url!r} is geen adres van een Open311-systeem")
    return base_url.rstrip("/")


def _check_head(response: httpx.Response) -> None:
    """Refuse what is no answer in XML; a fault of ours is told apart from one of the other side."""
    status = response.status_code
    if status in {400, 401, 403, 404, 405, 415, 422}:
        raise RequestRefused(f"het andere systeem weigert met status {status}")
    if status not in {httpx.codes.OK, httpx.codes.CREATED}:
        raise ValueError(f"status {status}")
    kind = response.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind not in XML_TYPES:
        raise ValueError("het is geen XML")
    if response.headers.get("content-encoding", "identity") != "identity":
        raise ValueError("het is ingepakt")


def _root(body: bytes) -> Element:
    root: Element = fromstring(body, forbid_dtd=True)
    if root.tag == "errors":
        raise RequestRefused("het andere systeem weigert")
    return root


def _requests(root: Element) -> Iterator[Element]:
    """Give the requests in an answer, however many layers are around them."""
    yield from root.iter("request")


def _short(request: Element, name: str) -> str | None:
    text = (request.findtext(name) or "").strip()
    return text if 0 < len(text) <= LONGEST_ID and text.isprintable() and "," not in text else None


def _segment(text: str) -> str:
    return quote(text, safe="")


def _why(error: Exception) -> str:
    if isinstance(error, FutureTimeout | httpx.TimeoutException):
        return "het duurde te lang"
    if isinstance(error, httpx.HTTPError | ParseError):
        return type(error).__name__
    return str(error)
