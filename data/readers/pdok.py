"""PDOK Locatieserver v3.1: addresses that the local book lacks, asked from the national service."""

from __future__ import annotations

import re
import time
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as FutureTimeout
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from threading import Lock
from types import TracebackType
from typing import Annotated, Self

import httpx
from pydantic import BaseModel, Field, ValidationError, field_validator

from data.readers.breaker import Breaker
from geo.crs import RD, LngLat, check_lnglat, check_rd, to_rd
from geo.errors import AddressError, SourceDown

MOST_BYTES = 5 * 1024**2
MOST_ROWS = 100
MOST_WORKERS = 4
LONGEST_QUERY = 200
_POINT = re.compile(r"POINT\((-?[0-9.]{1,25}) (-?[0-9.]{1,25})\)")
_SOLR = re.compile(r'(?<!\w)-|[+&|!(){}\[\]^"~*?:\\/]|\b(?:AND|OR|NOT)\b')
_FIELDS = (
    "id type weergavenaam straatnaam huisnummer huisletter huisnummertoevoeging postcode woonplaatsnaam "
    "gemeentenaam gemeentecode centroide_ll centroide_rd"
)

Text = Annotated[str, Field(max_length=500)]
Params = tuple[tuple[str, str], ...]


class _Doc(BaseModel):
    """One found thing, of which these fields are used."""

    id: Text
    type: Text
    weergavenaam: Text
    straatnaam: Text | None = None
    huisnummer: int | None = Field(None, ge=1, le=99_999)
    huisletter: Text | None = None
    huisnummertoevoeging: Text | None = None
    postcode: Text | None = None
    woonplaatsnaam: Text | None = None
    gemeentenaam: Text | None = None
    gemeentecode: Text | None = None
    centroide_ll: LngLat
    centroide_rd: RD | None = None
    afstand: float | None = Field(None, ge=0, allow_inf_nan=False)

    @field_validator("centroide_ll", mode="before")
    @classmethod
    def _lnglat(cls, value: object) -> LngLat:
        point = LngLat(*_point(value))
        if check_lnglat(point.lon, point.lat).any():
            raise ValueError("the point is not in the Netherlands")
        return point

    @field_validator("centroide_rd", mode="before")
    @classmethod
    def _rd(cls, value: object) -> RD:
        point = RD(*_point(value))
        if check_rd(point.x, point.y).any():
            raise ValueError("the point is not in the Netherlands")
        return point


class _Response(BaseModel):
    numFound: int = Field(ge=0)  # noqa: N815
    docs: list[_Doc] = Field(max_length=MOST_ROWS)


class _Envelope(BaseModel):
    response: _Response


@dataclass(frozen=True, slots=True)
class FoundPlace:
    """One thing that PDOK found: `kind` is adres, weg, postcode, woonplaats or gemeente.

    `lon, lat` are WGS84 degrees, `x, y` RD metres; `distance_m` is given by `reverse` only.
    """

    label: str
    kind: str
    street: str | None
    number: int | None
    letter: str | None
    addition: str | None
    postcode: str | None
    place: str | None
    gemeente: str | None
    gemeente_code: str | None
    lon: float
    lat: float
    x: float
    y: float
    distance_m: float | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """What PDOK found, and when it said so (UTC); `stale` when PDOK is down and this is an old answer."""

    places: tuple[FoundPlace, ...]
    asked_at: datetime
    stale: bool = False


