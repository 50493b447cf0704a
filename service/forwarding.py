"""Forwarding by the settings: where each gemeente wants its meldingen sent, and what a mail of one says."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from data.forwarding import Destination, text_of
from data.models import Category, Melding, Municipality
from data.open311_client import Open311Client
from data.outbox import Mail
from service.mail_words import Draft
from service.settings import Doorsturen, Meldpunt, Settings


def destinations(settings: Settings) -> list[Destination]:
    """Return where meldingen are sent on to, for the gemeenten that want so."""
    return [
        _destination(gemeente, told.doorsturen)
        for gemeente, told in settings.gemeenten.items()
        if told.meldpunt is Meldpunt.DOORSTUREN and told.doorsturen is not None
    ]


def forwarding_mail(session: Session, mail: Mail) -> Draft | None:
    """Return a melding as a mail to the town's own system; None when it was set aside meanwhile."""
    melding = session.scalar(select(Melding).where(Melding.public_id == mail.payload["melding"]))
    if melding is None or melding.intern:
        return None
    category = session.get_one(Category, melding.category_id)
    known = session.get(Municipality, melding.municipality_code)
    fields = text_of(session, melding, contact=bool(mail.payload["contact"]))
    words = fields.pop("description")
    return Draft(
        mail.kind,
        values={"soort": category.naam, "kenmerk": melding.public_id},
        own=words,
        lines=tuple(f"{NAMES[name]}: {value}" for name, value in fields.items()),
        gemeente=known.naam if known is not None else "",
    )


NAMES = {
    "lat": "Breedte",
    "long": "Lengte",
    "address_string": "Adres",
    "first_name": "Naam",
    "email": "Mailadres",
    "phone": "Telefoon",
}


def _destination(gemeente: str, told: Doorsturen) -> Destination:
    client = None
    if told.open311_url is not None:
        client = Open311Client(
            str(told.open311_url),
            api_key=told.api_key.get_secret_value(),
            jurisdiction=told.jurisdictie,
        )
    return Destination(gemeente, client=client, email=told.email, codes=told.soorten, contact=told.contact)
