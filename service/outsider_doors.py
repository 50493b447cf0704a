"""Public doors as an outsider reads them: none may tell of more than the list of meldingen has."""

from __future__ import annotations

import base64
import csv
import io
import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from html import unescape
from typing import Any, Final, NamedTuple
from urllib.parse import quote

from geo.areas import Level

API: Final = "/api/v1"
PAGE: Final = 1_000
OWN: Final = "Wijkbeeld"
# Cijfers of this dimension count initiatieven, organisations and answers, no meldingen.
NO_MELDINGEN: Final = "meedoen"
A_YEAR: Final = "per jaar"
THOUSAND: Final = "per 1.000"
HALF: Final = 0.5
Ask = Callable[[str], bytes]

# What a sheet says of meldingen: sentences, rows of its table, and the dots of its map.
SAID: Final = re.compile(r"([\d.]+) (?:openbare )?melding")
ROWS: Final = re.compile(r'<th scope="row">([^<]*)</th><td class="rechts">([\d.]+)</td>')
PICTURE: Final = re.compile(r"data:image/svg\+xml;base64,([^\"]+)")
DOTS: Final = re.compile(r'<g id="meldingen"(?:/>|>(.*?)</g>)', re.DOTALL)


class Find(NamedTuple):
    """Something that the public can know and ought not to, and where it follows from."""

    where: str
    what: str

    def __str__(self) -> str:
        return f"{self.where}: {self.what}"


class Listed(NamedTuple):
    """A melding as everybody finds it in the list."""

    id: str
    kind: str
    main_group: str
    day: str
    buurt: str | None


class Figure(NamedTuple):
    """A part of a cijfer that is counted from meldingen."""

    id: str
    part: str
    unit: str
    levels: tuple[str, ...]

    @property
    def is_rate(self) -> bool:
        """Whether it is so many a year; of those there are months too."""
        return self.unit.endswith(A_YEAR)

    @property
    def scale(self) -> float:
        """What the rate is per."""
        return 1_000.0 if self.unit.startswith(THOUSAND) else 1.0


@dataclass(frozen=True)
class Doors:
    """The public doors of a gemeente, and what its list of meldingen holds."""

    ask: Ask
    gemeente: str

    @cached_property
    def listed(self) -> tuple[Listed, ...]:
        """All meldingen that anybody can list."""
        found: list[Listed] = []
        page = 1
        while True:
            asked = f"{API}/meldingen?gemeente={self.gemeente}&pagina={page}&paginaGrootte={PAGE}"
            rows = [one["properties"] for one in read_json(self.ask, asked)["features"]]
            found += [
                Listed(one["id"], one["soort"], one["hoofdgroep"], one["gemeldOp"], one["buurt"])
                for one in rows
            ]
            if len(rows) < PAGE:
                return tuple(found)
            page += 1

    @cached_property
    def areas(self) -> dict[str, frozenset[str]]:
        """The buurten of each area, as the API tells them."""
        found = {}
        for level in Level:
            asked = f"{API}/gebieden?gemeente={self.gemeente}&niveau={level.value}"
            for code in (one["code"] for one in read_json(self.ask, asked)["gebieden"]):
                inside = [code]
                if level is not Level.BUURT:
                    inside = read_json(self.ask, f"{API}/gebieden/{quote(code)}")["buurten"]
                found[code] = frozenset(inside)
        return found

    @cached_property
    def figures(self) -> tuple[Figure, ...]:
        """The parts of cijfers that are counted from meldingen."""
        return tuple(
            Figure(one["id"], part["sleutel"], part["eenheid"], tuple(one["niveaus"]))
            for one in read_json(self.ask, f"{API}/cijfers")["cijfers"]
            if OWN in one["bron"] and one["dimensie"] != NO_MELDINGEN
            for part in one["onderdelen"]
        )

    @cached_property
    def monthly(self) -> Counter[tuple[str, str, str]]:
        """How many the list has of each buurt, main group and month."""
        return Counter((one.buurt or "", one.main_group, one.day[:7]) for one in self.listed)

    def by_area(self, rows: Iterable[Listed]) -> Counter[str]:
        """Return how many of these rows lie in each area."""
        of_buurt = Counter(one.buurt for one in rows)
        return Counter({code: sum(of_buurt[one] for one in inside) for code, inside in self.areas.items()})

    def asked(self, path: str) -> Any:
        """Return what the API answers about this gemeente."""
        return read_json(self.ask, f"{API}/{path}&gemeente={self.gemeente}")


def from_doors(ask: Ask, gemeente: str, *, jurisdiction: str) -> list[Find]:
    """Return where a public door tells of more meldingen than the list has."""
    doors = Doors(ask, gemeente)
    return [
        *_lists(doors),
        *_heat(doors),
        *_figures(doors),
        *_sheets(doors),
        *_other_lists(doors, jurisdiction),
    ]


def _lists(doors: Doors) -> Iterator[Find]:
    """Compare the count of each list, by area and by main group, with what the list holds."""
    for group, known in Counter(one.main_group for one in doors.listed).items():
        answer = doors.asked(f"meldingen?soort={group}&paginaGrootte=1")
        yield from _other(f"lijst van {group}", answer["aantal"], known)
    for code, known in doors.by_area(doors.listed).items():
        answer = doors.asked(f"meldingen?gebied={quote(code)}&paginaGrootte=1")
        yield from _other(f"lijst van {code}", answer["aantal"], known)


def _heat(doors: Doors) -> Iterator[Find]:
    answer = doors.asked("warmte?")
    yield from _other("warmte", answer["aantal"], sum(_in_span(one, answer) for one in doors.listed))


