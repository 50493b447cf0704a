"""Imports of surveys: a table with a line per area and question, taken in whole or not at all.

A table is small and made by people, so a bad cell refuses the file and is named with its line and column.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from data import surveys
from data.database import Database
from data.gebied_models import Gebied
from data.models import Area, Municipality
from data.municipalities import need_municipality, slug_of
from data.readers.tables import open_table
from data.reference_imports import LoadReport, record_report
from data.sources import SourceCard, SourceKind, register_source
from data.surveys import SurveyRow
from geo.errors import ImportRefused

# Our names of columns, and how tables call them.
COLUMNS: Final[Mapping[str, tuple[str, ...]]] = {
    "code": ("code", "gebiedscode", "regiocode", "buurtcode", "wijkcode"),
    "question": ("vraag", "indicator", "onderwerp"),
    "year": ("jaar", "year", "peiljaar"),
    "value": ("waarde", "value", "uitkomst", "percentage"),
    "lower": ("ondergrens", "lower", "marge onder"),
    "upper": ("bovengrens", "upper", "marge boven"),
    "respondents": ("respondenten", "n", "aantal", "aantal respondenten"),
}
OPTIONAL: Final = {"year", "lower", "upper"}
# The questions that cijfers use, how tables ask them, and the largest answer.
QUESTIONS: Final[Mapping[str, tuple[str, ...]]] = {
    "veiligheidsgevoel": (
        "veiligheidsgevoel",
        "voelt zich wel eens onveilig in de buurt",
        "voelt zich weleens onveilig in de buurt",
        "voelt zich wel eens onveilig in buurt",
        "voelt zich weleens onveilig in buurt",
    ),
    "samenhang_eens": (
        "samenhang eens",
        "mensen in de buurt gaan prettig met elkaar om",
        "de mensen in de buurt gaan op een prettige manier met elkaar om",
    ),
    "samenhang_score": ("samenhang score", "sociale cohesie", "schaalscore sociale cohesie"),
}
LARGEST: Final = {"veiligheidsgevoel": 100.0, "samenhang_eens": 100.0, "samenhang_score": 10.0}
UNKNOWN: Final = frozenset({"", ".", "-", "x", "n.b.", "onbekend"})
SHOWN: Final = 20
CHUNK: Final = 5_000
_NUMBER: Final = re.compile(r"-?\d{1,3}(?:\.\d{3})+,\d+|-?\d{1,9}(?:[.,]\d{1,9})?")
_YEAR: Final = re.compile(r"20\d\d")


@dataclass(slots=True)
class Reading:
    """What was read so far: the rows, what is wrong, and the questions that no cijfer uses."""

    rows: dict[tuple[str, str, int], SurveyRow] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)
    unused: dict[str, int] = field(default_factory=dict)


def import_survey(
    database: Database,
    path: Path,
    *,
    gemeente: str,
    year: int | None = None,
    name: str | None = None,
    actor: str = "opdrachtregel",
) -> LoadReport:
    """Take in the answers of a survey of a gemeente; ImportRefused with every bad cell, and nothing stored.

    Columns are known by their names (`COLUMNS`), questions too (`QUESTIONS`). `year` stands for a table
    without years, `name` for that of the survey. A second time changes nothing; what the table leaves out of
    a question and year that it has, goes.
    """
    if not path.is_file():
        raise ImportRefused(f"{path.name}: dit bestand is er niet")
    with database.read() as session:
        municipality = need_municipality(session, gemeente)
        codes = _codes(session, municipality.code)
    read = read_survey(path, codes, year=year)
    card = _card(municipality, name)
    with database.write() as session:
        source_id = register_source(session, card)
        done = surveys.store(session, municipality.code, read.rows.values(), source_id=source_id)
        report = LoadReport(
            kind="enquete",
            file=path.name,
            new=done.new,
            changed=done.changed,
            gone=done.gone,
            same=done.same,
            sentences=[*_said(read), *_not_used(read)],
        )
        record_report(session, card, path, report, actor=actor)
    return report


def read_survey(path: Path, codes: frozenset[str], *, year: int | None) -> Reading:
    """Return the rows of a table about these areas; ImportRefused, with lines and columns, when it is bad."""
    table = open_table(path)
    places = _places(path, table.columns, year)
    read = Reading()
    for chunk in table.chunks(CHUNK):
        read.faults += [f"regel {fault.line}: {fault.reason}" for fault in chunk.faults]
        for line, row in zip(chunk.lines, chunk.rows, strict=True):
            cells = _Cells(
                line, table.columns, {key: (at, row[at].strip()) for key, at in places.items()}, read
            )
            _take(cells, codes, year, read)
    if read.faults:
        more = f"; en nog {len(read.faults) - SHOWN}" if len(read.faults) > SHOWN else ""
        raise ImportRefused(f"{path.name}: {'; '.join(read.faults[:SHOWN])}{more}")
    if not read.rows:
        raise ImportRefused(f"{path.name}: geen enkele vraag die een cijfer gebruikt{_list(read)}")
    return read


@dataclass(frozen=True, slots=True)
class _Cells:
    """The cells of one row by our names, and where they stand."""

    line: int
    columns: Sequence[str]
    found: Mapping[str, tuple[int, str]]
    read: Reading

    def text(self, key: str) -> str:
        return self.found[key][1] if key in self.found else ""

    def wrong(self, key: str, reason: str) -> None:
        column = self.columns[self.found[key][0]]
        self.read.faults.append(f"regel {self.line}, kolom {column}: {reason}")

    def number(self, key: str, least: float, most: float) -> float | None:
        """The number in a cell, None when it is not known; a fault when it is none or out of range."""
        text = self.text(key)
        if text.casefold() in UNKNOWN:
            return None
        value = _number(text)
        if value is None or not least <= value <= most:
            self.wrong(key, f"{text[:40]!r} is geen getal van {least:g} tot {most:g}")
            return None
        return value


def _take(cells: _Cells, codes: frozenset[str], year: int | None, read: Reading) -> None:
    """Take one row into what was read, or its faults."""
    faults = len(read.faults)
    question = _question(cells.text("question"))
    if question is None:
        asked = cells.text("question")[:80]
        read.unused[asked] = read.unused.get(asked, 0) + 1
        return
    code = cells.text("code")
    if code not in codes:
        cells.wrong("code", f"{code[:40]!r} is geen buurt, wijk of gebied van deze gemeente")
    when = year if "year" not in cells.found else _year(cells)
    most = LARGEST[question]
    value, lower, upper = (cells.number(key, 0, most) for key in ("value", "lower", "upper"))
    respondents = cells.number("respondents", 0, 1_000_000)
    if respondents is not None and respondents != math.floor(respondents):
        cells.wrong("respondents", "een aantal mensen is een heel getal")
    if (lower is None) != (upper is None) or not _inside(value, lower, upper):
        cells.wrong("value", "de waarde ligt niet tussen de ondergrens en de bovengrens")
    key = (question, code, when or 0)
    if key in read.rows:
        cells.wrong("code", f"{code}, {question} en {when} staan er twee keer")
    if len(read.faults) == faults:
        people = None if respondents is None else int(respondents)
        read.rows[key] = SurveyRow(
            code=code,
            question=question,
            year=when or 0,
            value=value,
            lower=lower,
            upper=upper,
            respondents=people,
        )


def _inside(value: float | None, lower: float | None, upper: float | None) -> bool:
    return lower is None or upper is None or value is None or lower <= value <= upper


def _year(cells: _Cells) -> int | None:
    found = _YEAR.search(cells.text("year"))
    if found is None:
        cells.wrong("year", f"{cells.text('year')[:40]!r} is geen jaar")
        return None
    return int(found.group())


def _number(text: str) -> float | None:
    """The number in a text as people write it here: 1.234,5 or 12,5 or 12.5, with or without a % sign."""
    plain = text.removesuffix("%").strip()
    if not _NUMBER.fullmatch(plain):
        return None
    dutch = "," in plain
    return float(plain.replace(".", "").replace(",", ".") if dutch else plain)


def _question(text: str) -> str | None:
    plain = " ".join(text.casefold().replace("_", " ").split()).rstrip("?.")
    return next((key for key, words in QUESTIONS.items() if plain in words), None)


def _places(path: Path, columns: Sequence[str], year: int | None) -> dict[str, int]:
    """The place of each of our columns in the table; ImportRefused when one is not there."""
    plain = [" ".join(name.casefold().replace("_", " ").split()) for name in columns]
    found = {
        key: at
        for key, words in COLUMNS.items()
        if (at := next((plain.index(word) for word in words if word in plain), None)) is not None
    }
    needed = COLUMNS.keys() - OPTIONAL | ({"year"} if year is None else set())
    absent = [COLUMNS[key][0] for key in COLUMNS if key in needed and key not in found]
    if absent:
        hint = " (of geef het jaar met --year)" if absent == ["jaar"] else ""
        raise ImportRefused(f"{path.name}: deze kolommen missen: {', '.join(absent)}{hint}")
    return found


def _codes(session: Session, gemeente: str) -> frozenset[str]:
    areas = session.scalars(select(Area.code).where(Area.municipality_code == gemeente))
    gebieden = session.scalars(select(Gebied.code).where(Gebied.municipality_code == gemeente))
    return frozenset({*areas, *gebieden, gemeente})


def _card(municipality: Municipality, name: str | None) -> SourceCard:
    return SourceCard(
        slug=f"enquete-{municipality.slug}-{slug_of(name)}"[:80] if name else f"enquete-{municipality.slug}",
        kind=SourceKind.SURVEY,
        naam=name or f"Enquête van {municipality.naam}",
        municipality_code=municipality.code,
    )


def _said(read: Reading) -> list[str]:
    years = sorted({year for _, _, year in read.rows})
    questions = sorted({question for question, _, _ in read.rows})
    few = sum((row.respondents or 0) < 50 for row in read.rows.values())
    sentences = [f"jaren: {', '.join(map(str, years))}; vragen: {', '.join(questions)}"]
    return [*sentences, f"minder dan 50 respondenten, dus niet te zien: {few}"] if few else sentences


def _not_used(read: Reading) -> list[str]:
    return [f"niet gebruikt, geen cijfer met deze vraag: {name} ({n})" for name, n in read.unused.items()]


def _list(read: Reading) -> str:
    return f"; wel: {', '.join(list(read.unused)[:5])}" if read.unused else ""
