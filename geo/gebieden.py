"""Gebieden: named, dated unions of buurten that a municipality looks at together, and its special places."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from itertools import combinations
from typing import Any, Final, TypeVar

import geopandas as gpd
import shapely

from geo.areas import CODE_PATTERN, Edition, Level, area_frame, gemeente_code
from geo.crs import RD, Fault, check_rd
from geo.errors import AreaError, DuplicateCode, OrphanCode

_Word = TypeVar("_Word", bound=StrEnum)

_TOWN_KEYS: Final = {"gemeente", "naam", "indeling", "status", "bron", "toelichting"}
_GEBIED_KEYS: Final = {"code", "naam", "buurten", "geldig_vanaf", "geldig_tot", "status", "bron"}
_PLACE_KEYS: Final = {"naam", "buurt", "punt", "soort", "reden", "geldig_vanaf", "geldig_tot"}


class Status(StrEnum):
    """Whether the municipality has decided on a gebied."""

    VOORSTEL = "voorstel"
    VASTGESTELD = "vastgesteld"


class PlaceKind(StrEnum):
    """Why a place is no ordinary buurt."""

    INSTELLING = "instelling"
    TIJDELIJK = "tijdelijke huisvesting"
    HAVEN = "haven"
    BEDRIJVEN = "bedrijventerrein"
    SPORT = "sportpark"
    PARK = "park"
    RECREATIE = "recreatiepark"
    WINKELS = "winkelcentrum"
    BUITEN = "buitengebied"


@dataclass(frozen=True)
class Gebied:
    """A union of buurten, in force from `valid_from` up to but not including `valid_to` (None: no end)."""

    code: str
    naam: str
    gemeente: str
    buurten: tuple[str, ...]
    valid_from: date
    valid_to: date | None
    status: Status
    source: str

    def holds(self, day: date) -> bool:
        """True on the days that it is in force."""
        return _holds(self.valid_from, self.valid_to, day)


@dataclass(frozen=True)
class SpecialPlace:
    """A buurt or a point (RD metres) that can be left out of a gebied's figures, visibly, and why."""

    gemeente: str
    naam: str
    kind: PlaceKind
    reason: str
    valid_from: date
    valid_to: date | None
    buurt: str | None = None
    point: RD | None = None

    def holds(self, day: date) -> bool:
        """True on the days that it is on the list."""
        return _holds(self.valid_from, self.valid_to, day)


@dataclass(frozen=True)
class Gebiedsindeling:
    """The gebieden and special places of one municipality, over all dates.

    `year` is that of the CBS division that the buurt codes belong to; `note` stands beside each map or
    table of these gebieden, such as "door de gemeente te bevestigen".
    """

    gemeente: str
    naam: str
    year: int
    status: Status
    source: str
    note: str
    gebieden: tuple[Gebied, ...]
    places: tuple[SpecialPlace, ...]

    def on(self, day: date) -> Gebiedsindeling:
        """Only what is in force on a day."""
        gebieden = tuple(gebied for gebied in self.gebieden if gebied.holds(day))
        return replace(
            self, gebieden=gebieden, places=tuple(place for place in self.places if place.holds(day))
        )

    def gebied(self, code: str) -> Gebied:
        """The gebied with this code; OrphanCode without one, AreaError when several dates have one."""
        found = [gebied for gebied in self.gebieden if gebied.code == code]
        if not found:
            raise OrphanCode(f"Gebied {code} is er niet in {self.naam}.")
        if len(found) > 1:
            raise AreaError(f"Gebied {code} is er in {len(found)} perioden: kies eerst een dag.")
        return found[0]

    def buurten_of(self, code: str) -> tuple[str, ...]:
        """The buurten of a gebied; errors as `gebied`."""
        return self.gebied(code).buurten

    def gebied_of_buurt(self, day: date) -> dict[str, str]:
        """Each buurt's gebied on a day; a buurt in no gebied is not in it."""
        return {buurt: gebied.code for gebied in self.on(day).gebieden for buurt in gebied.buurten}

    def special_buurten(self, day: date) -> dict[str, SpecialPlace]:
        """The buurten that are a special place on a day."""
        return {place.buurt: place for place in self.on(day).places if place.buurt is not None}

    def outlines(self, edition: Edition, day: date) -> gpd.GeoDataFrame:
        """The gebieden of a day as an area frame (EPSG:28992, parent the gemeente): unions of the buurten.

        Errors as `check_buurten`.
        """
        now = self.on(day)
        check_buurten(now, edition)
        geometry = dict(zip(edition.buurten["code"], edition.buurten.geometry, strict=True))
        return area_frame(
            code=[gebied.code for gebied in now.gebieden],
            naam=[gebied.naam for gebied in now.gebieden],
            parent=[self.gemeente] * len(now.gebieden),
            gemeente=[self.gemeente] * len(now.gebieden),
            geometry=[shapely.union_all([geometry[b] for b in gebied.buurten]) for gebied in now.gebieden],
        )