def _figures(doors: Doors) -> Iterator[Find]:
    """Look at each cijfer as it is served: its values at each level, its months, and its file.

    Months and files are of one level each, of the next for the next cijfer: to ask all would take minutes.
    """
    for number, one in enumerate(doors.figures):
        turn = one.levels[number % len(one.levels)]
        for level in one.levels:
            asked = f"niveau={level}&onderdeel={one.part}"
            answer = doors.asked(f"cijfers/{one.id}/waarden?{asked}")
            known = doors.by_area(row for row in doors.listed if _in_span(row, answer))
            for code, row in answer["waarden"].items():
                yield from _more(f"{one.id} van {code}", row["n"], known[code])
            if level == turn:
                yield from _file(doors, one, level, known)
                if one.is_rate:
                    yield from _months(one, doors.asked(f"cijfers/{one.id}/maanden?{asked}"), doors)


def _months(one: Figure, answer: Mapping[str, Any], doors: Doors) -> Iterator[Find]:
    for group, of_group in zip(answer["soorten"], answer["aantallen"], strict=True):
        for area, of_area in zip(answer["gebieden"], of_group, strict=True):
            inside = doors.areas.get(area["code"], frozenset())
            for month, told in zip(answer["maanden"], of_area, strict=True):
                if told:
                    known = sum(doors.monthly[buurt, group, month] for buurt in inside)
                    yield from _more(f"{one.id} van {area['code']} in {month}, {group}", told, known)


def _file(doors: Doors, one: Figure, level: str, known: Counter[str]) -> Iterator[Find]:
    """Look at a cijfer as anybody may take it along: its counts, and what its rates were counted from."""
    asked = f"gemeente={doors.gemeente}&cijfer={one.id}.{one.part}&niveau={level}"
    table = doors.ask(f"/analyse/export/csv?{asked}").decode("utf-8-sig")
    lines = [line for line in table.splitlines() if not line.startswith("#")]
    for row in csv.DictReader(io.StringIO("\n".join(lines)), delimiter=";"):
        where = f"bestand van {one.id}, {row['code']}"
        yield from _more(where, _number(row["aantal"]), known[row["code"]])
        value, size = _number(row["waarde"]), _number(row["noemer"])
        years = _number(row["jaren_waarneming"])
        if one.is_rate and value and size and years:
            counted = value * size * years / one.scale
            yield from _more(f"{where}, uit de waarde", counted, known[row["code"]])


def _sheets(doors: Doors) -> Iterator[Find]:
    """Look at the sheet of each gebied: its sentences, its table, and the dots on its map."""
    gebieden = doors.asked(f"gebieden?niveau={Level.GEBIED.value}")["gebieden"]
    for code in (one["code"] for one in gebieden):
        page = doors.ask(f"/gebieden/{quote(code)}/blad").decode()
        known = Counter(one.kind for one in doors.listed if one.buurt in doors.areas[code])
        said, drawn = SAID.findall(page), _drawn(page)
        if not said or not drawn:
            yield Find(f"blad van {code}", "is niet te lezen, dus niemand weet wat het vertelt")
        for told in said:
            yield from _more(f"blad van {code}", _number(told), known.total())
        for kind, told in ROWS.findall(page):
            yield from _more(f"blad van {code}, {unescape(kind)}", _number(told), known[unescape(kind)])
        for dots in drawn:
            yield from _more(f"kaart op het blad van {code}", dots, known.total())


def _drawn(page: str) -> list[int]:
    """Return how many dots each map has: uses of one form, or when they are few each its own form."""
    drawings = (base64.b64decode(picture).decode() for picture in PICTURE.findall(page))
    groups = (group for drawing in drawings for group in DOTS.findall(drawing))
    return [group.count("<use ") or group.count("<path ") for group in groups]


def _other_lists(doors: Doors, jurisdiction: str) -> Iterator[Find]:
    """Look for meldingen in feeds and Open311 that the list does not have."""
    known = {one.id for one in doors.listed}
    for path in (
        f"/feeds/{doors.gemeente}.atom",
        f"/open311/v2/requests.json?jurisdiction_id={quote(jurisdiction)}",
    ):
        if strange := set(_ids(doors.ask(path).decode())) - known:
            yield Find(path, f"toont {len(strange)} meldingen die de lijst niet heeft")


def _ids(text: str) -> Sequence[str]:
    if text.lstrip().startswith("["):
        return [str(one["service_request_id"]) for one in json.loads(text) if "service_request_id" in one]
    return [part.split("<")[0].split('"')[0] for part in text.split("/meldingen/")[1:]]


def _in_span(one: Listed, answer: Mapping[str, Any]) -> bool:
    return (answer["van"] or "") <= one.day <= (answer["tot"] or "")


def _number(text: str) -> float:
    """Return a number as it is written here, such as 1.234 or 0,5; nothing is 0."""
    return float(text.replace(".", "").replace(",", ".") or 0)


def _other(where: str, told: int, known: int) -> Iterator[Find]:
    if told != known:
        yield Find(where, f"telt {told}, en de lijst heeft er {known}")


def _more(where: str, told: float | None, known: int) -> Iterator[Find]:
    """Give a find when more is told than the list has; a cijfer may leave doubles and soorten out."""
    if told is not None and told > known + HALF:
        yield Find(where, f"telt {told:.0f}, en de lijst heeft er {known}")


def read_json(ask: Ask, path: str) -> Any:
    """Return what the JSON at an address holds."""
    return json.loads(ask(path))
