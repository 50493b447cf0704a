"""Parties: who solves which meldingen where, and passing one on without telling who reported it."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from data import audit, handling, outbox
from data.choices import Status
from data.gebied_models import Gebied, GebiedBuurt
from data.intake_models import Contact
from data.models import Category, Melding, MeldingArea
from data.party_models import Forwarding, Party, PartyTask
from geo.errors import WijkbeeldError

MAIL: Final = "melding.doorgestuurd"
SLUG: Final = re.compile(r"[a-z0-9-]{1,80}")
EVERYTHING: Final = ""


class PartyKind(StrEnum):
    """What a party is."""

    GEMEENTE = "gemeente"
    CORPORATIE = "corporatie"
    AFVAL = "afvalinzamelaar"
    WATERSCHAP = "waterschap"


class WrongParties(WijkbeeldError):
    """A list of parties cannot be read; the message says where."""


@dataclass(frozen=True, slots=True)
class GivenParty:
    """A party as a list gives it; a task is a soort or main group with an area, empty for all."""

    slug: str
    naam: str
    kind: PartyKind
    email: str
    tasks: tuple[tuple[str, str], ...]


def read_parties(text: str) -> tuple[GivenParty, ...]:
    """Return the parties of a TOML text: a table each, with naam, soort, email and taken; WrongParties."""
    try:
        tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise WrongParties(f"dit is geen TOML: {error}") from None
    return tuple(_given(slug, table) for slug, table in tables.items())


def store_parties(session: Session, gemeente: str, parties: Sequence[GivenParty], *, actor: str) -> None:
    """Make the parties of a gemeente those of a list; a party that stays keeps what was passed on to it."""
    slugs = [one.slug for one in parties]
    gone = delete(Party).where(Party.municipality_code == gemeente, Party.slug.not_in(slugs))
    session.execute(gone)
    known = {one.slug: one for one in parties_of(session, gemeente)}
    for given in parties:
        row = known.get(given.slug) or Party(municipality_code=gemeente, slug=given.slug)
        row.naam, row.kind, row.email = given.naam, given.kind.value, given.email
        session.add(row)
        session.flush()
        session.execute(delete(PartyTask).where(PartyTask.party_id == row.id))
        session.add_all(PartyTask(party_id=row.id, category=soort, area=area) for soort, area in given.tasks)
    audit.record(
        session,
        actor=actor,
        action="partijen.ingesteld",
        object_kind="gemeente",
        object_id=gemeente,
        detail={"partijen": slugs},
    )


def parties_of(session: Session, gemeente: str) -> Sequence[Party]:
    """Return the parties of a gemeente by name."""
    return session.scalars(
        select(Party).where(Party.municipality_code == gemeente).order_by(Party.naam)
    ).all()


def responsible(session: Session, melding: Melding) -> Party | None:
    """Return the party that a melding is for; None when no task fits.

    Of several the one whose soort is named goes before its main group, and that before all; then the smallest
    area.
    """
    kind = session.get_one(Category, melding.category_id)
    soorten = [kind.slug, kind.main_group, EVERYTHING]
    areas = [*_areas(session, melding), EVERYTHING]
    query = (
        select(PartyTask, Party)
        .join(Party, Party.id == PartyTask.party_id)
        .where(
            Party.municipality_code == melding.municipality_code,
            PartyTask.category.in_(soorten),
            PartyTask.area.in_(areas),
        )
    )
    found = sorted(
        session.execute(query),
        key=lambda row: (soorten.index(row[0].category), areas.index(row[0].area), row[1].slug),
    )
    return found[0][1] if found else None


def _wants_contact(session: Session, melding: Melding) -> bool:
    known = session.get(Contact, melding.id)
    return known is not None and known.may_contact


def forward(
    session: Session, melding: Melding, slug: str, *, actor: str, contact: bool, note: str | None = None
) -> Forwarding:
    """Pass a melding on to a party by mail, and say so in its history.

    The mail holds no contact data unless `contact`: that the reporter agreed, for this party. Raises
    NotAllowed for an unknown party, one without an address, a melding that is done, or contact data of a
    reporter who did not want contact, and for one that was set aside.
    """
    query = select(Party).where(Party.municipality_code == melding.municipality_code, Party.slug == slug)
    party = session.scalars(query).one_or_none()
    if party is None or not party.email:
        raise handling.NotAllowed("deze partij heeft geen e-mailadres")
    if handling.is_set_aside(session, melding):
        raise handling.NotAllowed("deze melding is apart gezet")
    if contact and not _wants_contact(session, melding):
        raise handling.NotAllowed("de melder heeft niet gezegd dat anderen contact mogen opnemen")
    handling.change_status(session, melding, Status.FORWARDED, actor=actor, note=note)
    now = datetime.now(UTC)
    passed = Forwarding(
        melding_id=melding.id,
        party_id=party.id,
        party_name=party.naam,
        at=now,
        actor=actor,
        with_contact=contact,
    )
    session.add(passed)
    session.flush()
    outbox.queue(session, kind=MAIL, recipient=party.email, payload={"doorgestuurd": passed.id}, now=now)
    audit.record(
        session,
        actor=actor,
        action="melding.doorgestuurd",
        object_kind="melding",
        object_id=melding.public_id,
        detail={"partij": party.slug, "contact": contact},
        at=now,
    )
    return passed


def forwardings(session: Session, melding_id: int) -> Sequence[Forwarding]:
    """Return to whom a melding was passed on, oldest first."""
    query = select(Forwarding).where(Forwarding.melding_id == melding_id).order_by(Forwarding.id)
    return session.scalars(query).all()


def _areas(session: Session, melding: Melding) -> list[str]:
    """Return the areas of a melding in every edition, the smallest first: buurten, gebieden, wijken."""
    buurten = list(
        session.scalars(
            select(MeldingArea.buurt)
            .where(MeldingArea.melding_id == melding.id, MeldingArea.buurt.is_not(None))
            .order_by(MeldingArea.edition.desc())
        )
    )
    known = [buurt for buurt in buurten if buurt is not None]
    members = select(GebiedBuurt.gebied_id).where(GebiedBuurt.buurt.in_(known))
    gebieden = session.scalars(select(Gebied.code).where(Gebied.id.in_(members)).order_by(Gebied.code))
    wijken = [f"WK{buurt[2:8]}" for buurt in known]
    return list(dict.fromkeys([*known, *gebieden, *wijken]))


def _given(slug: str, table: Any) -> GivenParty:
    if not SLUG.fullmatch(slug) or not isinstance(table, dict):
        raise WrongParties(f"[{slug}]: een naam bestaat uit kleine letters, cijfers en streepjes")
    strange = set(table) - {"naam", "soort", "email", "taken"}
    if strange:
        raise WrongParties(f"[{slug}]: onbekend: {', '.join(sorted(strange))}")
    email = str(table.get("email", ""))
    if email and not outbox.is_address(email):
        raise WrongParties(f"[{slug}]: dit is geen e-mailadres")
    try:
        kind = PartyKind(str(table.get("soort")))
    except ValueError:
        raise WrongParties(f"[{slug}]: soort is een van {', '.join(PartyKind)}") from None
    naam = str(table.get("naam", "")).strip()
    if not naam:
        raise WrongParties(f"[{slug}]: naam ontbreekt")
    return GivenParty(
        slug, naam[:160], kind, email, tuple(dict.fromkeys(map(_task(slug), table.get("taken", []))))
    )


def _task(slug: str) -> Callable[[Any], tuple[str, str]]:
    def read(row: Any) -> tuple[str, str]:
        if not isinstance(row, dict) or set(row) - {"soort", "gebied"}:
            raise WrongParties(f"[{slug}]: een taak heeft een soort, een gebied, of allebei")
        return str(row.get("soort", EVERYTHING))[:120], str(row.get("gebied", EVERYTHING))[:10]

    return read