def read_gebieden(text: str, *, edition: Edition | None = None, name: str = "gebieden") -> Gebiedsindeling:
    """The division in a TOML text; with an edition its buurten are looked up as well.

    `name` is the file's, for messages. Raises AreaError for a text that is no such list, DuplicateCode
    for a buurt that is in two gebieden at one date or a gebied twice at one date, OrphanCode for a buurt
    that the edition does not have. Every message names the entry and the value.
    """
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as fault:
        raise AreaError(f"{name}: geen geldige TOML: {fault}.") from fault
    indeling = _indeling(document, name)
    _check_codes_once(indeling, name)
    _check_buurten_once(indeling, name)
    if edition is not None:
        check_buurten(indeling, edition)
    return indeling


def check_buurten(indeling: Gebiedsindeling, edition: Edition) -> None:
    """Nothing, or OrphanCode with the buurten of gebieden and special places that an edition lacks."""
    named = {buurt: gebied.naam for gebied in indeling.gebieden for buurt in gebied.buurten}
    named |= {place.buurt: place.naam for place in indeling.places if place.buurt is not None}
    absent = sorted(set(named) - set(edition.codes(Level.BUURT)))
    if absent:
        found = ", ".join(f"{buurt} ({named[buurt]})" for buurt in absent)
        raise OrphanCode(f"Deze buurten staan niet in de indeling {edition.year}: {found}.")


def _indeling(document: Mapping[str, Any], name: str) -> Gebiedsindeling:
    town = {key: value for key, value in document.items() if key not in {"gebied", "bijzondere_plek"}}
    _check_keys(town, _TOWN_KEYS, _TOWN_KEYS - {"toelichting"}, name)
    gemeente = _code(town["gemeente"], Level.GEMEENTE, name)
    return Gebiedsindeling(
        gemeente=gemeente,
        naam=_text(town, "naam", name),
        year=_year(town["indeling"], name),
        status=_word(town["status"], Status, "status", name),
        source=_text(town, "bron", name),
        note=str(town.get("toelichting", "")),
        gebieden=tuple(_gebied(entry, town, place) for entry, place in _entries(document, "gebied", name)),
        places=tuple(
            _place(entry, gemeente, at) for entry, at in _entries(document, "bijzondere_plek", name)
        ),
    )


def _entries(document: Mapping[str, Any], key: str, name: str) -> Iterable[tuple[Mapping[str, Any], str]]:
    entries = document.get(key, [])
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise AreaError(f"{name}: {key} hoort een lijst te zijn, elk onder [[{key}]].")
    for number, entry in enumerate(entries, start=1):
        label = entry.get("code") or entry.get("naam") or "zonder naam"
        yield entry, f"{name}, {key} {number} ({label})"


def _gebied(entry: Mapping[str, Any], town: Mapping[str, Any], place: str) -> Gebied:
    _check_keys(entry, _GEBIED_KEYS, {"code", "naam", "buurten", "geldig_vanaf"}, place)
    start, end = _dates(entry, place)
    return Gebied(
        code=_inside(_code(entry["code"], Level.GEBIED, place), town["gemeente"], place),
        naam=_text(entry, "naam", place),
        gemeente=town["gemeente"],
        buurten=_buurten(entry["buurten"], town["gemeente"], place),
        valid_from=start,
        valid_to=end,
        status=_word(entry.get("status", town["status"]), Status, "status", place),
        source=str(entry.get("bron", town["bron"])),
    )


def _place(entry: Mapping[str, Any], gemeente: str, place: str) -> SpecialPlace:
    _check_keys(entry, _PLACE_KEYS, {"naam", "soort", "reden", "geldig_vanaf"}, place)
    if ("buurt" in entry) == ("punt" in entry):
        raise AreaError(f"{place}: geef een buurt of een punt, precies een van de twee.")
    start, end = _dates(entry, place)
    buurt = entry.get("buurt")
    return SpecialPlace(
        gemeente=gemeente,
        naam=_text(entry, "naam", place),
        kind=_word(entry["soort"], PlaceKind, "soort", place),
        reason=_text(entry, "reden", place),
        valid_from=start,
        valid_to=end,
        buurt=None if buurt is None else _inside(_code(buurt, Level.BUURT, place), gemeente, place),
        point=None if buurt is not None else _point(entry["punt"], place),
    )


