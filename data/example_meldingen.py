"""Example meldingen: invented reports for a town, from its real population and the listed assumptions."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta

import numpy as np
import numpy.typing as npt

from data import example_assumptions as assumed
from data.choices import Channel, Status
from data.example_assumptions import SOORTEN, Soort
from data.example_places import Floats, Ground, Town, grounds
from geo.exposure import AMSTERDAM

Spot = tuple[float, float, str | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class ExampleMelding:
    """An invented melding; reports of one thing share `incident`, a number in the town (None when alone)."""

    public_id: str
    number: int
    incident: int | None
    category: str
    created_at: datetime
    closed_at: datetime | None
    status: Status
    channel: Channel
    text: str | None
    text_wanted: bool
    address: str | None
    buurt: str
    x: float
    y: float

    @property
    def created_on(self) -> date:
        """The day in Amsterdam."""
        return self.created_at.astimezone(AMSTERDAM).date()


@dataclass(frozen=True, slots=True)
class _Thing:
    """Something that is wrong, and until when it stayed so."""

    soort: Soort
    buurt: str
    incident: int | None
    closed: datetime | None
    end: datetime


def make_meldingen(town: Town, *, until: date, seed: int) -> list[ExampleMelding]:
    """Invented meldingen of the 24 months that end with the day `until`, oldest first.

    The same town, day and seed give the same meldingen.
    """
    rng = np.random.default_rng([seed, int(town.code[2:]), 1])
    days = _Days(until)
    found: list[ExampleMelding] = []
    for ground, counts in zip(grounds(town), _incident_counts(town, rng), strict=True):
        found += _of_buurt(ground, counts, days, rng)
    found.sort(key=lambda melding: (melding.created_at, melding.public_id))
    return [replace(melding, number=number) for number, melding in enumerate(found, start=1)]


def first_day(until: date) -> date:
    """The first of the days that examples up to `until` cover."""
    return until - timedelta(days=_days_back())


def _days_back() -> int:
    return round(assumed.MONTHS * 365.25 / 12) - 1


class _Days:
    """The days that examples fall on, and how likely each is per season."""

    def __init__(self, until: date) -> None:
        start = first_day(until)
        self.days = [start + timedelta(days=number) for number in range((until - start).days + 1)]
        self.end = datetime.combine(until + timedelta(days=1), time(), AMSTERDAM).astimezone(UTC)
        weekday = np.array([assumed.WEEKDAYS[day.weekday()] for day in self.days])
        month = np.array([day.month - 1 for day in self.days])
        self._chances = {
            season: _running_share(weekday * np.array(season)[month])
            for season in {soort.season for soort in SOORTEN}
        }
        self._hours = _running_share(np.array(assumed.HOURS, dtype=np.float64))

    def moment(self, rng: np.random.Generator, soort: Soort) -> datetime:
        """A moment at which such a melding could come in, in UTC."""
        day = self.days[_drawn(rng, self._chances[soort.season])]
        clock = time(_drawn(rng, self._hours), int(rng.integers(60)), int(rng.integers(60)))
        return datetime.combine(day, clock, AMSTERDAM).astimezone(UTC)


def _incident_counts(town: Town, rng: np.random.Generator) -> npt.NDArray[np.int64]:
    """Incidents of each soort (columns) in every buurt (rows): Poisson numbers around gamma ones."""
    weights = np.array([soort.weight for soort in SOORTEN])
    years = assumed.MONTHS / 12
    reports = np.nansum(town.inwoners) / 1000 * assumed.REPORTS_PER_1000_YEAR * years
    per_incident = 1 + assumed.DUPLICATED * assumed.MORE_REPORTS
    expected = reports / per_incident * _share_per_buurt(town)
    by_buurt = _varied(rng, assumed.BUURT_VARIATION, expected.shape) * expected
    by_buurt *= expected.sum() / by_buurt.sum()
    by_soort = _varied(rng, assumed.SOORT_VARIATION, (len(expected), len(weights))) * weights
    by_soort /= by_soort.sum(axis=1, keepdims=True)
    return np.asarray(rng.poisson(by_buurt[:, None] * by_soort), dtype=np.int64)


def _share_per_buurt(town: Town) -> Floats:
    people = np.nan_to_num(town.inwoners)
    land = np.minimum(np.nan_to_num(town.hectares), assumed.MOST_HECTARES)
    by_people = people / people.sum()
    by_land = land / land.sum()
    share: Floats = (1 - assumed.SHARE_BY_LAND) * by_people + assumed.SHARE_BY_LAND * by_land
    return share


def _varied(rng: np.random.Generator, variation: float, shape: tuple[int, ...]) -> Floats:
    """Gamma numbers with mean 1 and this coefficient of variation."""
    form = 1 / variation**2
    return rng.gamma(form, 1 / form, shape)


def _of_buurt(
    ground: Ground, counts: npt.NDArray[np.int64], days: _Days, rng: np.random.Generator
) -> list[ExampleMelding]:
    spots = ground.spots(rng, int(counts.sum()))
    soorten = [soort for soort, count in zip(SOORTEN, counts, strict=True) for _ in range(count)]
    order = rng.permutation(len(soorten))
    found: list[ExampleMelding] = []
    for place, index in enumerate(order):
        x, y, address = spots.x[place], spots.y[place], spots.address[place]
        found += _incident(ground, soorten[index], (float(x), float(y), address), days, rng)
    return found


def _incident(
    ground: Ground, soort: Soort, spot: Spot, days: _Days, rng: np.random.Generator
) -> list[ExampleMelding]:
    """One thing that is wrong, reported once or more often while it is open."""
    start = days.moment(rng, soort)
    duration = timedelta(days=float(soort.days * np.exp(rng.normal(0.0, soort.spread))))
    closed = start + duration if start + duration < days.end else None
    more = 1 + int(rng.poisson(assumed.MORE_REPORTS - 1)) if rng.random() < assumed.DUPLICATED else 0
    open_until = min(closed or days.end, days.end)
    later = sorted(start + (open_until - start) * float(part) for part in rng.random(more))
    x, y = np.full(more, spot[0]), np.full(more, spot[1])
    x, y = ground.near(rng, x, y) if more else (x, y)
    incident = int(rng.integers(1, 2**31)) if more else None
    thing = _Thing(soort, ground.buurt, incident, closed, days.end)
    points = [spot, *((float(a), float(b), spot[2]) for a, b in zip(x, y, strict=True))]
    return [
        _melding(thing, point, moment, rng) for point, moment in zip(points, [start, *later], strict=True)
    ]


def _melding(thing: _Thing, spot: Spot, created: datetime, rng: np.random.Generator) -> ExampleMelding:
    has_text = rng.random() < assumed.WITH_TEXT
    text = _pick(rng, thing.soort.texts)
    return ExampleMelding(
        public_id=base64.urlsafe_b64encode(rng.bytes(16)).decode().rstrip("="),
        number=0,
        incident=thing.incident,
        category=thing.soort.slug,
        created_at=created,
        closed_at=thing.closed,
        status=_status(thing, created, rng),
        channel=Channel(_pick_by(rng, assumed.CHANNELS)),
        text=text if has_text else None,
        text_wanted=has_text and rng.random() < assumed.TEXT_RELEASED,
        address=spot[2],
        buurt=thing.buurt,
        x=spot[0],
        y=spot[1],
    )


def _status(thing: _Thing, created: datetime, rng: np.random.Generator) -> Status:
    if thing.closed is not None:
        return Status.CLOSED
    fresh = thing.end - created < timedelta(days=3)
    return Status.REPORTED if rng.random() < (0.8 if fresh else 0.15) else Status.IN_PROGRESS


def _pick(rng: np.random.Generator, texts: Sequence[str]) -> str:
    return texts[int(rng.integers(len(texts)))]


def _pick_by(rng: np.random.Generator, shares: dict[str, float]) -> str:
    return list(shares)[_drawn(rng, _running_share(np.array(list(shares.values()))))]


def _running_share(weights: Floats) -> Floats:
    """The share of all weight up to and including each place; the last is 1."""
    running = np.cumsum(weights)
    return np.asarray(running / running[-1], dtype=np.float64)


def _drawn(rng: np.random.Generator, running_share: Floats) -> int:
    """A place, drawn in proportion to its weight."""
    return int(np.searchsorted(running_share, rng.random(), side="right"))
