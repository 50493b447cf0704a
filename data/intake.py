"""Intake: a melding from a resident or over the counter, stored whole or not at all, and once."""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, date, datetime
from typing import Any, Final, NamedTuple

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from data import audit, followers, intake_rows
from data.category_store import category_ids, store_bundled
from data.challenges import UNCHECKED, Check, Proof
from data.choices import Channel, Status
from data.database import Database
from data.intake_rows import Known
from data.melding_words import OWN_EDITION, public_ids
from data.models import Melding, Source
from data.owners import BuurtFinder
from data.photo_store import Album
from data.sources import SourceCard, SourceKind, own_slug, register_source
from data.text_masking import personal_data
from geo.crs import RD, LngLat, to_rd
from geo.errors import WijkbeeldError
from geo.exposure import local_day

LONGEST_TEXT: Final = 4_000
REPORTER: Final = "melder"
PERSONAL: Final = "persoonsgegevens in de tekst"
NEW_TRIES: Final = 3


class KeyReused(WijkbeeldError):
    """An idempotency key came back with another content."""


class NotStored(WijkbeeldError):
    """Others were in the way each time; nothing is stored and trying again helps."""


class NotOurs(WijkbeeldError):
    """The place of a melding lies in none of our wijken."""


@dataclass(frozen=True, slots=True)
class Reachable:
    """How a reporter can be reached, and what for; everything may be empty."""

    naam: str = ""
    email: str = ""
    telefoon: str = ""
    may_contact: bool = False
    may_publish_text: bool = False

    @property
    def is_empty(self) -> bool:
        """Whether nothing was given."""
        return not (self.naam or self.email or self.telefoon or self.may_publish_text)


