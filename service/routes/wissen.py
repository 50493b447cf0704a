"""Erasing what somebody sent in, at their request: for the privacy officer of their gemeente alone."""

from __future__ import annotations

import re
from typing import Annotated, Any, Final, Literal

from fastapi import APIRouter, Form, HTTPException, Request
from fastapi.responses import RedirectResponse, Response
from sqlalchemy.orm import Session

from data import audit, erasing
from data.erasing import Found
from data.intake import melding_of_token
from data.letters import Kind, letter_of_token
from data.rights import Right
from data.visibility import Viewer
from service import retention
from service.dependencies import DatabaseDep, SettingsDep
from service.own_form import Sender, SignedIn
from service.pages import render
from service.secret import read_secret

router = APIRouter(include_in_schema=False)
LINK: Final = re.compile(r"/(volg|vraag|idee)/([^/?#\s]+)")
NUMBER: Final = re.compile(r"\d{10}")


@router.get("/beheer/wissen")
def start(request: Request, signed: SignedIn, klaar: str = "") -> Response:
    """Ask for the number or the secret link of what has to go."""
    return _page(request, done=klaar == "ja")


@router.post("/beheer/wissen/zoek")
def look_up(
    request: Request,
    settings: SettingsDep,
    database: DatabaseDep,
    signed: Sender,
    zoek: Annotated[str, Form(max_length=400)] = "",
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
    soort: Annotated[Literal["melding", "vraag", "idee"], Form()],
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
    link = LINK.search(typed)
    if link is None:
        number = re.sub(r"[\s.-]", "", typed)
        name = erasing.find_number(session, number) if NUMBER.fullmatch(number) else None
        return _own(erasing.find(session, "melding", name) if name else None, viewer)
    kind, token = link.groups()
    name = melding_of_token(token, secret) if kind == "volg" else letter_of_token(Kind(kind), token, secret)
    return _own(erasing.find(session, "melding" if kind == "volg" else kind, name) if name else None, viewer)


def _own(found: Found | None, viewer: Viewer) -> Found | None:
    return found if found is not None and viewer.may(Right.ERASE, found.gemeente) else None


def _page(
    request: Request, *, found: Found | None = None, fault: str = "", done: bool = False, status: int = 200
) -> Response:
    context: dict[str, Any] = {"found": found, "fout": fault, "klaar": done}
    return render(request, "wissen.html", context, status=status)
