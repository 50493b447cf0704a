"""Mapping: which column of a table holds what; guessed from the header, shown, and kept as TOML.

Columns that hold a person's name, mail address or telephone number are never read: a mapping names them, so
that the report can say what was left at the door. Other columns without a field are not read either.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Mapping as Dictionary
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

import tomli_w

from data.readers.moments import DAY_FIRST, MONTH_FIRST
from data.readers.numbers import COMMA, POINT
from geo.errors import ImportRefused

NUMBER, CASE, CREATED, CLOSED = "nummer", "zaaknummer", "gemeld", "afgehandeld"
CATEGORY, ADDRESS, STATUS, TEXT, CHANNEL = "soort", "adres", "status", "tekst", "kanaal"
LON, LAT, X, Y, GEOMETRY = "lengte", "breedte", "x", "y", "geometrie"

# The words towns and systems use, folded to lower case without signs; the first that occurs wins.
WORDS: Final[Dictionary[str, tuple[str, ...]]] = {
    NUMBER: (
        "zaaknummer", "meldingsnummer", "meldingnummer", "meldnummer", "meldingid", "id", "nummer", "zaakid",
        "servicerequestid", "reportid", "signaluuid", "sianummer", "kenmerk", "volgnummer",
    ),
    CASE: ("zaaknummer", "zaakid", "kenmerk"),
    CREATED: (
        "registrdat", "registratiedatum", "aangemaaktop", "createdat", "datummelding", "meldingsdatum",
        "melddatum", "gemeld", "gemeldop", "requesteddatetime", "confirmed", "created", "aanmaakdatum",
        "datumaanmaak", "datum", "aangemaakt", "ingediendop", "begindatum", "datumtijd",
    ),
    CLOSED: (
        "afgerondop", "opgelostop", "afgehandeldop", "afhandeldatum", "datumafgehandeld", "datumafhandeling",
        "closeddate", "closed", "gereedmelding", "gereedop", "afgehandeld", "einddatum", "datumgereed",
        "afgesloten", "afgeslotenop", "gereed", "gereeddatum", "gesloten", "geslotenop", "opgelost",
        "afgerond",
    ),
    CATEGORY: (
        "subcategorie", "subcategory", "sub", "subrubriek", "servicesubtype", "categorie", "category",
        "rubriek", "soort", "servicename", "onderwerp", "type", "meldingstype", "hoofdcategorie",
    ),
    ADDRESS: ("adres", "address", "addresstext", "locatie", "adrestekst", "addressstring"),
    STATUS: ("status", "state", "statusdescription", "statedisplay", "meldingstatus"),
    TEXT: ("omschrijving", "text", "tekst", "description", "detail", "toelichting", "melding"),
    CHANNEL: ("kanaal", "source", "bron", "herkomst", "meldkanaal", "devicetype"),
    LON: ("lon", "lng", "long", "longitude", "lengtegraad", "lengte"),
    LAT: ("lat", "latitude", "breedtegraad", "breedte"),
    X: ("xcoord", "x", "rdx", "xrd", "xcoordinaat", "coordx", "easting"),
    Y: ("ycoord", "y", "rdy", "yrd", "ycoordinaat", "coordy", "northing"),
    GEOMETRY: ("geometry", "geometrie", "wkt", "geom", "point"),
}  # fmt: skip
ADDRESS_PARTS: Final = (
    ("straat", "straatnaam", "openbareruimte", "addressstreet", "street"),
    ("huisnummer", "huisnr", "addressnumber", "housenumber"),
    ("huisletter", "letter"),
    ("toevoeging", "huisnummertoevoeging"),
    ("postcode", "zipcode", "addresspostalcode"),
    ("plaats", "woonplaats", "addresscity"),
)
_LEVELS: Final = re.compile(r"(?:niveau|level|categorie)\d")
_MAIN_GROUPS: Final = ("hoofdcategorie", "maincategory", "main", "hoofdrubriek", "servicename", "category")
_PERSONAL: Final = re.compile(
    r"mail|telefoon|phone|mobiel|gsm|melder|reporter|requestor|username|indiener|aanvrager|voornaam"
    r"|achternaam|firstname|lastname|bsn|geboorte|deviceid|accountid|contactpersoon|behandelaar|medewerker"
    r"|assigned|^naam$|^name$|^user$|^tel$|^persoon"
)
_CHOICES: Final[Dictionary[str, tuple[str, ...]]] = {
    "decimaal": (COMMA, POINT),
    "datum": (DAY_FIRST, MONTH_FIRST),
}


@dataclass(frozen=True, kw_only=True)
class Mapping:
    """Fields of a melding and the columns they come from; several columns of `adres` are joined.

    `soort` names the levels of a category tree, the widest first; the deepest that is filled counts.
    """

    columns: Dictionary[str, tuple[str, ...]]
    format: str = "tabel"
    decimal: str | None = None
    date_order: str | None = None
    personal: tuple[str, ...] = ()
    ignored: tuple[str, ...] = ()
    notes: tuple[str, ...] = field(default=())

    def column(self, name: str) -> str | None:
        """The one column of a field, None when the table has none."""
        found = self.columns.get(name)
        return found[0] if found else None


def fold(name: str) -> str:
    """A column name in lower case, without accents, spaces and signs."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]", "", plain)


