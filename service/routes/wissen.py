"""Erasing what is kept of somebody, or giving it out, at their request: for the privacy officer alone."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Form, HTTPException, Query, Request
from fastapi.responses import PlainTextResponse, RedirectResponse, Response
from sqlalchemy.orm import Session

from data import audit, erasing, giving_out, persons, privacy_handling, privacy_requests, registrations
from data.database import Database
from data.erasing import Found
from data.erasing_rows import REGISTRATION
from data.letters import Kind, letter_token
from data.persons import Hit, TooMany
from data.privacy_requests import KIND, About
from data.rights import Right
from data.tokens import Purpose, token
from data.visibility import Viewer
from service import retention
from service.dependencies import DatabaseDep, SettingsDep
from service.own_data import written_out
from service.own_form import Sender, SignedIn
from service.own_links import KINDS, LONGEST, PURPOSES, read_about
from service.pages import render
from service.secret import read_secret
from service.staff_text import LONGEST_REASON, Reason

router = APIRouter(include_in_schema=False)
REQUEST_NUMBER: Final = re.compile(r"\s*([Vv](?:\s?\d){9})\s*")
REGISTRATION_LINK: Final = re.compile(r"\s*\S*/aanmelding/([\w-]{1,60})(?:[/?#]\S*)?\s*", re.ASCII)
# What the page says when there is nothing: of a number or link, and of a name or address.
NOTHING: Final = ("wissen.onbekend", "wissen.niemand")


@dataclass(frozen=True, slots=True)
class Typed:
    """What the officer typed and chose on the page, and what the answer to it is made of."""

    request: Request
    settings: SettingsDep
    database: DatabaseDep
    signed: Sender
    wat: Annotated[list[str], Form(default_factory=list, max_length=persons.MOST_AT_ADDRESS)]
    zoek: Annotated[str, Form(max_length=LONGEST)] = ""
    nagegaan: Annotated[bool, Form()] = False

    @property
    def actor(self) -> str:
        """The name under which the audit keeps what is done."""
        return str(self.signed.viewer.account)

    @property
    def missing(self) -> str:
        """The key of what the officer has still to do; empty when nothing is missing."""
        if not self.wat:
            return "wissen.niets_gekozen"
        return "" if self.nagegaan else "wissen.eerst_nagaan"


TypedDep = Annotated[Typed, Depends()]


@router.get("/beheer/wissen")
def start(
    request: Request,
    settings: SettingsDep,
    database: DatabaseDep,
    signed: SignedIn,
    klaar: str = "",
    verzoek: Annotated[str, Query(max_length=22)] = "",
) -> Response:
    """Ask for the number, link, name or address of who it is about; a request fills in what it came with."""
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
def look_up(typed: TypedDep) -> Response:
    """Show what there is of a person, in numbers, before anything goes."""
    return _results(typed)


@router.post("/beheer/wissen")
def erase(typed: TypedDep) -> Response:
    """Erase what was chosen, when the officer has seen that it is the person's own request."""
    if typed.missing:
        return _results(typed, fault=typed.missing)
    with typed.database.read() as session:
        found = _chosen(session, typed)
        asked = [privacy_requests.progress(session, one.public_id) for one in found if one.kind == KIND]
    # Who is still to get an answer would never have one.
    if any(one is not None and one.is_open for one in asked):
        return _results(typed, fault="wissen.eerst_antwoorden")
    retention.erase(typed.database, typed.settings, *found, actor=typed.actor)
    # The file is written anew at night: who writes waits for that.
    return RedirectResponse("/beheer/wissen?klaar=ja", 303)


@router.post("/beheer/wissen/inzage")
def give_out(typed: TypedDep, waarom: Annotated[Reason, Form()] = "") -> Response:
    """Give a file with all that is kept in what was chosen, for who asks what there is of them."""
    if fault := typed.missing or ("" if waarom else "werkbak.mist_waarom"):
        return _results(typed, fault=fault, reason=waarom)
    moment = datetime.now(UTC)
    with typed.database.write() as session:
        found = _chosen(session, typed)
        given = [(one, giving_out.give(session, one, actor=typed.actor, reason=waarom)) for one in found]
    headers = {"Content-Disposition": 'attachment; filename="inzage.txt"', "Cache-Control": "no-store"}
    return PlainTextResponse(written_out(given, actor=typed.actor, at=moment), headers=headers)


