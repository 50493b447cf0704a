"""Choices of a theme in a town, so that every page about them has something to show in every state."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from made_advice import put_down
from sqlalchemy.orm import Session

from data import choice_reactions, theme_choices, town_days
from data.choice_reactions import Asked
from data.partner_models import Partner
from data.theme_choices import Decision
from data.theme_models import ThemeChoice
from service.half_years import HalfYear

TOWN = "GM0622"
READY, WAITING, DONE, GONE, BROKEN = "GB062202", "GB062203", "GB062204", "GB062205", "GB062206"
GEBIEDEN = {
    "ready": (READY, "Holy-Zuid"),
    "waiting": (WAITING, "Westwijk"),
    "done": (DONE, "Indische Buurt"),
    "gone": (GONE, "Vlaardinger Ambacht"),
    "broken": (BROKEN, "Centrum"),
}


def choose_in_town(session: Session, secret: bytes) -> dict[str, str]:
    """Put choices in a town, each in another state; their names, and links of who was asked."""
    now = datetime.now(UTC)
    first, second = (_partner(session, naam, now) for naam in ("Wijkcomité", "Zorg om de hoek"))
    made = {name: _choice(session, name, (first, second), secret, now) for name in GEBIEDEN}
    for name in ("ready", "done"):
        _react(session, made[name], first, secret, now - timedelta(days=10))
    told = Decision(
        "opgroeien",
        "werkavond",
        "Omdat hier weinig plekken zijn om te spelen.",
        "Er zijn twee speelplekken voor 900 kinderen.",
        "Ik denk dat dit meer oplevert.",
    )
    theme_choices.choose(session, made["done"], told, actor="wijk", now=now)
    theme_choices.withdraw(session, made["gone"], "Het plan verandert.", actor="wijk", now=now)
    made["broken"].snapshot = made["broken"].snapshot | {"dag": "2020-01-01"}
    town_days.add_school_year(session, TOWN, "midden", actor="wijk")
    names = {f"choice_{name}": one.public_id for name, one in made.items()}
    links = {
        f"reaction_{name}": choice_reactions.link_token(one, first, secret) for name, one in made.items()
    }
    return names | links


def _choice(
    session: Session, name: str, asked: tuple[Partner, ...], secret: bytes, now: datetime
) -> ThemeChoice:
    """Put an advice before partners: three weeks ago, or today when its term has to run."""
    gebied, naam = GEBIEDEN[name]
    begun = now if name == "waiting" else now - timedelta(days=21)
    period = str(HalfYear.of(now.date()))
    return put_down(session, gebied=gebied, naam=naam, period=period, now=begun, secret=secret, asked=asked)


def _react(session: Session, choice: ThemeChoice, partner: Partner, secret: bytes, now: datetime) -> None:
    asked = choice_reactions.asked_by(session, choice_reactions.link_token(choice, partner, secret), secret)
    assert isinstance(asked, Asked)
    choice_reactions.react(
        session,
        asked,
        preferred="opgroeien",
        facts="Het buurthuis is dicht.",
        opinion="Doe het overdag.",
        now=now,
    )


def _partner(session: Session, naam: str, now: datetime) -> Partner:
    row = Partner(
        public_id=f"kiest-{naam[:4]}",
        municipality_code=TOWN,
        kind="bewonersorganisatie",
        organisation=naam,
        email=f"{naam[:4].lower()}@wijk.example",
        themes=[],
        gebieden=[one for one, _ in GEBIEDEN.values()],
        created_at=now,
        created_by="wijk",
    )
    session.add(row)
    session.flush()
    return row
