"""Choices of a theme in which everything private carries a canary: reasons, opinions and reactions."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from made_advice import put_down
from sqlalchemy.orm import Session

from data import choice_reactions, theme_choices
from data.choice_reactions import Asked
from data.database import Database
from data.melding_words import public_ids
from data.partner_models import Partner
from data.theme_choices import Decision
from data.theme_models import ThemeChoice
from service.secret import read_secret
from service.settings import Settings

Text = Callable[[str, str], str]
# Who chooses and who reacts.
CHOOSING = ("keuze", "reactie")


def plant_choices(database: Database, settings: Settings, text: Text, gemeente: str, wijk: str) -> list[str]:
    """A choice that waits, one that was made and one that was withdrawn, all reacted to; the names."""
    now, secret = datetime.now(UTC), read_secret(settings.var_folder)
    with database.write() as session:
        partner = _partner(session, text, gemeente, wijk, now)
        waiting, made, gone = (
            put_down(
                session,
                gemeente=gemeente,
                gebied=wijk,
                naam="Wijk",
                period=period,
                now=now - timedelta(days=20),
                secret=secret,
                asked=(partner,),
            )
            for period in ("2026-1", "2026-2", "2027-1")
        )
        choice_reactions.remind(session, now)
        _react(session, made, partner, secret, text, now)
        told = Decision(
            "opgroeien",
            "werkavond",
            "Omdat er weinig plekken zijn om te spelen.",
            text(gemeente, "keuze: feiten"),
            text(gemeente, "keuze: mening"),
        )
        theme_choices.choose(session, made, told, actor="proef", now=now)
        choice_reactions.tell(session, made, now=now)
        theme_choices.withdraw(session, gone, text(gemeente, "keuze: waarom"), actor="proef", now=now)
        choice_reactions.tell(session, gone, now=now)
        return [one.public_id for one in (waiting, made, gone)]


def _react(
    session: Session, choice: ThemeChoice, partner: Partner, secret: bytes, text: Text, now: datetime
) -> None:
    link = choice_reactions.link_token(choice, partner, secret)
    asked = choice_reactions.asked_by(session, link, secret)
    assert isinstance(asked, Asked)
    gemeente = choice.municipality_code
    choice_reactions.react(
        session,
        asked,
        preferred="eenzaamheid",
        facts=text(gemeente, "reactie: feiten"),
        opinion=text(gemeente, "reactie: mening"),
        now=now,
    )


def _partner(session: Session, text: Text, gemeente: str, wijk: str, now: datetime) -> Partner:
    row = Partner(
        public_id=public_ids(1)[0],
        municipality_code=gemeente,
        kind="bewonersorganisatie",
        organisation=text(gemeente, "reactie: organisatie"),
        email=f"{text(gemeente, 'reactie: adres voor mail')}@bewoner.example",
        themes=[],
        gebieden=[wijk],
        created_at=now,
        created_by="proef",
    )
    session.add(row)
    session.flush()
    return row
