"""Open311: GeoReport v2 requests, as bulk CSV or as the JSON list that the API answers."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, TextIO

from data.readers.mapping import (
    ADDRESS,
    CATEGORY,
    CLOSED,
    CREATED,
    LAT,
    LON,
    NUMBER,
    STATUS,
    TEXT,
    Mapping,
    finish,
)
from data.readers.tables import CHUNK_BYTES, LONGEST_FIELD, Chunk, Fault, bytes_of, find_encoding
from geo.errors import ImportRefused

FORMAT: Final = "open311"
SIGNS: Final = {"service_request_id", "requested_datetime", "lat", "long"}
FIELDS: Final = (
    "service_request_id", "requested_datetime", "updated_datetime", "closed_date", "status",
    "status_description", "service_name", "service_subtype", "group", "description", "address", "lat", "long",
)  # fmt: skip
COORDINATES: Final = ("lat", "long")
CLOSED_AT: Final = "closed_datetime"
WRAPPERS: Final = ("service_requests", "requests")
BLOCK: Final = 65_536


def recognise(columns: Sequence[str]) -> Mapping | None:
    """The mapping of Open311 requests, None for another table."""
    if not set(columns) >= SIGNS:
        return None
    wanted = {
        NUMBER: ("service_request_id",),
        CREATED: ("requested_datetime",),
        CLOSED: (CLOSED_AT,) if CLOSED_AT in columns else ("closed_date",),
        CATEGORY: ("group", "service_name", "service_subtype"),
        STATUS: ("status",) if "status" in columns else ("status_description",),
        TEXT: ("description",),
        ADDRESS: ("address",),
        LON: ("long",),
        LAT: ("lat",),
    }
    found = {name: tuple(part for part in parts if part in columns) for name, parts in wanted.items()}
    found = {name: parts for name, parts in found.items() if parts}
    return finish(Mapping(columns=found, format=FORMAT), columns)


@dataclass
class Requests:
    """A JSON list of requests, read one by one; FixMyStreet's wrapper around the list is accepted.

    GeoReport has no moment of closing: `updated_datetime` of a closed request is that, by the standard.
    """

    path: Path
    total_bytes: int
    columns: tuple[str, ...] = (*FIELDS, CLOSED_AT)
    notes: tuple[str, ...] = ()
    _read: int = field(default=0, repr=False)

    def chunks(self, size: int) -> Iterator[Chunk]:
        """The requests, `size` or CHUNK_BYTES at a time; a line is the number of the request in the list."""
        chunk, in_memory = Chunk([], [], []), 0
        for number, item in enumerate(self._items(), start=1):
            if isinstance(item, dict):
                chunk.lines.append(number)
                row = _row(item)
                chunk.rows.append(row)
                in_memory += bytes_of(sum(map(len, row)), len(row))
            else:
                chunk.faults.append(Fault(number, "dit onderdeel van de lijst is geen melding"))
            if len(chunk.rows) + len(chunk.faults) >= size or in_memory >= CHUNK_BYTES:
                yield chunk
                chunk, in_memory = Chunk([], [], []), 0
        if chunk.rows or chunk.faults:
            yield chunk

    def position(self) -> int:
        """How many characters were read so far."""
        return self._read

    def _items(self) -> Iterator[Any]:
        encoding = find_encoding(self.path)
        with self.path.open(encoding=encoding.name, errors=encoding.errors) as text:
            yield from _items(text, self)


def open_requests(path: Path) -> Requests:
    """The requests in a JSON file."""
    return Requests(path, path.stat().st_size)


def _items(text: TextIO, requests: Requests) -> Iterator[Any]:
    # A whole number stays text: Python refuses to make a number of more than 4,300 digits.
    decoder = json.JSONDecoder(parse_constant=_no_number, parse_int=str)
    buffer = _after_bracket(text)
    while True:
        buffer = buffer.lstrip(" \t\r\n,")
        if buffer.startswith("]"):
            return
        try:
            item, end = decoder.raw_decode(buffer)
        except json.JSONDecodeError as error:
            more = text.read(BLOCK)
            requests._read += len(more)
            if not more or len(buffer) > LONGEST_FIELD:
                raise ImportRefused(f"{requests.path.name} is geen volledige JSON-lijst: {error}") from None
            buffer += more
            continue
        except RecursionError:
            raise ImportRefused(f"{requests.path.name}: de JSON-lijst is te diep genest") from None
        # A number at the end of what was read may go on in the next block; an object may not.
        yield item
        buffer = buffer[end:]


def _after_bracket(text: TextIO) -> str:
    head = text.read(BLOCK).lstrip("\ufeff \t\r\n")
    if head.startswith("["):
        return head[1:]
    for name in WRAPPERS:
        place = head.find(f'"{name}"')
        bracket = head.find("[", place)
        if head.startswith("{") and place >= 0 and bracket >= 0:
            return head[bracket + 1 :]
    raise ImportRefused("het JSON-bestand is geen lijst van meldingen (Open311 requests)")


def _row(item: dict[str, Any]) -> list[str]:
    values = [_text(item.get(name)) for name in FIELDS]
    for name in COORDINATES:
        if isinstance(item.get(name), (dict, list)):
            # Not "no point given": a list is no number, and the row says so.
            values[FIELDS.index(name)] = "geen getal"
    closed = _text(item.get("status")).lower() == "closed"
    ended = _text(item.get("closed_date")) or _text(item.get("updated_datetime"))
    return [*values, ended if closed else ""]


def _text(value: Any) -> str:
    if value is None or isinstance(value, (dict, list)):
        return ""
    # Half a surrogate pair is valid JSON and no text: nothing can store it.
    return str(value).encode("utf-8", "replace").decode()


def _no_number(name: str) -> str:
    return name