def _chosen(session: Session, typed: Typed) -> list[Found]:
    """Return what was chosen, each once; 404 when something of it is not there for this viewer."""
    found, viewer = [], typed.signed.viewer
    for kind, _, name in (one.partition(":") for one in dict.fromkeys(typed.wat)):
        one = _own(erasing.find(session, kind, name), viewer) if kind in giving_out.KINDS else None
        if one is None:
            raise HTTPException(404)
        found.append(one)
    return found


def _results(typed: Typed, *, fault: str = "", reason: str = "") -> Response:
    """Show what is found; that somebody looked is kept, and not for whom."""
    secret = read_secret(typed.settings.var_folder)
    by_name = _is_person(typed.zoek, secret)
    look = persons.search if by_name else partial(_look_up, secret=secret)
    hits: Sequence[Hit] = ()
    with typed.database.read() as session:
        try:
            hits = look(session, typed.signed.viewer, typed.zoek)
        except TooMany:
            fault = "wissen.te_veel"
    _note_search(typed.database, typed.actor, hits, by_name=by_name)
    if not hits and not fault:
        return _page(typed.request, fault=NOTHING[by_name], typed=typed.zoek, status=404)
    return _page(
        typed.request,
        hits=hits,
        chosen=typed.wat,
        fault=fault,
        typed=typed.zoek,
        reason=reason,
        status=400 if fault else 200,
    )


def _is_person(typed: str, secret: bytes) -> bool:
    """Return whether this is an address or a name, and no number or link."""
    is_thing = REQUEST_NUMBER.fullmatch(typed) or "/" in typed or read_about(typed, secret) is not None
    return not is_thing and persons.can_look_for(typed)


def _note_search(database: Database, actor: str, hits: Sequence[Hit], *, by_name: bool) -> None:
    """Keep that somebody looked for a person, and what came out."""
    with database.write() as session:
        if by_name:
            audit.record(
                session, actor=actor, action="gezocht op persoon", object_kind="persoon", object_id=""
            )
        for one in hits:
            audit.record(
                session,
                actor=actor,
                action="gezocht om te wissen",
                object_kind=one.found.kind,
                object_id=one.found.public_id,
            )


def _look_up(session: Session, viewer: Viewer, typed: str, *, secret: bytes) -> list[Hit]:
    """Return what a number or a secret link stands for, as far as it is of the viewer's gemeente."""
    found = _own(_thing(session, typed, secret), viewer)
    return [] if found is None else [Hit(found)]


def _thing(session: Session, typed: str, secret: bytes) -> Found | None:
    if request := REQUEST_NUMBER.fullmatch(typed):
        name = erasing.find_request(session, "".join(request[1].upper().split()))
        return erasing.find(session, KIND, name) if name else None
    if link := REGISTRATION_LINK.fullmatch(typed):
        row = registrations.by_link(session, link[1])
        return erasing.find(session, REGISTRATION, row.token_hash) if row else None
    about = read_about(typed, secret)
    if about is None:
        return None
    if about.kind:
        return erasing.find(session, about.kind, about.public_id)
    name = erasing.find_number(session, about.number)
    return erasing.find(session, "melding", name) if name else None


def _link_of(about: About, secret: bytes) -> str:
    """Return the secret link that a request came with; of a melding its number says the same."""
    if about.kind in set(Kind):
        return f"/{about.kind}/{letter_token(Kind(about.kind), about.public_id, secret)}"
    if about.kind == KIND:
        return f"/{KIND}/{token(Purpose.REQUEST, about.public_id, secret)}"
    path = next((path for path, kind in KINDS.items() if kind == about.kind), about.kind)
    return f"/{path}/{token(PURPOSES[path], about.public_id, secret)}" if path in PURPOSES else ""


def _own(found: Found | None, viewer: Viewer) -> Found | None:
    return found if found is not None and viewer.may(Right.ERASE, found.gemeente) else None


def _page(
    request: Request,
    *,
    hits: Sequence[Hit] = (),
    chosen: Sequence[str] = (),
    fault: str = "",
    done: bool = False,
    typed: str = "",
    reason: str = "",
    status: int = 200,
) -> Response:
    context: dict[str, Any] = {
        "gevonden": hits,
        "er_is_meer": len(hits) == persons.MOST_AT_ADDRESS,
        "waarom": reason,
        "langst_reden": LONGEST_REASON,
        "gekozen": set(chosen),
        "fout": fault,
        "klaar": done,
        "getypt": typed,
    }
    return render(request, "wissen.html", context, status=status)