def guess(columns: Sequence[str]) -> Mapping:
    """The mapping that the names of the columns suggest; a person looks at it before it is trusted."""
    personal = tuple(name for name in columns if _PERSONAL.search(fold(name)))
    by_word = {fold(name): name for name in reversed(columns) if name not in personal}
    found: dict[str, tuple[str, ...]] = {
        name: (by_word[word],)
        for name, words in WORDS.items()
        if (word := next((word for word in words if word in by_word), None)) is not None
    }
    found.update(_levels(columns, by_word))
    if ADDRESS not in found and (parts := _address_parts(by_word)):
        found[ADDRESS] = parts
    return finish(Mapping(columns=found, personal=personal), columns)


def finish(mapping: Mapping, columns: Sequence[str]) -> Mapping:
    """The mapping checked against the header of a file, with the columns that nothing reads named.

    ImportRefused when a column is missing, no moment is named, or the place has neither point nor address.
    """
    used = {column for names in mapping.columns.values() for column in names}
    missing = sorted(used - set(columns))
    if missing:
        raise ImportRefused(f"de koppeling noemt kolommen die het bestand niet heeft: {', '.join(missing)}")
    _check_enough(mapping, columns)
    barred = sorted(used & {name for name in columns if _PERSONAL.search(fold(name))})
    if barred:
        raise ImportRefused(f"kolommen met gegevens van personen worden nooit gelezen: {', '.join(barred)}")
    personal = tuple(name for name in columns if _PERSONAL.search(fold(name)) and name not in used)
    ignored = tuple(name for name in columns if name not in used and name not in personal)
    return replace(mapping, personal=personal, ignored=ignored)


def to_toml(mapping: Mapping) -> str:
    """The mapping as TOML, to look at, to change and to keep."""
    columns = {name: _plain(names) for name, names in mapping.columns.items()}
    reading = {"decimaal": mapping.decimal, "datum": mapping.date_order}
    table: dict[str, Any] = {"formaat": mapping.format, "kolommen": columns}
    if any(reading.values()):
        table["lezen"] = {name: value for name, value in reading.items() if value}
    return tomli_w.dumps(table)


def from_toml(text: str) -> Mapping:
    """The mapping in a TOML text; ImportRefused says which line or name is wrong."""
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ImportRefused(f"de koppeling is geen geldige TOML: {error}") from None
    columns = table.get("kolommen")
    if not isinstance(columns, dict):
        raise ImportRefused("de koppeling mist het deel [kolommen]")
    unknown = sorted(set(columns) - set(WORDS))
    if unknown:
        raise ImportRefused(f"de koppeling noemt onbekende velden: {', '.join(unknown)}")
    reading = table.get("lezen", {})
    return Mapping(
        columns={name: _names(name, value) for name, value in columns.items()},
        format=str(table.get("formaat", "tabel")),
        decimal=_choice(reading, "decimaal"),
        date_order=_choice(reading, "datum"),
    )


def as_lines(mapping: Mapping) -> list[str]:
    """The mapping in plain Dutch, a line per field, to show before an import."""
    lines = [f"{name}: {' + '.join(names)}" for name, names in mapping.columns.items()]
    if mapping.personal:
        lines.append(f"niet gelezen, gegevens van personen: {', '.join(mapping.personal)}")
    if mapping.ignored:
        lines.append(f"niet gebruikt: {', '.join(mapping.ignored)}")
    return lines


def _levels(columns: Sequence[str], by_word: Dictionary[str, str]) -> dict[str, tuple[str, ...]]:
    levels = tuple(sorted((name for name in columns if _LEVELS.fullmatch(fold(name))), key=fold))
    if levels:
        return {CATEGORY: levels}
    deepest = next((by_word[word] for word in WORDS[CATEGORY] if word in by_word), None)
    widest = next((by_word[word] for word in _MAIN_GROUPS if word in by_word), None)
    if deepest is None:
        return {}
    return {CATEGORY: (widest, deepest) if widest is not None and widest != deepest else (deepest,)}


def _address_parts(by_word: Dictionary[str, str]) -> tuple[str, ...]:
    found = tuple(by_word[word] for words in ADDRESS_PARTS for word in words if word in by_word)
    return found if any(word in by_word for word in (*ADDRESS_PARTS[0], *ADDRESS_PARTS[4])) else ()


def _check_enough(mapping: Mapping, columns: Sequence[str]) -> None:
    named = ", ".join(columns[:20])
    if CREATED not in mapping.columns:
        raise ImportRefused(f"geen kolom gevonden voor de datum van de melding; kolommen: {named}")
    pairs = ((LON, LAT), (X, Y))
    placed = any(all(name in mapping.columns for name in pair) for pair in pairs)
    if not placed and GEOMETRY not in mapping.columns and ADDRESS not in mapping.columns:
        raise ImportRefused(f"geen kolommen gevonden voor een punt of een adres; kolommen: {named}")


def _plain(names: tuple[str, ...]) -> str | list[str]:
    return names[0] if len(names) == 1 else list(names)


def _names(name: str, value: Any) -> tuple[str, ...]:
    names = [value] if isinstance(value, str) else value
    if not isinstance(names, list) or not names or not all(isinstance(item, str) for item in names):
        raise ImportRefused(f"de koppeling geeft bij {name} geen kolomnaam of lijst van kolomnamen")
    return tuple(names)


def _choice(reading: Any, name: str) -> str | None:
    value = reading.get(name) if isinstance(reading, dict) else None
    if value is not None and value not in _CHOICES[name]:
        raise ImportRefused(f"bij [lezen] kan {name} {' of '.join(_CHOICES[name])} zijn, niet {value!r}")
    return value
