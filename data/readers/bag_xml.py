"""The official BAG 2.0 extract: a zip of zips of XML, read as a stream and joined to addresses."""

from __future__ import annotations

import io
import re
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import IO
from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import iterparse
from shapely import Polygon
from shapely.errors import ShapelyError

from data.readers.limited import LimitedReader
from geo.errors import ImportRefused

HIGHEST_RATIO = 100.0
MOST_FILES = 20_000
DEEPEST = 3
IN_MEMORY = 64 * 1024**2

_KINDS = re.compile(r"^(?:\d{4})?(NUM|OPR|WPL|VBO|LIG|STA)\d{8}(?:-\d+)?\.(?:zip|xml)$", re.IGNORECASE)
_GEMEENTE = re.compile(r"^\d{4}GEM\d{8}\.zip$", re.IGNORECASE)
_RELATION = re.compile(r"^GEM-WPL-RELATIE-\d{8}(?:-\d+)?\.(?:zip|xml)$", re.IGNORECASE)
_IN_USE = {
    "NUM": {"naamgeving uitgegeven"},
    "OPR": {"naamgeving uitgegeven"},
    "WPL": {"woonplaats aangewezen"},
    "LIG": {"plaats aangewezen"},
    "STA": {"plaats aangewezen"},
    "VBO": {
        "verblijfsobject gevormd",
        "verblijfsobject in gebruik",
        "verblijfsobject in gebruik (niet ingemeten)",
        "verblijfsobject buiten gebruik",
        "verbouwing verblijfsobject",
    },
}

Row = tuple[
    str | None, str | None, str, str, str | None, str | None, None, str | None, None, None, float, float
]


@dataclass
class _Register:
    """What was read so far, by identification."""

    numbers: dict[str, tuple[str, str, str, str, str, str]] = field(default_factory=dict)
    streets: dict[str, tuple[str, str]] = field(default_factory=dict)
    places: dict[str, str] = field(default_factory=dict)
    gemeenten: dict[str, str] = field(default_factory=dict)
    points: dict[str, tuple[float, float]] = field(default_factory=dict)


@dataclass
class _Budget:
    """Bytes and files that may still be unpacked."""

    bytes_left: int
    files_left: int = MOST_FILES
    depth: int = 0


def read_extract(file: IO[bytes], name: str, *, most_unpacked: int) -> list[Row]:
    """A row for each current address that has a street and a point.

    A row is `(street, number, letter, addition, postcode, place, gemeente, gemeente_code, lon, lat, x, y)`,
    in RD metres; `gemeente, lon, lat` are None. Only occurrences that hold on the day of the extract
    and objects in use count. A standplaats or ligplaats has a point inside its outline. Raises ImportRefused
    for a broken zip or XML, XML with a DTD or entities, more than `most_unpacked` bytes, or a part that
    unpacks to over 100 times its size.
    """
    register, budget = _Register(), _Budget(most_unpacked)
    try:
        _read_zip(file, name, register, budget)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError) as error:
        raise ImportRefused(f"{name} is een kapot of onbekend zip-bestand: {error}.") from error
    except DefusedXmlException as error:
        raise ImportRefused(f"{name} bevat XML met een DTD of entiteiten; dat wordt niet gelezen.") from error
    except ParseError as error:
        raise ImportRefused(f"{name} bevat kapotte XML: {error}.") from error
    except KeyError as error:
        raise ImportRefused(f"{name} bevat een object zonder {error}.") from error
    if not register.numbers:
        raise ImportRefused(f"{name} bevat geen nummeraanduidingen (NUM) van een BAG 2.0-extract.")
    return list(_joined(register))


def _read_zip(file: IO[bytes], name: str, register: _Register, budget: _Budget) -> None:
    budget.depth += 1
    if budget.depth > DEEPEST:
        raise ImportRefused(f"{name}: er zitten te veel zip-bestanden in elkaar.")
    with zipfile.ZipFile(file) as archive:
        for entry in archive.infolist():
            budget.files_left -= 1
            if budget.files_left < 0:
                raise ImportRefused(f"{name} bevat meer dan {MOST_FILES} bestanden.")
            if _is_wanted(entry.filename):
                _read_entry(archive, entry, register, budget)
    budget.depth -= 1


def _is_wanted(filename: str) -> bool:
    return bool(_KINDS.match(filename) or _RELATION.match(filename) or _GEMEENTE.match(filename))


def _read_entry(
    archive: zipfile.ZipFile, entry: zipfile.ZipInfo, register: _Register, budget: _Budget
) -> None:
    with archive.open(entry) as packed:
        limited = LimitedReader(
            packed,
            entry.filename,
            most=budget.bytes_left,
            packed=entry.compress_size,
            highest_ratio=HIGHEST_RATIO,
        )
        stream = io.BufferedReader(limited, 64 * 1024)
        if entry.filename.lower().endswith(".zip"):
            with tempfile.SpooledTemporaryFile(max_size=IN_MEMORY) as inner:
                _copy(stream, inner)
                budget.bytes_left -= limited.count
                _read_zip(inner, entry.filename, register, budget)
        else:
            _read_xml(stream, entry.filename, register)
            budget.bytes_left -= limited.count


