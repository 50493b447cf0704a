"""What every part of an example season stands on: its town, its days, and chance with a seed."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import Any, Final

import numpy as np
from sqlalchemy.orm import Session

from data.rights import EVERYWHERE, Grant, Role
from data.town_days import public_holidays
from data.visibility import Viewer
from geo.exposure import AMSTERDAM
from geo.themes import Registry

ACTOR: Final = "voorbeeld"
BY: Final = Viewer(ACTOR, (Grant(Role.WIJKCOORDINATOR, EVERYWHERE),))
DOMAIN: Final = "voorbeeld.example"
WEEK: Final = timedelta(weeks=1)


class Story(StrEnum):
    """How far a gebied of the season is."""

    HELD = "geweest"
    OTHERWISE = "tegen het advies"
    ASKED = "voorgelegd"


@dataclass(frozen=True, kw_only=True)
class Advised:
    """A gebied with the advice that is put before it: the themes it puts first, and what a choice keeps."""

    story: Story
    code: str
    naam: str
    buurten: tuple[str, ...]
    half_year: str
    proposed: tuple[str, ...]
    snapshot: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True, eq=False)
class Stage:
    """The season of one town while it is made; days are counted from the last one, those ago below zero."""

    session: Session
    gemeente: str
    until: date
    registry: Registry
    rng: np.random.Generator
    # Nobody holds a link to what was made up, so nobody needs to know what they were signed with.
    secret: bytes = field(default_factory=lambda: secrets.token_bytes(32))

    def at(self, days: int, hour: int = 10) -> datetime:
        """Return a moment so many days from the last one."""
        return datetime.combine(self.day(days), time(hour), AMSTERDAM).astimezone(UTC)

    def day(self, days: int) -> date:
        """Return the day so many days from the last one."""
        return self.until + timedelta(days=days)

    def weekday(self, days: int, weekday: int) -> date:
        """Return the first such weekday (Monday is 0) from a day on that is no public holiday."""
        found = self.day(days)
        found += timedelta(days=(weekday - found.weekday()) % 7)
        while public_holidays(found, found):
            found += WEEK
        return found
