"""Own indicators: cijfers that advisers define for their gemeente, with every version that there was.

A version is never changed: a new meaning is a new version. Whether a formula gives a cijfer is decided before
it comes here (`geo.formulas`).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from data import audit
from data.indicator_models import OwnIndicator, OwnVersion
from data.municipalities import slug_of
from geo.errors import FigureError

PREFIX: Final = "eigen_"
LONGEST_NAME: Final = 120
LONGEST_FORMULA: Final = 500
LONGEST_NOTE: Final = 1_000
# The part of a name that tells it from others.
LONGEST_SLUG: Final = 50
MOST: Final = 100
DIRECTIONS: Final = ("+", "-", "0")


class WrongDefinition(FigureError):
    """A definition that cannot be kept; the message says why."""


@dataclass(frozen=True, slots=True)
class Wording:
    """What an adviser says of a cijfer."""

    naam: str
    formula: str
    uitleg: str
    direction: str


@dataclass(frozen=True, slots=True)
class OwnDefinition:
    """One version of a cijfer: `withdrawn_at` is that of the cijfer itself."""

    name: str
    version: int
    wording: Wording
    author: str
    created_at: datetime
    withdrawn_at: datetime | None


def definitions(session: Session, gemeente: str) -> list[OwnDefinition]:
    """Return every version of every own cijfer of a gemeente, in the order in which they were made."""
    query = (
        select(OwnIndicator, OwnVersion)
        .join(OwnVersion, OwnVersion.indicator_id == OwnIndicator.id)
        .where(OwnIndicator.municipality_code == gemeente)
        .order_by(OwnVersion.created_at, OwnVersion.indicator_id, OwnVersion.version)
    )
    return [
        OwnDefinition(
            f"{PREFIX}{one.slug}",
            version.version,
            Wording(version.naam, version.formula, version.uitleg, version.direction),
            version.author,
            version.created_at,
            one.withdrawn_at,
        )
        for one, version in session.execute(query)
    ]


def name_of(naam: str) -> str:
    """Return the name that a cijfer gets in formulas, from its name for readers; WrongDefinition for none."""
    slug = re.sub(r"_+", "_", slug_of(naam).replace("-", "_"))[:LONGEST_SLUG].strip("_")
    if not slug:
        raise WrongDefinition("geef het cijfer een naam met letters")
    return f"{PREFIX}{slug}"


def define(session: Session, gemeente: str, wording: Wording, *, actor: str) -> str:
    """Keep a new cijfer and return its name; WrongDefinition when another has that name."""
    _check(wording)
    name = name_of(wording.naam)
    if _find(session, gemeente, name) is not None:
        raise WrongDefinition(f"er is al een cijfer met de naam {name}; kies een andere naam")
    if (session.scalar(select(func.count()).where(OwnIndicator.municipality_code == gemeente)) or 0) >= MOST:
        raise WrongDefinition(f"een gemeente heeft hoogstens {MOST} eigen cijfers")
    now = datetime.now(UTC)
    row = OwnIndicator(municipality_code=gemeente, slug=name.removeprefix(PREFIX), created_at=now)
    session.add(row)
    session.flush()
    _add(session, row, wording, version=1, actor=actor, now=now)
    return name


def revise(session: Session, gemeente: str, name: str, wording: Wording, *, version: int, actor: str) -> int:
    """Keep a new version after `version` and return its number; the name in formulas stays what it was.

    WrongDefinition when somebody else made one since, or the cijfer is not there any more.
    """
    _check(wording)
    row = _there(session, gemeente, name)
    versions = session.scalars(select(OwnVersion).where(OwnVersion.indicator_id == row.id)).all()
    newest = max(versions, key=lambda one: one.version)
    if newest.version != version:
        raise WrongDefinition(
            "iemand anders heeft dit cijfer intussen gewijzigd; lees eerst de nieuwe versie"
        )
    if _wording(newest) == wording:
        return version
    _add(session, row, wording, version=version + 1, actor=actor, now=datetime.now(UTC))
    return version + 1


def withdraw(session: Session, gemeente: str, name: str, *, actor: str) -> None:
    """Take a cijfer out of every list; its versions stay to be read, and its name stays taken."""
    row = _there(session, gemeente, name)
    row.withdrawn_at = datetime.now(UTC)
    _note(session, row, actor, "cijfer.ingetrokken", {})


def _there(session: Session, gemeente: str, name: str) -> OwnIndicator:
    row = _find(session, gemeente, name)
    if row is None or row.withdrawn_at is not None:
        raise WrongDefinition(f"er is geen eigen cijfer {name}")
    return row


def _find(session: Session, gemeente: str, name: str) -> OwnIndicator | None:
    return session.scalar(
        select(OwnIndicator)
        .where(OwnIndicator.municipality_code == gemeente, OwnIndicator.slug == name.removeprefix(PREFIX))
        .with_for_update()
    )


def _check(wording: Wording) -> None:
    lengths: Sequence[tuple[str, str, int]] = (
        ("naam", wording.naam, LONGEST_NAME),
        ("formule", wording.formula, LONGEST_FORMULA),
        ("uitleg", wording.uitleg, LONGEST_NOTE),
    )
    for what, text, longest in lengths:
        if len(text) > longest:
            raise WrongDefinition(f"de {what} is {len(text)} tekens, hoogstens {longest} mag")
    if wording.direction not in DIRECTIONS:
        raise WrongDefinition("kies of meer beter is, slechter, of geen van beide")


def _add(
    session: Session, row: OwnIndicator, wording: Wording, *, version: int, actor: str, now: datetime
) -> None:
    session.add(
        OwnVersion(
            indicator_id=row.id,
            version=version,
            naam=wording.naam,
            formula=wording.formula,
            uitleg=wording.uitleg,
            direction=wording.direction,
            author=actor,
            created_at=now,
        )
    )
    _note(session, row, actor, "cijfer.omschreven", {"versie": version})


def _wording(version: OwnVersion) -> Wording:
    return Wording(version.naam, version.formula, version.uitleg, version.direction)


def _note(session: Session, row: OwnIndicator, actor: str, action: str, detail: dict[str, int]) -> None:
    audit.record(
        session,
        actor=actor,
        action=action,
        object_kind="cijfer",
        object_id=f"{row.municipality_code} {PREFIX}{row.slug}",
        detail=detail,
    )