def _buurten(given: object, gemeente: str, place: str) -> tuple[str, ...]:
    if not isinstance(given, list) or not given:
        raise AreaError(f"{place}: buurten hoort een lijst met minstens een code te zijn.")
    codes = [_inside(_code(code, Level.BUURT, place), gemeente, place) for code in given]
    twice = sorted({code for code in codes if codes.count(code) > 1})
    if twice:
        raise DuplicateCode(f"{place}: {', '.join(twice)} staat er meer dan een keer in.")
    return tuple(sorted(codes))


def _check_codes_once(indeling: Gebiedsindeling, name: str) -> None:
    for one, two in combinations(indeling.gebieden, 2):
        if one.code == two.code and _overlap(one, two):
            raise DuplicateCode(f"{name}: gebied {one.code} is er twee keer {_when(one, two)}.")


def _check_buurten_once(indeling: Gebiedsindeling, name: str) -> None:
    for one, two in combinations(indeling.gebieden, 2):
        shared = sorted(set(one.buurten) & set(two.buurten))
        if shared and _overlap(one, two):
            codes = ", ".join(shared)
            raise DuplicateCode(f"{name}: {codes} hoort bij {one.naam} en bij {two.naam} {_when(one, two)}.")


def _overlap(one: Gebied, two: Gebied) -> bool:
    return one.holds(two.valid_from) or two.holds(one.valid_from)


def _when(one: Gebied, two: Gebied) -> str:
    return f"op {max(one.valid_from, two.valid_from).isoformat()}"


def _holds(start: date, end: date | None, day: date) -> bool:
    return start <= day and (end is None or day < end)


def _check_keys(entry: Mapping[str, Any], known: set[str], needed: set[str], place: str) -> None:
    strange, missing = sorted(set(entry) - known), sorted(needed - set(entry))
    if strange:
        raise AreaError(f"{place}: onbekend: {', '.join(strange)}; wel: {', '.join(sorted(known))}.")
    if missing:
        raise AreaError(f"{place}: ontbreekt: {', '.join(missing)}.")


def _code(given: object, level: Level, place: str) -> str:
    if not isinstance(given, str) or re.fullmatch(CODE_PATTERN[level], given) is None:
        raise AreaError(f"{place}: '{given}' is geen code van een {level}.")
    return given


def _inside(code: str, gemeente: str, place: str) -> str:
    if gemeente_code(code) != gemeente:
        raise AreaError(f"{place}: {code} ligt in {gemeente_code(code)}, niet in {gemeente}.")
    return code


def _text(entry: Mapping[str, Any], key: str, place: str) -> str:
    value = entry[key]
    if not isinstance(value, str) or not value.strip():
        raise AreaError(f"{place}: {key} hoort een tekst te zijn, niet '{value}'.")
    return value.strip()


def _word(given: object, words: type[_Word], key: str, place: str) -> _Word:
    if given not in list(words):
        raise AreaError(f"{place}: {key} '{given}' bestaat niet; wel: {', '.join(words)}.")
    return words(str(given))


def _year(given: object, place: str) -> int:
    if not isinstance(given, int) or isinstance(given, bool) or not 1990 <= given <= 2099:
        raise AreaError(f"{place}: indeling hoort een jaar te zijn, niet '{given}'.")
    return given


def _dates(entry: Mapping[str, Any], place: str) -> tuple[date, date | None]:
    start, end = entry["geldig_vanaf"], entry.get("geldig_tot")
    for key, value in (("geldig_vanaf", start), ("geldig_tot", end)):
        if value is not None and (not isinstance(value, date) or isinstance(value, datetime)):
            raise AreaError(f"{place}: {key} hoort een datum te zijn zoals 2024-01-31, niet '{value}'.")
    if end is not None and end <= start:
        raise AreaError(f"{place}: geldig_tot {end} is niet na geldig_vanaf {start}.")
    return start, end


def _point(given: object, place: str) -> RD:
    if not isinstance(given, list) or len(given) != 2 or not all(isinstance(v, (int, float)) for v in given):
        raise AreaError(f"{place}: punt hoort [x, y] in RD-meters te zijn, niet '{given}'.")
    x, y = float(given[0]), float(given[1])
    if check_rd(x, y) != Fault.NONE:
        raise AreaError(f"{place}: punt {x}, {y} ligt niet in Nederland (RD-meters).")
    return RD(x, y)
