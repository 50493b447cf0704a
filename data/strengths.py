"""Strengths: what goes well in areas, counted: good news, organisations of residents and kept agreements."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time

from sqlalchemy import select
from sqlalchemy.orm import Session

from data.agreements import AgreementState
from data.meeting_models import Agreement
from data.partner_fields import Kind
from data.partner_models import Partner
from data.reach import Reach
from data.signals import SignalKind
from data.theme_models import Signal
from geo.exposure import AMSTERDAM


@dataclass(frozen=True, slots=True)
class Strengths:
    """What goes well in one area: how often that was heard by theme, and how many of the others there are."""

    heard: Mapping[str, int]
    organisations: int
    kept: int
    example: bool


def strengths(
    session: Session, gemeente: str, areas: Sequence[str], *, heard_since: date, kept_since: date
) -> dict[str, Strengths]:
    """Return the strengths of each area; an organisation counts in every area that it works in."""
    heard = _heard(session, gemeente, heard_since)
    groups = _organisations(session, gemeente)
    kept = _kept(session, gemeente, kept_since)
    reach = Reach(session)
    found = {}
    for area in areas:
        rows: tuple[list[Signal], list[Partner], list[Agreement]] = (
            [one for one in heard if one.area == area],
            [one for one in groups if reach.overlap([area], one.gebieden)],
            [one for one in kept if one.gebied == area],
        )
        good, here, done = rows
        example = any(one.example for part in rows for one in part)
        found[area] = Strengths(Counter(one.theme for one in good), len(here), len(done), example)
    return found


def _heard(session: Session, gemeente: str, since: date) -> Sequence[Signal]:
    query = select(Signal).where(
        Signal.municipality_code == gemeente,
        Signal.kind == SignalKind.STRENGTH,
        Signal.at >= datetime.combine(since, time(), AMSTERDAM),
    )
    return session.scalars(query).all()


def _organisations(session: Session, gemeente: str) -> Sequence[Partner]:
    query = select(Partner).where(Partner.municipality_code == gemeente, Partner.kind == Kind.BEWONERS)
    return session.scalars(query).all()


def _kept(session: Session, gemeente: str, since: date) -> Sequence[Agreement]:
    query = select(Agreement).where(
        Agreement.municipality_code == gemeente,
        Agreement.state == AgreementState.KEPT,
        Agreement.closed_on >= since,
    )
    return session.scalars(query).all()
