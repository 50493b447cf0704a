"""A mailing: one mail that is being written, with what its words and links are made from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from data.models import Area, Municipality
from data.outbox import Mail
from data.tokens import Purpose, token
from service.mail_words import Draft
from service.settings import GemeenteSettings, Settings


@dataclass(frozen=True, slots=True)
class Mailing:
    """A mail from the outbox, and where to look up what it says."""

    session: Session
    mail: Mail
    settings: Settings
    secret: bytes

    @property
    def site(self) -> str:
        """Where our own pages are."""
        return self.settings.public_url

    def draft(self, gemeente: str, **parts: Any) -> Draft:
        """Return a draft that comes from a gemeente, with its name and its phone number."""
        known = self.session.get(Municipality, gemeente)
        told = self.settings.gemeenten.get(gemeente, GemeenteSettings())
        naam = known.naam if known is not None else ""
        return Draft(self.mail.kind, gemeente=naam, telefoon=told.telefoon, **parts)

    def link(self, page: str, purpose: Purpose, name: str) -> str:
        """Return a secret link to a page of ours."""
        return f"{self.site}/{page}/{token(purpose, name, self.secret)}"

    def stop(self, name: str) -> str:
        """Return the link that ends these mails."""
        return self.link("uitschrijven", Purpose.STOP, name)

    def page_of(self, code: str | None) -> str:
        """Return the page of an area; the first page without one."""
        if code is None:
            return f"{self.site}/"
        kind = "wijken" if code.startswith(("BU", "WK")) else "gebieden"
        return f"{self.site}/{kind}/{code}"


def area_name(session: Session, code: str | None) -> str:
    """Return what an area is called in its newest edition; empty for none."""
    query = select(Area.naam).where(Area.code == code).order_by(Area.edition.desc()).limit(1)
    return (session.scalar(query) or "") if code is not None else ""
