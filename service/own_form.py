"""Forms of who has logged in: sent from our own page, with the token of the session itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Form, HTTPException, Request

from data.database import Database
from data.visibility import Viewer
from service import security
from service.dependencies import DatabaseDep, SignedDep, ViewerDep
from service.origin import only_from_here
from service.security import Signed
from service.settings import Settings

OLD: str = "Deze knop hoort niet bij uw sessie. Laad de pagina opnieuw."


def _signed(signed: SignedDep, viewer: ViewerDep) -> Signed:
    """Return the session, and who looks with the roles that open this route."""
    if signed is None:
        raise HTTPException(403)
    return Signed(signed.session, viewer)


SignedIn = Annotated[Signed, Depends(_signed)]


def _sender(request: Request, signed: SignedIn, csrf: Annotated[str, Form(max_length=60)] = "") -> Signed:
    """Return the session of who sent a form of our own; 403 for any other form."""
    only_from_here(request)
    if not security.same(csrf, signed.session.csrf):
        raise HTTPException(403, OLD)
    return signed


Sender = Annotated[Signed, Depends(_sender)]


@dataclass(frozen=True, slots=True)
class Visit:
    """A request of who has logged in, with what its answer is made of."""

    request: Request
    database: Database
    viewer: Viewer

    @property
    def actor(self) -> str:
        """The name under which the audit keeps what is done."""
        return str(self.viewer.account)

    @property
    def home(self) -> str:
        """The gemeente that the service begins with."""
        settings: Settings = self.request.app.state.settings
        return settings.default_gemeente


def _reading(request: Request, database: DatabaseDep, signed: SignedIn) -> Visit:
    return Visit(request, database, signed.viewer)


def _sending(request: Request, database: DatabaseDep, signed: Sender) -> Visit:
    return Visit(request, database, signed.viewer)


Reading = Annotated[Visit, Depends(_reading)]
Sending = Annotated[Visit, Depends(_sending)]
