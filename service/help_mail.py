"""The mails to residents who help: to confirm an address, to ask about an introduction, and to introduce."""

from __future__ import annotations

from sqlalchemy.orm import Session

from data import help_offers, introductions
from data.help_offers import counts_now
from data.letters import now
from data.models import Municipality
from data.outbox import Mail
from data.partner_models import HelpOffer
from data.reach import Reach
from data.themes import registry
from data.tokens import Purpose, token
from geo.exposure import local_day
from service.analysis.words import day_text
from service.mail_words import Draft


def confirm_mail(session: Session, mail: Mail, site: str, secret: bytes) -> Draft | None:
    """Ask whether an address is theirs; None once it was confirmed or taken back."""
    row = help_offers.find(session, mail.payload["hulp"])
    if row is None or row.confirmed_at is not None or row.email != mail.recipient:
        return None
    return _draft(session, mail, row, _own_link(site, row, secret))


def introduction_mail(session: Session, mail: Mail, site: str, secret: bytes) -> Draft | None:
    """Ask one of both, without telling who the other is; or tell both, when both said yes.

    None when one of them stopped, or said no.
    """
    name = mail.payload["kant"] + mail.payload["kennismaking"]
    found = introductions.find(session, name)
    if found is None or found.own.email != mail.recipient:
        return None
    today = local_day(now())
    if not (counts_now(found.own, today) and counts_now(found.other, today)):
        return None
    if mail.kind == introductions.ASK:
        link = f"{site}/kennismaken/{token(Purpose.INTRODUCE, name, secret)}"
        return None if found.agreed is not None else _draft(session, mail, found.other, link)
    if found.row.introduced_at is None or not (found.row.one_agreed and found.row.other_agreed):
        return None
    lines = (found.other.naam, found.other.email)
    return _draft(session, mail, found.other, _own_link(site, found.own, secret), lines)


def _own_link(site: str, row: HelpOffer, secret: bytes) -> str:
    return f"{site}/ik-help-mee/{token(Purpose.HELP, row.public_id, secret)}"


def _draft(session: Session, mail: Mail, about: HelpOffer, link: str, lines: tuple[str, ...] = ()) -> Draft:
    known = {one.slug: one.naam for one in registry(session, about.municipality_code).themes}
    values = {
        "gebied": Reach(session).name(about.area),
        "themas": ", ".join(known[one] for one in about.themes if one in known),
        "einde": day_text(about.until),
    }
    town = session.get_one(Municipality, about.municipality_code)
    return Draft(mail.kind, values=values, lines=lines, link=link, gemeente=town.naam)