def _copy(source: IO[bytes], target: IO[bytes]) -> None:
    while block := source.read(1024**2):
        target.write(block)
    target.seek(0)


def _read_xml(stream: IO[bytes], filename: str, register: _Register) -> None:
    if _RELATION.match(filename):
        _read_relations(stream, register)
        return
    found = _KINDS.match(filename)
    assert found is not None
    kind = found[1].upper()
    take = _TAKERS[kind]
    day = "9999"
    for element in _elements(stream, {"StandTechnischeDatum", "bagObject"}):
        if _local(element) == "StandTechnischeDatum":
            day = (element.text or "").strip() or day
            continue
        fields = _fields(element)
        if _is_current(fields, day) and fields.get("status", "").lower() in _IN_USE[kind]:
            take(element, fields, register)


def _elements(stream: IO[bytes], names: set[str]) -> Iterator[Element]:
    """The elements with these local names as they end; what has been passed is forgotten."""
    parents: list[Element] = []
    for event, element in iterparse(stream, events=("start", "end"), forbid_dtd=True):
        if event == "start":
            parents.append(element)
            continue
        parents.pop()
        if _local(element) in names:
            yield element
            element.clear()
            if parents:
                parents[-1].clear()
        elif _local(element) == "stand" and parents:
            parents[-1].clear()


def _local(element: Element) -> str:
    return str(element.tag).rpartition("}")[2]


def _fields(element: Element) -> dict[str, str]:
    """The first text under each local name in this element."""
    fields: dict[str, str] = {}
    for found in element.iter():
        if found.text and found.text.strip():
            fields.setdefault(_local(found), found.text.strip())
    return fields


def _texts(element: Element, name: str) -> Iterator[str]:
    return ((found.text or "").strip() for found in element.iter() if _local(found) == name)


def _is_current(fields: dict[str, str], day: str) -> bool:
    """True for the occurrence that holds on this day (ISO date) and was not withdrawn from the register."""
    if fields.keys() & {"eindRegistratie", "tijdstipInactief", "tijdstipInactiefLV"}:
        return False
    end = fields.get("eindGeldigheid", "9999-12-31")
    return fields.get("beginGeldigheid", "")[:10] <= day < end[:10]


def _take_number(_: Element, fields: dict[str, str], register: _Register) -> None:
    names = (
        "huisnummer",
        "huisletter",
        "huisnummertoevoeging",
        "postcode",
        "OpenbareRuimteRef",
        "WoonplaatsRef",
    )
    number, letter, addition, postcode, street, place = (fields.get(name, "") for name in names)
    register.numbers[fields["identificatie"]] = (number, letter, addition, postcode, street, place)


def _take_street(_: Element, fields: dict[str, str], register: _Register) -> None:
    register.streets[fields["identificatie"]] = (fields.get("naam", ""), fields.get("WoonplaatsRef", ""))


def _take_place(_: Element, fields: dict[str, str], register: _Register) -> None:
    register.places[fields["identificatie"]] = fields.get("naam", "")


def _take_point(thing: Element, fields: dict[str, str], register: _Register) -> None:
    point = _point(thing, fields)
    if point is not None:
        for number in _texts(thing, "NummeraanduidingRef"):
            register.points[number] = point


_TAKERS: dict[str, Callable[[Element, dict[str, str], _Register], None]] = {
    "NUM": _take_number,
    "OPR": _take_street,
    "WPL": _take_place,
    "VBO": _take_point,
    "LIG": _take_point,
    "STA": _take_point,
}


def _point(thing: Element, fields: dict[str, str]) -> tuple[float, float] | None:
    """The point of an object in RD metres; of an outline a point inside it."""
    try:
        if "pos" in fields:
            x, y = fields["pos"].split()[:2]
            return float(x), float(y)
        size = next(
            (int(found.get("srsDimension", "2")) for found in thing.iter() if found.get("srsDimension")), 2
        )
        values = [float(value) for value in fields["posList"].split()]
        inside = Polygon(list(zip(values[::size], values[1::size], strict=False))).representative_point()
        return float(inside.x), float(inside.y)
    except (KeyError, ValueError, ShapelyError):
        return None


def _read_relations(stream: IO[bytes], register: _Register) -> None:
    for relation in _elements(stream, {"GemeenteWoonplaatsRelatie"}):
        fields = _fields(relation)
        if "einddatumTijdvakGeldigheid" in fields or fields.get("status") != "definitief":
            continue
        ids = list(_texts(relation, "identificatie"))
        if len(ids) == 2:
            register.gemeenten[ids[0]] = f"GM{ids[1]}"


def _joined(register: _Register) -> Iterator[Row]:
    for identity, parts in register.numbers.items():
        number, letter, addition, postcode, street_id, place_id = parts
        street, place_of_street = register.streets.get(street_id, ("", ""))
        place = place_id or place_of_street
        if not street or identity not in register.points:
            continue
        x, y = register.points[identity]
        yield (
            street, number, letter, addition, postcode, register.places.get(place) or None,
            None, register.gemeenten.get(place) or None, None, None, x, y,
        )  # fmt: skip
