"""Partners, invitations and residents who help, for the pages that the browser goes through."""

from __future__ import annotations

from datetime import UTC, date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from data import help_offers, introductions, invitations
from data.database import Database
from data.help_offers import Offer
from data.invitations import Answer, InvitationState, Way
from data.invited import News
from data.meeting_models import Meeting
from data.partner_fields import GivenPartner
from data.partner_models import HelpOffer, Partner
from data.partners import Register, area_words
from data.themes import registry
from data.tokens import Purpose, token

TOWN, AREA = "GM0622", "GB062201"
BY = "proef"
GIVEN = (
    GivenPartner(
        soort="bewonersorganisatie",
        organisatie="Wijkraad Holy",
        adres="Plein 3, 3131 AA Vlaardingen",
        bron="hun website",
    ),
    GivenPartner(
        soort="organisatie",
        organisatie="Zorg dichtbij",
        functie="wijkverpleegkundige",
        email="zorg@organisatie.example",
        themas=("zorg-en-welzijn", "eenzaamheid"),
        gebieden=(AREA,),
        bron="gebeld op 1 mei",
    ),
    GivenPartner(
        soort="ambtenaar",
        organisatie="Gemeente Vlaardingen",
        functie="wijkcoördinator",
        email="wijk@gemeente.example",
        bron="collega",
    ),
    GivenPartner(
        soort="initiatiefnemer",
        organisatie="Buurtmoestuin",
        email="tuin@thuis.example",
        toestemming=date(2026, 1, 5),
        toestemming_hoe="formulier op de markt",
        bron="initiatief",
    ),
    GivenPartner(
        soort="partner", organisatie="Schaakclub", functie="voorzitter", themas=("schoon",), bron="markt"
    ),
)


def invite_in_town(database: Database, secret: bytes, names: dict[str, str]) -> dict[str, str]:
    """A register with what a page shows of it, a list that was sent and answered, and who helps."""
    now = datetime.now(UTC)
    made: dict[str, str] = {}
    with database.write() as session:
        known = registry(session, TOWN)
        register = Register(session, TOWN, known, area_words(session, TOWN), secret, BY, now.date())
        rows = [register.add(one) for one in GIVEN]
        rows[4].confirmed_on = date(2024, 1, 1)
        made |= {"partner": rows[1].public_id, "partner_old": rows[4].public_id}
        meeting = session.scalars(select(Meeting).where(Meeting.public_id == names["meeting_open"])).one()
        invitations.propose(session, meeting, known)
        lines = invitations.lines(session, meeting)
        invitations.send(session, meeting, Way.MAIL, secret=secret, actor=BY)
        mailed = [row for row, _ in lines if row.way == Way.MAIL]
        by_letter = next(row for row, _ in lines if row.way == Way.LETTER)
        by_letter.to_tell = News.MOVED.value
        link = token(Purpose.INVITATION, mailed[0].public_id, secret)
        made["invitation_link"] = link
        answered = mailed[-1]
        invitations.answer(session, meeting, answered, Answer(InvitationState.COMES, 2, "Tot dan!"), actor=BY)
        made["answered_invitation"] = token(Purpose.INVITATION, answered.public_id, secret)
        past = session.scalars(select(Meeting).where(Meeting.public_id == names["meeting_past"])).one()
        partner = session.scalars(select(Partner).where(Partner.organisation == "Schaakclub")).one()
        late = invitations.add(session, past, partner, "", actor=BY)
        made["late_link"] = token(Purpose.INVITATION, late.public_id, secret)
        offers = [_offer(session, naam, secret, now) for naam in ("Sanne", "Mo", "Ali")]
        for offer in offers[:2]:
            help_offers.confirm(session, offer.public_id, now)
        meet = introductions.propose(session, offers[0], offers[1], "willen opruimen", actor=BY, now=now)
        made |= {
            "help_link": token(Purpose.HELP, offers[2].public_id, secret),
            "helper_link": token(Purpose.HELP, offers[0].public_id, secret),
            "meet_link": token(Purpose.INTRODUCE, f"1{meet.public_id}", secret),
        }
    return made


def _offer(session: Session, naam: str, secret: bytes, now: datetime) -> HelpOffer:
    wanted = Offer(gemeente=TOWN, area=AREA, themes=("schoon",), naam=naam, email=f"{naam}@thuis.example")
    return help_offers.offer(session, wanted, key=naam, secret=secret, now=now)
