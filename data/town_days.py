"""Town days: when a gemeente plans no meeting, for holidays, evenings of the council and days of its own."""

from __future__ import annotations

import calendar
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import Any, Final

from holidays import OPTIONAL, PUBLIC, country_holidays
from sqlalchemy import select
from sqlalchemy.orm import Session

from data import audit
from data.theme_models import TownDays
from geo.errors import WijkbeeldError

DAY: Final = timedelta(days=1)
LONGEST_NAME: Final = 80
LONGEST_DAYS: Final = 70
LONGEST_RULE: Final = 400
MOST: Final = 400
YEARS: Final = range(2020, 2101)
TO_CONFIRM: Final = "te bevestigen"
# In the words of the law, or of everybody; the library has them in English.
NAMES: Final = {
    "New Year's Day": "Nieuwjaarsdag",
    "Good Friday": "Goede Vrijdag",
    "Easter Sunday": "Eerste paasdag",
    "Easter Monday": "Tweede paasdag",
    "King's Day": "Koningsdag",
    "Liberation Day": "Bevrijdingsdag",
    "Ascension Day": "Hemelvaartsdag",
    "Pentecost": "Eerste pinksterdag",
    "Pentecost Monday": "Tweede pinksterdag",
    "Christmas Day": "Eerste kerstdag",
    "Second Day of Christmas": "Tweede kerstdag",
}
REMEMBRANCE: Final = "Dodenherdenking"


class DayKind(StrEnum):
    """Why no meeting is planned on a day."""

    VAKANTIE = "vakantie"
    RAAD = "raad"
    ANDERS = "anders"
    FEESTDAG = "feestdag"


class Rhythm(StrEnum):
    """How often an evening comes back."""

    WEEK = "week"
    TWO_WEEKS = "twee_weken"
    FIRST = "1"
    SECOND = "2"
    THIRD = "3"
    FOURTH = "4"
    LAST = "laatste"


class WrongDays(WijkbeeldError):
    """Days that cannot be kept; the message says why."""


@dataclass(frozen=True, slots=True)
class Days:
    """Days on which no meeting is planned; `number` is that of the row, None for one that was worked out."""

    kind: DayKind
    naam: str
    first: date
    last: date
    number: int | None = None

    def covers(self, day: date) -> bool:
        """Whether a day is one of them."""
        return self.first <= day <= self.last


@dataclass(frozen=True, slots=True)
class Rule:
    """An evening that comes back on a weekday (0 is Monday), from a day to a day."""

    weekday: int
    rhythm: Rhythm
    first: date
    last: date

    def days(self) -> Iterator[date]:
        """Give the days of the rule; every second week is counted from its first one."""
        day = self.first + timedelta((self.weekday - self.first.weekday()) % 7)
        weeks = 2 if self.rhythm is Rhythm.TWO_WEEKS else 1
        while day <= self.last:
            if self.rhythm in {Rhythm.WEEK, Rhythm.TWO_WEEKS} or self.rhythm in _in_month(day):
                yield day
            day += weeks * 7 * DAY


@dataclass(frozen=True, slots=True)
class SchoolYear:
    """The school holidays of one year: by region, and the region of each gemeente that is known."""

    name: str
    source: str
    regions: dict[str, tuple[Days, ...]]
    towns: dict[str, str]


def days(session: Session, gemeente: str, first: date, last: date) -> list[Days]:
    """Return the days from one day to another on which a gemeente plans nothing, public holidays too."""
    query = select(TownDays).where(
        TownDays.municipality_code == gemeente, TownDays.first <= last, TownDays.last >= first
    )
    kept = [
        Days(DayKind(row.kind), row.naam, row.first, row.last, row.id)
        for row in session.scalars(query.order_by(TownDays.id))
    ]
    return sorted(kept + public_holidays(first, last), key=lambda one: (one.first, one.last, one.naam))


def public_holidays(first: date, last: date) -> list[Days]:
    """Return the holidays of everybody from one day to another, and the evening of 4 May."""
    years = range(first.year, last.year + 1)
    known = country_holidays("NL", years=years, categories=(PUBLIC, OPTIONAL), language="en_US")
    # Two holidays on one day stand together in the library.
    found = [
        Days(DayKind.FEESTDAG, NAMES.get(naam, naam), day, day)
        for day, names in known.items()
        for naam in names.split("; ")
    ]
    found += [Days(DayKind.FEESTDAG, REMEMBRANCE, date(year, 5, 4), date(year, 5, 4)) for year in years]
    return sorted((one for one in found if first <= one.first <= last), key=lambda one: one.first)


def add(session: Session, gemeente: str, wanted: Days, *, actor: str) -> int:
    """Keep days under a name; return how many rows are new: 0 when they are there already.

    WrongDays for an end before the beginning, too long a time, no name, or too many rows.
    """
    if wanted.kind is DayKind.FEESTDAG:
        raise WrongDays("feestdagen rekenen wij zelf uit")
    return _keep(session, gemeente, [wanted], actor=actor)


