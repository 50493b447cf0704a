"""The mails to who follows a melding or a place: to confirm an address, a receipt, steps and news."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy.orm import Session

from data import followers, meldingen, subscriptions
from data.choices import Status
from data.following_models import Follower, Subscription
from data.intake import tracking_token
from data.intake_models import Intake
from data.models import Category, Melding, StatusChange
from data.tokens import Purpose
from data.visibility import PUBLIC
from service.analysis.words import day_text
from service.mail_words import Draft
from service.mailing import Mailing, area_name
from service.texts import catalogue

LONGEST_LIST: Final = 30
FOLLOWER, SUBSCRIPTION = "m", "a"


def confirm_address(mailing: Mailing) -> Draft | None:
    """Ask whether this is the address of who follows a melding."""
    follower = followers.find(mailing.session, mailing.mail.payload["volger"])
    if follower is None or follower.confirmed_at is not None:
        return None
    melding = mailing.session.get_one(Melding, follower.melding_id)
    link = mailing.link("bevestig", Purpose.CONFIRM, FOLLOWER + follower.public_id)
    return mailing.draft(melding.municipality_code, link=link)


def receipt(mailing: Mailing) -> Draft | None:
    """Give a reporter the number and the secret link."""
    follower = _confirmed(mailing)
    if follower is None:
        return None
    melding = mailing.session.get_one(Melding, follower.melding_id)
    intake = mailing.session.get(Intake, melding.id)
    if intake is None:
        return None
    number = intake.reference
    values = {
        **_about(mailing.session, melding, Status(melding.status)),
        "nummer": f"{number[:3]} {number[3:6]} {number[6:]}",
    }
    return mailing.draft(
        melding.municipality_code,
        values=values,
        link=_own_page(mailing, melding),
        stop=mailing.stop(FOLLOWER + follower.public_id),
    )


def step(mailing: Mailing) -> Draft | None:
    """Tell a follower of a step; who is not the reporter only while everybody may see the melding."""
    follower = _confirmed(mailing)
    change = mailing.session.get(StatusChange, mailing.mail.payload["stap"])
    if follower is None or change is None or change.melding_id != follower.melding_id:
        return None
    melding = mailing.session.get_one(Melding, follower.melding_id)
    shown = meldingen.one(mailing.session, PUBLIC, melding.public_id)
    if not follower.reporter and shown is None:
        return None
    place = shown.buurt if shown is not None else None
    return mailing.draft(
        melding.municipality_code,
        values=_about(mailing.session, melding, Status(change.to_status)),
        own=change.public_note or "",
        link=_own_page(mailing, melding) if follower.reporter else mailing.page_of(place),
        stop=mailing.stop(FOLLOWER + follower.public_id),
    )


def confirm_subscription(mailing: Mailing) -> Draft | None:
    """Ask whether somebody wants mail about a place."""
    found = subscriptions.find(mailing.session, mailing.mail.payload["abonnement"])
    if found is None or found.confirmed_at is not None:
        return None
    link = mailing.link("bevestig", Purpose.CONFIRM, SUBSCRIPTION + found.public_id)
    values = {"plek": found.label}
    return mailing.draft(found.municipality_code, values=values, link=link)


def about_subscription(mailing: Mailing) -> Draft | None:
    """Tell that somebody has a subscription already, or that it ends soon."""
    found = _running(mailing)
    if found is None or found.ends_on is None:
        return None
    values = {"plek": found.label, "einde": day_text(found.ends_on)}
    return _of_subscription(mailing, found, values)


def news(mailing: Mailing) -> Draft | None:
    """Tell what is new in a place, of what everybody may still see at this moment."""
    found = _running(mailing)
    if found is None:
        return None
    seen = [meldingen.one(mailing.session, PUBLIC, name) for name in mailing.mail.payload["meldingen"]]
    lines = [_line(mailing.session, one) for one in seen if one is not None]
    if not lines:
        return None
    left = len(lines) - LONGEST_LIST
    more = catalogue().counted(left, "melding") if left > 0 else ""
    values = {"plek": found.label}
    return _of_subscription(mailing, found, values, lines=tuple(lines[:LONGEST_LIST]), more=more)


def _of_subscription(
    mailing: Mailing,
    found: Subscription,
    values: Mapping[str, Any],
    *,
    lines: tuple[str, ...] = (),
    more: str = "",
) -> Draft:
    manage = mailing.link("abonnement", Purpose.MANAGE, SUBSCRIPTION + found.public_id)
    news = mailing.mail.kind == subscriptions.NEWS
    return mailing.draft(
        found.municipality_code,
        values=values,
        lines=lines,
        more=more,
        link=mailing.page_of(_page_code(found)) if news else manage,
        stop=mailing.stop(SUBSCRIPTION + found.public_id),
    )


def _about(session: Session, melding: Melding, status: Status) -> dict[str, str]:
    category = session.get_one(Category, melding.category_id)
    return {
        "dag": day_text(melding.created_on),
        "soort": category.naam.lower(),
        "stand": catalogue().text(f"status.{status.name.lower()}").rstrip("."),
    }


def _line(session: Session, one: meldingen.Listed) -> str:
    """Return a public melding in one line: kind, buurt, day, and how far it is."""
    where = area_name(session, one.buurt)
    when = day_text(one.created_on)
    state = catalogue().text(f"status.{Status(one.status).name.lower()}").rstrip(".")
    return f"{one.category_name}{f' in {where}' if where else ''}, {when}: {state}"


def _confirmed(mailing: Mailing) -> Follower | None:
    follower = followers.find(mailing.session, mailing.mail.payload["volger"])
    return follower if follower is not None and follower.confirmed_at is not None else None


def _running(mailing: Mailing) -> Subscription | None:
    found = subscriptions.find(mailing.session, mailing.mail.payload["abonnement"])
    return found if found is not None and found.confirmed_at is not None else None


def _page_code(found: Subscription) -> str | None:
    """Return the code of the place whose page to show: the place itself, or the buurt around a point."""
    return found.place if found.radius_m is None else next(iter(found.buurten), None)


def _own_page(mailing: Mailing, melding: Melding) -> str:
    return f"{mailing.site}/volg/{tracking_token(melding.public_id, mailing.secret)}"
