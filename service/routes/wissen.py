"""Erasing what somebody sent in, at their request: for the privacy officer of their gemeente alone."""

from __future__ import annotations

import re
from typing import Annotated, Any, Final, Literal

from fastapi import APIRouter, Form, HTTPException, Query, Request
from fastapi.responses import RedirectResponse, Response
from sqlalchemy.orm import Session

from data import audit, erasing, privacy_handling
from data.erasing import Found
from data.letters import Kind, letter_token
from data.privacy_requests import KIND, About
from data.rights import Right
from data.tokens import Purpose, token
from data.visibility import Viewer
from service import retention
from service.dependencies import DatabaseDep, SettingsDep
from service.own_form import Sender, SignedIn
from service.own_links import LONGEST, read_about
from service.pages import render
from service.secret import read_secret

router = APIRouter(include_in_schema=False)
REQUEST_NUMBER: Final = re.compile(r"\s*([Vv](?:\s?\d){9})\s*")


@router.get("/beheer/wissen")
def start(
    request: Request,
    settings: SettingsDep,
    database: DatabaseDep,
    signed: SignedIn,
    klaar: str = "",
    verzoek: Annotated[str, Query(max_length=22)] = "",
) -> Response:
    """Ask for the number or the secret link of what has to go; a request fills in what it is about."""
    with database.read() as session:
        asked = privacy_handling.request_for(session, signed.viewer, verzoek) if verzoek else None
        about = asked.about if asked else About()
        # Somebody may have asked one gemeente about what another has.
        if about.kind and _own(erasing.find(session, about.kind, about.public_id), signed.viewer) is None:
            about = About(number=about.number)
        number = about.number or erasing.number_of(session, about)
    typed = number or _link_of(about, read_secret(settings.var_folder))
    return _page(request, done=klaar == "ja", typed=typed)


@router.post("/beheer/wissen/zoek")
def look_up(
    request: Request,
    settings: SettingsDep,
    database: DatabaseDep,
    signed: Sender,
    zoek: Annotated[str, Form(max_length=LONGEST)] = "",
) -> Response:
    """Show what there is of a person, in numbers, before anything goes."""
    with database.write() as session:
        found = _look_up(session, signed.viewer, zoek, read_secret(settings.var_folder))
        if found is not None:
            audit.record(
                session,
                actor=str(signed.viewer.account),
                action="gezocht om te wissen",
                object_kind=found.kind,
                object_id=found.public_id,
            )
    if found is None:
        return _page(request, fault="wissen.onbekend", status=404)
    return _page(request, found=found)


@router.post("/beheer/wissen")
def erase(
    request: Request,
    settings: SettingsDep,
    database: DatabaseDep,
    signed: Sender,
    soort: Annotated[Literal["melding", "vraag", "idee", "verzoek", "hulp", "uitnodiging"], Form()],
    naam: Annotated[str, Form(max_length=22)],
    nagegaan: Annotated[bool, Form()] = False,
) -> Response:
    """Erase it, when the officer has seen that it is the person's own request."""
    with database.read() as session:
        found = _own(erasing.find(session, soort, naam), signed.viewer)
    if found is None:
        raise HTTPException(404)
    if not nagegaan:
        return _page(request, found=found, fault="wissen.eerst_nagaan", status=400)
    retention.erase(database, settings, found, actor=str(signed.viewer.account))
    # The file is written anew at night: who writes waits for that.
    return RedirectResponse("/beheer/wissen?klaar=ja", 303)


def _look_up(session: Session, viewer: Viewer, typed: str, secret: bytes) -> Found | None:
    """Return what a number or a secret link stands for, as far as it is of the viewer's gemeente."""
    request = REQUEST_NUMBER.fullmatch(typed)
    if request is not None:
        name = erasing.find_request(session, "".join(request[1].upper().split()))
        return _own(erasing.find(session, KIND, name) if name else None, viewer)
    about = read_about(typed, secret)
    if about is None:
        return None
    if about.kind:
        return _own(erasing.find(session, about.kind, about.public_id), viewer)
    name = erasing.find_number(session, about.number)
    return _own(erasing.find(session, "melding", name) if name else None, viewer)


def _link_of(about: About, secret: bytes) -> str:
    """Return the secret link that a request came with; of a melding its number says the same."""
    if about.kind in set(Kind):
        return f"/{about.kind}/{letter_token(Kind(about.kind), about.public_id, secret)}"
    return f"/{KIND}/{token(Purpose.REQUEST, about.public_id, secret)}" if about.kind == KIND else ""


def _own(found: Found | None, viewer: Viewer) -> Found | None:
    return found if found is not None and viewer.may(Right.ERASE, found.gemeente) else None


def _page(
    request: Request,
    *,
    found: Found | None = None,
    fault: str = "",
    done: bool = False,
    typed: str = "",
    status: int = 200,
) -> Response:
    context: dict[str, Any] = {"found": found, "fout": fault, "klaar": done, "getypt": typed}
    return render(request, "wissen.html", context, status=status)
