"""The mails about a choice of a theme: the question, a reminder, and what became of it.

What others reacted, and what somebody thinks, stands in none of them.
"""

from __future__ import annotations

from sqlalchemy.orm import Session

from data import choice_reactions, invitations
from data.choice_reactions import ASKED_MAIL, CHOSEN_MAIL, REMINDER_MAIL
from data.models import Municipality
from data.outbox import Mail
from data.partner_models import Partner
from data.theme_choices import ChoiceState, theme_name
from data.theme_models import ChoiceReaction, ThemeChoice
from service.analysis.words import day_text
from service.half_years import words_of
from service.mail_words import Draft

# What a choice has to be for a mail to leave: nobody is asked what was settled meanwhile.
_STATES = {
    ASKED_MAIL: ChoiceState.VOORGELEGD,
    REMINDER_MAIL: ChoiceState.VOORGELEGD,
    CHOSEN_MAIL: ChoiceState.GEKOZEN,
}


def choice_mail(session: Session, mail: Mail, site: str, secret: bytes) -> Draft | None:
    """Return what somebody who was asked is told; None when it is no longer so, or for who is not there."""
    row = session.get(ChoiceReaction, mail.payload["reactie"])
    if row is None or row.partner_id is None:
        return None
    choice = session.get_one(ThemeChoice, row.choice_id)
    partner = session.get_one(Partner, row.partner_id)
    if partner.email != mail.recipient or invitations.barred(session, partner, secret):
        return None
    if choice.state != _STATES.get(mail.kind, ChoiceState.INGETROKKEN):
        return None
    if mail.kind == REMINDER_MAIL and row.reacted_at is not None:
        return None
    return _draft(session, mail, choice, f"{site}/reactie/{_token(choice, partner, secret)}")


def _draft(session: Session, mail: Mail, choice: ThemeChoice, link: str) -> Draft:
    asked = mail.kind in {ASKED_MAIL, REMINDER_MAIL}
    values = {
        "gebied": choice.snapshot["gebied"]["naam"],
        "halfjaar": words_of(choice.period),
        "dag": day_text(choice.due_on) if choice.due_on else "",
        "thema": theme_name(choice, choice.theme) if choice.theme else "",
    }
    town = session.get_one(Municipality, choice.municipality_code)
    lines = tuple(theme_name(choice, one) for one in choice.proposed) if asked else ()
    own = (choice.told or "") if mail.kind == CHOSEN_MAIL else ""
    return Draft(
        mail.kind,
        values=values,
        lines=lines,
        own=own,
        link=link if asked or mail.kind == CHOSEN_MAIL else "",
        gemeente=town.naam,
    )


def _token(choice: ThemeChoice, partner: Partner, secret: bytes) -> str:
    return choice_reactions.link_token(choice, partner, secret)