def add_rule(
    session: Session, gemeente: str, naam: str, rule: Rule, *, skip_holidays: bool, actor: str
) -> int:
    """Keep each evening of a rule as a row; return how many are new.

    With `skip_holidays` those in a school holiday or on a public holiday are left out.
    """
    if not rule.first <= rule.last <= rule.first + LONGEST_RULE * DAY:
        raise WrongDays(f"kies een laatste dag na de eerste, binnen {LONGEST_RULE} dagen")
    _check_year(rule.first, rule.last)
    free = [
        one
        for one in days(session, gemeente, rule.first, rule.last)
        if one.kind in {DayKind.VAKANTIE, DayKind.FEESTDAG}
    ]
    evenings = [
        Days(DayKind.RAAD, naam, day, day)
        for day in rule.days()
        if not (skip_holidays and any(one.covers(day) for one in free))
    ]
    return _keep(session, gemeente, evenings, actor=actor)


def add_school_year(session: Session, gemeente: str, region: str, *, actor: str) -> int:
    """Keep the school holidays of a region; return how many are new. WrongDays for an unknown region."""
    known = school_year().regions.get(region)
    if known is None:
        raise WrongDays("van deze regio kennen wij de vakanties niet")
    return _keep(session, gemeente, known, actor=actor)


def remove(session: Session, gemeente: str, number: int, *, actor: str) -> None:
    """Take days of a gemeente away; those that are gone already stay gone."""
    row = session.get(TownDays, number)
    if row is None or row.municipality_code != gemeente:
        return
    session.delete(row)
    _note(session, gemeente, actor, "dagen.weggehaald", soort=row.kind, aantal=1)


@cache
def school_year() -> SchoolYear:
    """Return the school holidays that come with Wijkbeeld."""
    text = (files("data") / "resources" / "schoolvakanties" / "2026-2027.toml").read_text("utf-8")
    document = tomllib.loads(text)
    return SchoolYear(
        name=document["schooljaar"],
        source=document["bron"],
        regions={naam: tuple(map(_vacation, rows)) for naam, rows in document["regios"].items()},
        towns=document["gemeenten"],
    )


def _vacation(row: dict[str, Any]) -> Days:
    naam = f"{row['naam']} ({TO_CONFIRM})" if row.get("bevestigen") else row["naam"]
    return Days(DayKind.VAKANTIE, naam, row["eerste"], row["laatste"])


def _in_month(day: date) -> set[Rhythm]:
    """Return which one of its weekday a day is in its month, and whether it is the last."""
    number = (day.day - 1) // 7 + 1
    length = calendar.monthrange(day.year, day.month)[1]
    found = {Rhythm(str(number))} if number <= 4 else set()
    return found | ({Rhythm.LAST} if day.day + 7 > length else set())


def _keep(session: Session, gemeente: str, wanted: Sequence[Days], *, actor: str) -> int:
    known = session.scalars(select(TownDays).where(TownDays.municipality_code == gemeente)).all()
    there = {(one.kind, one.naam, one.first, one.last) for one in known}
    new = [one for one in wanted if (one.kind.value, one.naam.strip(), one.first, one.last) not in there]
    if len(known) + len(new) > MOST:
        raise WrongDays(f"een gemeente heeft tot {MOST} regels; haal eerst oude weg")
    for one in new:
        _check(one)
        session.add(
            TownDays(
                municipality_code=gemeente,
                kind=one.kind.value,
                naam=one.naam.strip(),
                first=one.first,
                last=one.last,
            )
        )
    if new:
        session.flush()
        _note(session, gemeente, actor, "dagen.toegevoegd", soort=new[0].kind.value, aantal=len(new))
    return len(new)


def _check(wanted: Days) -> None:
    if not wanted.naam.strip() or len(wanted.naam) > LONGEST_NAME:
        raise WrongDays(f"geef de dagen een naam van ten hoogste {LONGEST_NAME} tekens")
    if not wanted.first <= wanted.last <= wanted.first + LONGEST_DAYS * DAY:
        raise WrongDays(f"kies een laatste dag na de eerste, binnen {LONGEST_DAYS} dagen")
    _check_year(wanted.first, wanted.last)


def _check_year(first: date, last: date) -> None:
    if first.year not in YEARS or last.year not in YEARS:
        raise WrongDays(f"kies een dag van {YEARS[0]} tot en met {YEARS[-1]}")


def _note(session: Session, gemeente: str, actor: str, action: str, **detail: object) -> None:
    audit.record(
        session,
        actor=actor,
        action=action,
        object_kind="jaarplan",
        object_id=gemeente,
        detail=dict(detail),
    )
