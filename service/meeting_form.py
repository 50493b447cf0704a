"""The form of a meeting: what a coordinator typed, and what is wrong in each field, in sentences."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, replace
from datetime import date, time
from typing import Final, Self

from data.agendas import Template, templates
from data.meeting_models import Meeting
from data.meeting_times import NoSuchHour, Span, WrongHours, span
from geo.exposure import AMSTERDAM
from geo.themes import Registry
from service.analysis.words import sentence
from service.melding_form import KEY, YES, clean, fresh_key
from service.texts import catalogue

LONGEST: Final[Mapping[str, int]] = {
    "titel": 160,
    "plek": 160,
    "adres": 120,
    "toegankelijk": 300,
    "inleiding": 2_000,
    "route": 2_000,
    "agenda": 4_000,
}
ONE_LINE: Final = ("titel", "plek", "adres", "toegankelijk", "plaatsen", "weken", "keer")
MOST_SEATS: Final = 2_000
MOST_TIMES: Final = 26
MOST_WEEKS: Final = 12
MOST_STOPS: Final = 20
SAVE: Final = "bewaar"
# Where the days of a calendar end for a form that plans ahead.
YEARS: Final = range(2020, 2101)
EVENING: Final = time(19, 30)


@dataclass(frozen=True, slots=True)
class Typed:
    """A filled-in form; the names are those of its fields. `gezien` says which warnings were shown."""

    gemeente: str = ""
    sleutel: str = ""
    keuze: str = ""
    gebied: str = ""
    thema: str = ""
    vorm: str = ""
    titel: str = ""
    inleiding: str = ""
    dag: str = ""
    van: str = ""
    tot: str = ""
    plek: str = ""
    adres: str = ""
    toegankelijk: str = ""
    plaatsen: str = ""
    besloten: str = ""
    route: str = ""
    weken: str = ""
    keer: str = ""
    agenda: str = ""
    gezien: str = ""
    knop: str = ""

    @classmethod
    def of(cls, values: Mapping[str, str]) -> Self:
        """Return what these values say, without spaces around and without signs that cannot be seen."""
        known = {one.name: clean(values.get(one.name, "")) for one in fields(cls)}
        return cls(**known | {name: " ".join(known[name].split()) for name in ONE_LINE})

    def with_key(self) -> Self:
        """Return the same form with a key that is one of ours."""
        return self if KEY.fullmatch(self.sleutel) else replace(self, sleutel=fresh_key())

    @property
    def template(self) -> Template | None:
        """How a meeting of the chosen form usually goes; None for a form that we do not know."""
        return templates().get(self.vorm)

    @property
    def is_public(self) -> bool:
        """Whether everybody may come."""
        return self.besloten != YES

    @property
    def seats(self) -> int | None:
        """How many may come; None for no maximum."""
        return int(self.plaatsen) if _is_number(self.plaatsen) else None

    @property
    def weeks(self) -> int:
        """How many weeks lie between the meetings of a series; 0 for a single one."""
        return int(self.weken) if _is_number(self.weken) else 0

    @property
    def times(self) -> int:
        """How many meetings are planned at once."""
        return int(self.keer) if self.weeks and _is_number(self.keer) else 1

    @property
    def stops(self) -> list[str]:
        """The places of a walk, in their order."""
        lines = (" ".join(line.split()) for line in self.route.splitlines())
        return [line for line in lines if line]

    @property
    def day(self) -> date | None:
        """The first day; None when it is no day."""
        try:
            found = date.fromisoformat(self.dag)
        except ValueError:
            return None
        return found if found.year in YEARS else None

    def span_on(self, day: date) -> Span:
        """Return the hours of the form on a day; as `data.meeting_times.span` raises."""
        begins, ends = _hour(self.van), _hour(self.tot)
        if begins is None or ends is None:
            raise WrongHours(text("bijeenkomst.fout_uren"))
        return span(day, begins, ends)


def faults(typed: Typed, registry: Registry, gebieden: Iterable[str]) -> dict[str, str]:
    """Return what is wrong, the agenda apart: a sentence per field, in the order of the page."""
    found = {}
    if typed.gebied not in set(gebieden):
        found["gebied"] = text("bijeenkomst.fout_gebied")
    if typed.thema and typed.thema not in {one.slug for one in registry.themes}:
        found["thema"] = text("bijeenkomst.fout_thema")
    if typed.vorm not in {one.slug for one in registry.forms} or typed.template is None:
        found["vorm"] = text("bijeenkomst.fout_vorm")
    found |= _time_faults(typed) | _number_faults(typed)
    for name, longest in LONGEST.items():
        if len(getattr(typed, name)) > longest:
            found[name] = text("bijeenkomst.fout_lang", n=longest)
    if len(typed.stops) > MOST_STOPS:
        found["route"] = text("bijeenkomst.fout_route_lang", n=MOST_STOPS)
    return found


def _time_faults(typed: Typed) -> dict[str, str]:
    if typed.day is None:
        return {"dag": text("bijeenkomst.fout_dag")}
    try:
        typed.span_on(typed.day)
    except (NoSuchHour, WrongHours) as wrong:
        return {"van": sentence(str(wrong))}
    return {}


def _number_faults(typed: Typed) -> dict[str, str]:
    found = {}
    if typed.plaatsen and not (_is_number(typed.plaatsen) and 1 <= int(typed.plaatsen) <= MOST_SEATS):
        found["plaatsen"] = text("bijeenkomst.fout_plaatsen", n=MOST_SEATS)
    if typed.weken and not (_is_number(typed.weken) and int(typed.weken) <= MOST_WEEKS):
        found["weken"] = text("bijeenkomst.fout_weken", n=MOST_WEEKS)
    if typed.keer and not (_is_number(typed.keer) and 1 <= int(typed.keer) <= MOST_TIMES):
        found["keer"] = text("bijeenkomst.fout_keer", n=MOST_TIMES)
    return found


def of_meeting(meeting: Meeting, agenda: str) -> Typed:
    """Return a meeting as its form, to change it."""
    begins = meeting.starts_at.astimezone(AMSTERDAM)
    ends = meeting.ends_at.astimezone(AMSTERDAM)
    return Typed(
        gemeente=meeting.municipality_code,
        gebied=meeting.gebied,
        thema=meeting.theme or "",
        vorm=meeting.form,
        titel=meeting.titel,
        inleiding=meeting.intro,
        dag=begins.date().isoformat(),
        van=f"{begins:%H:%M}",
        tot=f"{ends:%H:%M}",
        plek=meeting.place,
        adres=meeting.address,
        toegankelijk=meeting.accessible,
        plaatsen="" if meeting.capacity is None else str(meeting.capacity),
        besloten="" if meeting.public else YES,
        route="\n".join(one["naam"] for one in meeting.route or ()),
        agenda=agenda,
    ).with_key()


def shown(warnings: Iterable[str]) -> str:
    """Return a short name of warnings, to know whether somebody saw just these."""
    return hashlib.sha256("\n".join(warnings).encode()).hexdigest()[:16]


def text(key: str, **values: object) -> str:
    """Return a text of the pages in Dutch, for sentences that are made before a page is."""
    return catalogue().text(key, **values)


def _hour(words: str) -> time | None:
    try:
        found = time.fromisoformat(words)
    except ValueError:
        return None
    return found if found.tzinfo is None and not found.second and not found.microsecond else None


def _is_number(words: str) -> bool:
    return words.isascii() and words.isdigit() and len(words) <= 4
