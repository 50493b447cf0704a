"""Nearby: public meldingen that may be about the same as somebody is about to report.

Only what `data.visibility` shows to everybody is looked at, and only by what is published of it: the point
in six decimals and the day. So no series of questions tells more than the list of meldingen does.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from math import hypot
from typing import Final, NamedTuple

from sqlalchemy import Select
from sqlalchemy.orm import Session

from data import visibility
from data.choices import Status
from data.likeness import likeness
from data.models import Category, Melding
from data.seeing_too import seen_too
from data.visibility import PUBLIC
from geo.crs import LngLat, to_rd
from geo.exposure import AMSTERDAM

# A point in six decimals lies within this of the point itself.
ROUNDING_M: Final = 1.0
DECIMALS: Final = 6


class Near(NamedTuple):
    """A public melding nearby; `distance_m` is a whole step, `point` as published, `seen_too` a count."""

    public_id: str
    kind: str
    on: date
    closed_on: date | None
    status: str
    distance_m: int
    point: LngLat
    seen_too: int
    example: bool

    @property
    def is_open(self) -> bool:
        """Whether it is not done yet."""
        return self.status != Status.CLOSED


def nearby(
    session: Session, point: LngLat, category: str | None, today: date, *, gemeente: str
) -> list[Near]:
    """Return the few public meldingen that lie near enough to be about the same, the nearest first.

    `category` is the slug of a soort; None stands for not known yet, and takes every soort. Open ones of the
    last year count, and those that were done lately.
    """
    rules = likeness()
    reach = None if category is None else rules.reach(category)
    widest = rules.other_m if reach is None else max(reach.values())
    query = _around(point, widest, gemeente, today)
    if reach is not None:
        query = query.where(Category.slug.in_(reach))
    found = [
        near
        for melding, kind in session.execute(query)
        if _is_recent(melding, today)
        if (near := _near(melding, kind, point, _limit(reach, kind.slug))) is not None
    ]
    return _with_counts(session, sorted(found, key=_order)[: rules.most])


def published_point(melding: Melding) -> LngLat | None:
    """Return the point of a melding as lists give it, None without one."""
    if melding.lon is None or melding.lat is None:
        return None
    return LngLat(round(melding.lon, DECIMALS), round(melding.lat, DECIMALS))


def distance_m(one: LngLat, other: LngLat) -> float:
    """Return the distance between two points, in metres."""
    here, there = to_rd(one), to_rd(other)
    return hypot(here.x - there.x, here.y - there.y)


def _around(point: LngLat, metres: float, gemeente: str, today: date) -> Select[Melding, Category]:
    """Select the public meldingen in a box around a point, with room for rounding."""
    here, reach = to_rd(point), metres + ROUNDING_M
    return visibility.meldingen(PUBLIC).where(
        Melding.municipality_code == gemeente,
        Melding.created_on >= today - timedelta(days=likeness().open_days),
        Melding.created_on <= today,
        Melding.x.between(here.x - reach, here.x + reach),
        Melding.y.between(here.y - reach, here.y + reach),
        Melding.lon.is_not(None),
        Melding.lat.is_not(None),
    )


def _is_recent(melding: Melding, today: date) -> bool:
    closed = _closed_on(melding)
    if melding.status != Status.CLOSED:
        return True
    return closed is not None and closed >= today - timedelta(days=likeness().closed_days)


def _near(melding: Melding, kind: Category, point: LngLat, limit_m: int) -> Near | None:
    """Return a melding as it is told, None when it lies too far."""
    published = published_point(melding)
    metres = None if published is None else distance_m(point, published)
    if published is None or metres is None or metres > limit_m:
        return None
    return Near(
        melding.public_id,
        kind.naam,
        melding.created_on,
        _closed_on(melding),
        melding.status,
        likeness().told_m(metres),
        published,
        0,
        melding.example,
    )


def _limit(reach: Mapping[str, int] | None, slug: str) -> int:
    return likeness().other_m if reach is None else reach[slug]


def _closed_on(melding: Melding) -> date | None:
    return None if melding.closed_at is None else melding.closed_at.astimezone(AMSTERDAM).date()


def _order(one: Near) -> tuple[int, int, str]:
    """Order by what is published: the step of the distance, the newest day, the public id."""
    return one.distance_m, -one.on.toordinal(), one.public_id


def _with_counts(session: Session, found: list[Near]) -> list[Near]:
    counts = seen_too(session, [one.public_id for one in found])
    return [one._replace(seen_too=counts[one.public_id]) for one in found]
