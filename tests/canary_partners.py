"""Partners, invitations and residents who help, in which everything private carries a canary."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Protocol

from data import help_offers, introductions, invitations, invited
from data.database import Database
from data.help_offers import Offer
from data.invitations import Answer, InvitationState, Way
from data.invited import News
from data.meeting_models import Meeting
from data.melding_words import public_ids
from data.partner_fields import GivenPartner
from data.partners import Register, area_words
from data.themes import registry
from service.secret import read_secret
from service.settings import Settings

Text = Callable[[str, str], str]
# Those of a list reach the partner, and the coordinator alone.
PARTNERS = ("partner", "vraag-partner", "brief-partner")
BY_POST = "brief-partner"
HELPERS = ("hulp-een", "hulp-ander")
# Was asked about one of them, and did not answer.
ASKED = "hulp-gevraagd"


class Planting(Protocol):
    """Where canaries are kept, and the names of what they were planted in."""

    partners: list[str]
    invited: list[str]

    def text(self, gemeente: str, what: str) -> str:
        """A new canary text."""


def plant_partners(
    database: Database, settings: Settings, planted: Planting, gemeente: str, wijk: str
) -> None:
    """A partner who answered, one who was reminded, one by post, and two residents who were introduced."""
    text = planted.text
    secret, now = read_secret(settings.var_folder), datetime.now(UTC)
    with database.write() as session:
        known = registry(session, gemeente)
        register = Register(
            session, gemeente, known, area_words(session, gemeente), secret, "proef", now.date()
        )
        rows = [register.add(_given(text, gemeente, kind)) for kind in PARTNERS]
        meeting = _meeting(gemeente, wijk, now)
        session.add(meeting)
        session.flush()
        lines = [
            invitations.add(session, meeting, row, text(gemeente, f"{kind}: reden"), actor="proef")
            for kind, row in zip(PARTNERS, rows, strict=True)
        ]
        invitations.send(session, meeting, Way.MAIL, secret=secret, actor="proef")
        for line in lines:
            line.sent_at = now - timedelta(days=3)
        invitations.remind(session, meeting, secret=secret, actor="proef")
        session.flush()
        said = Answer(InvitationState.COMES, 1, text(gemeente, "partner: opmerking"))
        invitations.answer(session, meeting, lines[0], said, actor="proef")
        planted.invited.append(meeting.public_id)
        invited.tell(session, meeting, News.MOVED, actor="proef", now=now)
        other = _meeting(gemeente, wijk, now)
        session.add(other)
        session.flush()
        invitations.add(session, other, rows[0], "", actor="proef")
        invitations.send(session, other, Way.MAIL, secret=secret, actor="proef")
        other.state = "afgelast"
        invited.tell(session, other, News.CALLED_OFF, actor="proef", now=now)
        planted.partners += [row.public_id for row in rows]
    _introduce(database, secret, text, gemeente, wijk)


def _given(text: Text, gemeente: str, kind: str) -> GivenPartner:
    return GivenPartner(
        soort="partner",
        organisatie=text(gemeente, f"{kind}: organisatie"),
        functie=text(gemeente, f"{kind}: functie"),
        naam=text(gemeente, f"{kind}: naam"),
        email="" if kind == BY_POST else f"{text(gemeente, f'{kind}: adres voor mail')}@bewoner.example",
        adres=text(gemeente, f"{kind}: adres"),
        bron=text(gemeente, f"{kind}: bron"),
        toestemming=date(2026, 1, 1),
        toestemming_hoe=text(gemeente, f"{kind}: toestemming"),
    )


def _meeting(gemeente: str, wijk: str, now: datetime) -> Meeting:
    return Meeting(
        public_id=public_ids(1)[0],
        municipality_code=gemeente,
        gebied=wijk,
        form="huiskamergesprek",
        titel="Een gesprek",
        starts_at=now + timedelta(days=9),
        ends_at=now + timedelta(days=9, hours=2),
        state="concept",
        created_at=now,
        created_by="proef",
    )


def _introduce(database: Database, secret: bytes, text: Text, gemeente: str, wijk: str) -> None:
    """Two say yes to each other; one of them and a third do not answer; a fourth never confirmed."""
    now = datetime.now(UTC)
    with database.write() as session:
        rows = []
        for kind in (*HELPERS, ASKED, "hulp-nooit"):
            wanted = Offer(
                gemeente=gemeente,
                area=wijk,
                themes=("schoon",),
                naam=text(gemeente, f"{kind}: naam"),
                email=f"{text(gemeente, f'{kind}: adres voor mail')}@bewoner.example",
                text=text(gemeente, f"{kind}: tekst"),
            )
            key = text(gemeente, f"{kind}: sleutel")
            rows.append(help_offers.offer(session, wanted, key=key, secret=secret, now=now))
        for row in rows[:3]:
            help_offers.confirm(session, row.public_id, now)
        reason = text(gemeente, "hulp-een: reden")
        made = introductions.propose(session, rows[0], rows[1], reason, actor="proef", now=now)
        for side in ("1", "2"):
            assert introductions.answer(session, side + made.public_id, agreed=True, now=now)
        introductions.propose(session, rows[0], rows[2], reason, actor="proef", now=now)