@dataclass(frozen=True, slots=True)
class Report:
    """A melding as somebody sends it; `key` is the sender's own, made when the form opened."""

    gemeente: str
    category: str
    text: str
    point: LngLat
    address: str | None
    place_quality: str
    postcode: str | None = None
    channel: Channel = Channel.WEB
    contact: Reachable = field(default_factory=Reachable)
    quarantine: str | None = UNCHECKED
    proof: Proof | None = None
    suggested: str | None = None
    confidence: float | None = None
    answers: dict[str, str] = field(default_factory=dict)
    entered_by: str | None = None


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a reporter keeps: the secret name of the melding and the number to write down."""

    public_id: str
    reference: str
    replayed: bool = False


class _Place(NamedTuple):
    """A point in RD metres, and the buurt that it lies in by edition."""

    rd: RD
    owners: dict[int, str | None]


class _Mark(NamedTuple):
    """What is kept to know the same content again; `plain` is how it was kept before, without the secret."""

    keyed: str
    plain: str


def take_in(
    database: Database,
    report: Report,
    *,
    finders: Sequence[BuurtFinder],
    key: str,
    secret: bytes,
    photos: Album | None = None,
) -> Receipt:
    """Store a melding with its area, contact and audit row in one transaction; return its receipt.

    When this returns, the melding is durable. `finders` give its buurt in every edition. The same key with
    the same content gives the first receipt again; with another content it raises KeyReused, and nothing is
    stored. NotOurs for a place outside. The files of `photos` are durable before their rows are written. A
    text with personal data waits for a person.
    """
    # Who typed it for a caller is a person who has looked.
    doubted = report.entered_by is None and bool(personal_data(report.text))
    place = _place(report, finders)
    key_hash = hmac.new(secret, f"melding:{key}".encode(), hashlib.sha256).hexdigest()
    mark = _fingerprint(report, photos, secret)
    sent = {"key_hash": key_hash, "fingerprint": mark.keyed}
    if photos is not None:
        with database.read() as session:
            replayed = _replay(_look(session, report, key_hash), mark)
        if replayed is not None:
            return replayed
        photos.keep()

    def enter(session: Session) -> Receipt:
        known = _look(session, report, key_hash)
        return _replay(known, mark) or _store(
            session, _settled(session, report, doubted=doubted), place, known, sent, photos=photos
        )

    for _ in range(NEW_TRIES):
        try:
            return database.write_together(enter)
        except IntegrityError:
            # Another worker stored the same key, or drew the same number, between our look and our insert.
            continue
    raise NotStored("uw melding kon niet worden opgeslagen; probeer het nog eens")


def tracking_token(public_id: str, secret: bytes) -> str:
    """Return the secret link of a melding: derived, so that it need not be stored."""
    return f"{public_id}.{_sign(public_id, secret)}"


def melding_of_token(token: str, secret: bytes) -> str | None:
    """Return the public id that a secret link stands for; None when the link is not ours."""
    public_id, _, signature = token.partition(".")
    right = hmac.compare_digest(_sign(public_id, secret).encode(), signature.encode())
    return public_id if right and public_id else None


def _sign(public_id: str, secret: bytes) -> str:
    return hmac.new(secret, f"volgen:{public_id}".encode(), hashlib.sha256).hexdigest()[:32]


def _fingerprint(report: Report, photos: Album | None, secret: bytes) -> _Mark:
    """Return hashes of what was sent, by canonical fields: a retry may come in another form."""
    plain: dict[str, Any] = asdict(replace(report, quarantine=None, suggested=None, confidence=None))
    # Who tries again solves a new challenge.
    del plain["proof"]
    if photos is not None and photos.marks:
        plain["photos"] = photos.marks
    content = json.dumps(plain, sort_keys=True, default=str).encode()
    # Keyed, as a bare hash lets somebody with a copy of the database try phones and addresses.
    keyed = hmac.new(secret, b"inhoud:" + content, hashlib.sha256).hexdigest()
    return _Mark(keyed, hashlib.sha256(content).hexdigest())


def _settled(session: Session, report: Report, *, doubted: bool) -> Report:
    """Return the report with the reason why a person looks first; its proof, if any, is spent."""
    why = Check(report.quarantine, report.proof).settle(session)
    return replace(report, quarantine=why or (PERSONAL if doubted else None), proof=None)


def _look(session: Session, report: Report, key_hash: str) -> Known:
    source = own_slug(report.gemeente)
    return intake_rows.look(session.connection(), key_hash=key_hash, source=source, category=report.category)


def _replay(known: Known, mark: _Mark) -> Receipt | None:
    """Return the receipt of a melding that was sent with this key before, None when none was."""
    if known.public_id is None or known.reference is None:
        return None
    if known.fingerprint not in mark:
        raise KeyReused("deze sleutel hoort bij een melding met een andere inhoud")
    return Receipt(known.public_id, known.reference, replayed=True)


def _place(report: Report, finders: Sequence[BuurtFinder]) -> _Place:
    """Return where the melding lies; NotOurs when that is in none of the buurten of this gemeente."""
    rd = to_rd(report.point)
    owners = {finder.year: finder.find([rd.x], [rd.y])[0] for finder in finders}
    if not any(owner and owner[2:6] == report.gemeente[2:] for owner in owners.values()):
        raise NotOurs("deze plek ligt niet in een van onze wijken")
    return _Place(rd, owners)


def _store(
    session: Session,
    report: Report,
    place: _Place,
    known: Known,
    sent: dict[str, str],
    *,
    photos: Album | None,
) -> Receipt:
    now = datetime.now(UTC)
    actor = report.entered_by or REPORTER
    source_id = _own_source(session, report.gemeente, known, now)
    category_id = known.category_id or _category_id(session, report.category)
    melding = {**_melding(report, place.rd, now), "source_id": source_id, "category_id": category_id}
    intake = {**_intake(report), **sent}
    contact = None if report.contact.is_empty else {"created_at": now, **asdict(report.contact)}
    melding_id = intake_rows.store(
        session.connection(),
        melding=melding,
        owners=place.owners,
        intake=intake,
        contact=contact,
        step={"at": now, "to_status": Status.REPORTED, "actor": actor},
    )
    if report.contact.may_contact and report.contact.email:
        followers.ask_first(session, melding_id, report.contact.email, now=now)
    if photos is not None:
        photos.attach(session, melding_id)
    audit.record(
        session,
        actor=actor,
        action="melding.ontvangen",
        object_kind="melding",
        object_id=melding["public_id"],
        detail={"kanaal": report.channel.value},
    )
    return Receipt(melding["public_id"], intake["reference"])


def _melding(report: Report, rd: RD, now: datetime) -> dict[str, Any]:
    public_id = public_ids(1)[0]
    return {
        "public_id": public_id,
        "municipality_code": report.gemeente,
        "source_ref": public_id,
        "created_at": now,
        "created_on": local_day(now),
        "stored_at": now,
        "status": Status.REPORTED,
        "channel": report.channel,
        "text": report.text,
        "address": report.address,
        "place_quality": report.place_quality,
        "lon": report.point.lon,
        "lat": report.point.lat,
        "x": rd.x,
        "y": rd.y,
        "intern": report.quarantine is not None,
    }


def _intake(report: Report) -> dict[str, Any]:
    return {
        "reference": f"{secrets.randbelow(10**10):010d}",
        "postcode": report.postcode,
        "quarantine": report.quarantine,
        "suggested": report.suggested,
        "confidence": report.confidence,
        "answers": report.answers,
        "entered_by": report.entered_by,
    }


def _own_source(session: Session, gemeente: str, known: Known, now: datetime) -> int:
    """Return the id of the town's own meldpunt as a source, made at its first melding.

    From that day on the town is watched, also on days without meldingen.
    """
    slug = own_slug(gemeente)
    today = local_day(now)
    # Written once a day: all who send a melding would wait for each other at this one row.
    loaded = None if known.loaded_at is None else local_day(known.loaded_at)
    written = known.observed_from is not None and loaded == today
    if known.source_id is not None and written:
        return known.source_id
    return register_source(
        session,
        SourceCard(
            slug=slug,
            kind=SourceKind.MELDINGEN,
            naam="Meldpunt van de gemeente",
            municipality_code=gemeente,
            category_edition=OWN_EDITION,
            observed_from=_first_day(session, slug) or today,
        ),
        loaded_at=now,
    )


def _first_day(session: Session, slug: str) -> date | None:
    """Return the first day of a source as it was kept, else that of its first melding."""
    known = session.execute(select(Source.id, Source.observed_from).where(Source.slug == slug)).one_or_none()
    if known is None or known.observed_from is not None:
        return None if known is None else known.observed_from
    return session.scalar(select(func.min(Melding.created_on)).where(Melding.source_id == known.id))


def _category_id(session: Session, slug: str) -> int:
    """Return the id of a soort of our own edition; a soort that is not there is refused by name."""
    store_bundled(session)
    known = category_ids(session, OWN_EDITION)
    if slug not in known:
        raise WijkbeeldError(f"wij kennen geen soort melding {slug!r}")
    return known[slug]