class Locatieserver:
    """Asks one configured Locatieserver and no other host; give its `base_url` up to and with `v3_1`.

    Every call ends within `timeout_s` seconds. Redirects are not followed. An answer that is not 200, no JSON
    of the known form or larger than 5 MiB counts as down: then, and for a while after, good answers from the
    cache are given as stale and other questions raise SourceDown. `new_client` makes the HTTP client, for a
    town that needs a proxy. Answers are kept `cache_ttl_s` seconds, at
    most `cache_size` of them. Safe to share between threads; close it after use.
    """

    def __init__(
        self,
        base_url: str,
        *,
        new_client: Callable[[], httpx.Client] | None = None,
        timeout_s: float = 5.0,
        most_bytes: int = MOST_BYTES,
        cache_size: int = 1_000,
        cache_ttl_s: float = 86_400.0,
        wait_s: float = 30.0,
        longest_wait_s: float = 3_600.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._base_url = _checked_url(base_url)
        self._new_client = new_client or (lambda: httpx.Client(trust_env=False, timeout=timeout_s))
        self._client = self._new_client()
        self._timeout_s = timeout_s
        self._most_bytes = most_bytes
        self._clock = clock
        self._cache = _Cache(cache_size, cache_ttl_s, clock)
        self._breaker = Breaker(clock, wait_s=wait_s, longest_wait_s=longest_wait_s)
        # A call runs in a worker so that a server that sends a byte now and then cannot hold its caller.
        self._workers = ThreadPoolExecutor(MOST_WORKERS, thread_name_prefix="locatieserver")

    @property
    def is_down(self) -> bool:
        """True from a failure until the next good answer."""
        return self._breaker.is_open

    def search(self, text: str, *, gemeente: str | None = None, rows: int = 10) -> Answer:
        """Streets and addresses for a text, best first, in one gemeente (its name) when that is given.

        Raises AddressError when the text is empty or longer than 200 characters, SourceDown when there is
        no answer.
        """
        filters = [("fq", "type:(adres OR weg OR postcode OR woonplaats)")]
        if gemeente is not None:
            filters.append(("fq", f'gemeentenaam:"{_plain(gemeente)}"'))
        wanted = [("q", _plain(text)), *filters, ("rows", str(_rows(rows))), ("fl", _FIELDS)]
        return self._ask("free", tuple(wanted))

    def reverse(self, point: LngLat, *, distance_m: int = 200, rows: int = 5) -> Answer:
        """The addresses within `distance_m` metres of a point, nearest first; errors as `search`.

        Raises the error of `geo.crs` when the point is not in the Netherlands.
        """
        to_rd(point)
        wanted = [("lat", f"{point.lat:.6f}"), ("lon", f"{point.lon:.6f}"), ("type", "adres")]
        wanted += [("distance", str(distance_m)), ("rows", str(_rows(rows))), ("fl", f"{_FIELDS} afstand")]
        return self._ask("reverse", tuple(wanted))

    def close(self) -> None:
        """Close the connections; calls under way end within the timeout."""
        self._client.close()
        self._workers.shutdown(wait=False, cancel_futures=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _ask(self, service: str, params: Params) -> Answer:
        known = self._cache.get((service, params))
        if known is not None and not known.stale:
            return known
        if not self._breaker.allows():
            return _or_down(known, "PDOK Locatieserver gaf eerder geen antwoord; er wordt even gewacht.")
        try:
            places = self._fetch(service, params)
        except (httpx.HTTPError, FutureTimeout, ValueError, RuntimeError) as error:
            self._breaker.failed()
            return _or_down(known, f"PDOK Locatieserver gaf geen bruikbaar antwoord: {_why(error)}.")
        self._breaker.succeeded()
        answer = Answer(places, datetime.now(UTC))
        self._cache.put((service, params), answer)
        return answer

    def _fetch(self, service: str, params: Params) -> tuple[FoundPlace, ...]:
        deadline = time.monotonic() + self._timeout_s
        body = self._workers.submit(self._body, f"{self._base_url}/{service}", params, deadline)
        try:
            content = body.result(self._timeout_s)
        except FutureTimeout:
            body.cancel()
            self._hang_up()
            raise
        envelope = _Envelope.model_validate_json(content)
        return tuple(_place(doc) for doc in envelope.response.docs)

    def _hang_up(self) -> None:
        """Close every connection, so that a worker that waits on one comes free."""
        old, self._client = self._client, self._new_client()
        old.close()

    def _body(self, url: str, params: Params, deadline: float) -> bytes:
        """The body of a good answer; raises ValueError for any other."""
        headers = {"Accept": "application/json", "Accept-Encoding": "identity"}
        with self._client.stream(
            "GET", url, params=params, headers=headers, follow_redirects=False, timeout=self._timeout_s
        ) as response:
            _check_head(response)
            body = bytearray()
            for block in response.iter_raw():
                body += block
                if len(body) > self._most_bytes:
                    raise ValueError(f"het is groter dan {self._most_bytes} bytes")
                if time.monotonic() > deadline:
                    raise ValueError(f"het duurde langer dan {self._timeout_s:g} seconden")
            return bytes(body)


class _Cache:
    """The last answers by question; one that is older than its time is given as stale."""

    def __init__(self, size: int, ttl_s: float, clock: Callable[[], float]) -> None:
        self._size, self._ttl_s, self._clock = size, ttl_s, clock
        self._kept: OrderedDict[tuple[str, Params], tuple[float, Answer]] = OrderedDict()
        self._lock = Lock()

    def get(self, question: tuple[str, Params]) -> Answer | None:
        with self._lock:
            if question not in self._kept:
                return None
            self._kept.move_to_end(question)
            kept_at, answer = self._kept[question]
            return replace(answer, stale=self._clock() - kept_at > self._ttl_s)

    def put(self, question: tuple[str, Params], answer: Answer) -> None:
        with self._lock:
            self._kept[question] = (self._clock(), answer)
            self._kept.move_to_end(question)
            while len(self._kept) > self._size:
                self._kept.popitem(last=False)


def _checked_url(base_url: str) -> str:
    url = httpx.URL(base_url)
    if url.scheme not in {"http", "https"} or not url.host or url.userinfo or url.query or url.fragment:
        raise SourceDown(f"{base_url!r} is geen adres van een Locatieserver.")
    return base_url.rstrip("/")


def _plain(text: str) -> str:
    """The text without the signs that steer a Solr query."""
    if len(text) > LONGEST_QUERY:
        raise AddressError(f"Een adres heeft hoogstens {LONGEST_QUERY} tekens; dit zijn er {len(text)}.")
    plain = " ".join(word for word in _SOLR.sub(" ", text).split() if word.isprintable())
    if not plain:
        raise AddressError("Er is geen adres ingevuld.")
    return plain


def _rows(rows: int) -> int:
    return max(1, min(rows, MOST_ROWS))


def _check_head(response: httpx.Response) -> None:
    kind = response.headers.get("content-type", "").partition(";")[0].strip().lower()
    if response.status_code != httpx.codes.OK:
        raise ValueError(f"status {response.status_code}")
    if kind != "application/json":
        raise ValueError(f"het is {kind or 'van een onbekende soort'} en geen JSON")
    if response.headers.get("content-encoding", "identity") != "identity":
        raise ValueError("het is ingepakt")


def _point(value: object) -> tuple[float, float]:
    found = _POINT.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        raise ValueError("this is no POINT(x y)")
    return float(found[1]), float(found[2])


def _place(doc: _Doc) -> FoundPlace:
    metres = doc.centroide_rd or to_rd(doc.centroide_ll)
    return FoundPlace(
        label=doc.weergavenaam,
        kind=doc.type,
        street=doc.straatnaam,
        number=doc.huisnummer,
        letter=doc.huisletter,
        addition=doc.huisnummertoevoeging,
        postcode=doc.postcode,
        place=doc.woonplaatsnaam,
        gemeente=doc.gemeentenaam,
        gemeente_code=f"GM{doc.gemeentecode}" if doc.gemeentecode else None,
        lon=doc.centroide_ll.lon,
        lat=doc.centroide_ll.lat,
        x=metres.x,
        y=metres.y,
        distance_m=doc.afstand,
    )


def _or_down(known: Answer | None, reason: str) -> Answer:
    if known is None:
        raise SourceDown(reason)
    return replace(known, stale=True)


def _why(error: Exception) -> str:
    if isinstance(error, ValidationError):
        return "het heeft een onbekende vorm"
    if isinstance(error, FutureTimeout | httpx.TimeoutException):
        return "het duurde te lang"
    return str(error) if isinstance(error, ValueError) else type(error).__name__
