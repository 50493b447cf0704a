"""Managing accounts: who may log in for a gemeente, for its beheerder alone."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Form, HTTPException, Query
from fastapi.responses import RedirectResponse, Response
from sqlalchemy.orm import Session

from data import accounts, identities, parties, party_work, second_factor
from data.account_models import Account
from data.accounts import AccountRefused, GivenRole, UnknownAccount
from data.rights import Right, Role
from data.visibility import Viewer
from service.account_jobs import need_issuer
from service.dependencies import SettingsDep
from service.own_form import Reading, Sending, Visit
from service.own_towns import own_page
from service.routes.api.shapes import GemeenteCode
from service.security import PASSWORDS

router = APIRouter(include_in_schema=False)
DONE = {
    "rollen": "beheer.klaar_rollen",
    "uit": "beheer.klaar_uit",
    "code": "beheer.klaar_code",
    "partij": "beheer.klaar_partij",
    "mail": "beheer.klaar_mail",
    "koppel": "beheer.klaar_koppel",
    "ontkoppel": "beheer.klaar_ontkoppel",
}
WITH_AREAS = frozenset({Role.WIJKCOORDINATOR, Role.BEWONERSORGANISATIE})
Roles = Annotated[list[Role], Form(max_length=len(Role))]
Areas = Annotated[str, Form(max_length=400)]


@dataclass(frozen=True)
class Shown:
    """What the page says beside the accounts: what was done, or a fault, or a new password, once."""

    done: str = ""
    fault: str = ""
    made: tuple[str, str] | None = None


@router.get("/beheer/accounts")
def overview(
    visit: Reading,
    gemeente: Annotated[GemeenteCode | None, Query()] = None,
    klaar: str = "",
) -> Response:
    """Show the accounts of a gemeente."""
    return _page(visit, gemeente, Shown(done=DONE.get(klaar, "")))


@router.post("/beheer/accounts")
def add(
    visit: Sending,
    settings: SettingsDep,
    gemeente: Annotated[GemeenteCode, Form()],
    naam: Annotated[str, Form(max_length=120)] = "",
    rol: Roles = [],  # noqa: B006 (FastAPI copies it)
    gebieden: Areas = "",
) -> Response:
    """Add an account with a password that is shown once."""
    if not visit.viewer.may(Right.ACCOUNTS, gemeente):
        raise HTTPException(404)
    password = secrets.token_urlsafe(12)
    name, hashed = naam.strip().lower(), PASSWORDS.hash(password)
    try:
        given = _given(rol, gebieden)
        if name in settings.staff:
            raise AccountRefused(f"er is al een account {name}")
        with visit.database.write() as session:
            accounts.add(session, name, gemeente, password_hash=hashed, roles=given, actor=visit.actor)
    except AccountRefused as refused:
        return _page(visit, gemeente, Shown(fault=str(refused)), status=400)
    return _page(visit, gemeente, Shown(made=(name, password)))


@router.post("/beheer/accounts/{naam}/rollen")
def change_roles(
    visit: Sending,
    naam: str,
    rol: Roles = [],  # noqa: B006 (FastAPI copies it)
    gebieden: Areas = "",
) -> Response:
    """Give an account other roles; its sessions end."""

    def act(session: Session, account: Account) -> None:
        accounts.set_roles(session, account, _given(rol, gebieden), actor=visit.actor)

    return _change(visit, naam, act, done="rollen")


@router.post("/beheer/accounts/{naam}/uit")
def disable(visit: Sending, naam: str) -> Response:
    """Let nobody log in with an account any more."""

    def act(session: Session, account: Account) -> None:
        accounts.disable(session, account, actor=visit.actor)

    return _change(visit, naam, act, done="uit")


@router.post("/beheer/accounts/{naam}/code-weg")
def reset_code(visit: Sending, naam: str) -> Response:
    """Take the app of an account away, for who lost it and its recovery codes."""

    def act(session: Session, account: Account) -> None:
        second_factor.reset(session, account, actor=visit.actor)
        accounts.end_sessions(session, account)

    return _change(visit, naam, act, done="code")


@router.post("/beheer/accounts/{naam}/koppel")
def link(
    visit: Sending,
    settings: SettingsDep,
    naam: str,
    email: Annotated[str, Form(max_length=254)] = "",
    nummer: Annotated[str, Form(max_length=255)] = "",
) -> Response:
    """Let an account be somebody at the provider of its gemeente."""

    def act(session: Session, account: Account) -> None:
        issuer = need_issuer(settings, account.municipality_code)
        identities.link(session, account, issuer, subject=nummer, email=email, actor=visit.actor)

    return _change(visit, naam, act, done="koppel")


@router.post("/beheer/accounts/{naam}/ontkoppel")
def unlink(visit: Sending, naam: str) -> Response:
    """Let nobody at the provider be this account any more."""

    def act(session: Session, account: Account) -> None:
        identities.unlink(session, account, actor=visit.actor)

    return _change(visit, naam, act, done="ontkoppel")


@router.post("/beheer/accounts/{naam}/partij")
def choose_party(visit: Sending, naam: str, partij: Annotated[str, Form(max_length=80)] = "") -> Response:
    """Let an account work for a party, or for none any more."""

    def act(session: Session, account: Account) -> None:
        if not party_work.link(session, account, partij, actor=visit.actor):
            raise HTTPException(404)

    return _change(visit, naam, act, done="partij")


@router.post("/beheer/accounts/{naam}/mail")
def choose_email(visit: Sending, naam: str, email: Annotated[str, Form(max_length=254)] = "") -> Response:
    """Say where mail about the work of an account goes, or nowhere any more."""

    def act(session: Session, account: Account) -> None:
        accounts.set_email(session, account, email.strip(), actor=visit.actor)

    return _change(visit, naam, act, done="mail")


def _change(visit: Visit, naam: str, act: Callable[[Session, Account], None], *, done: str) -> Response:
    """Do an act on an account in a transaction of its own, and go back to the page, which says so."""
    try:
        with visit.database.write() as session:
            account = _other(session, visit.viewer, naam)
            gemeente = account.municipality_code
            act(session, account)
    except AccountRefused as refused:
        return _page(visit, gemeente, Shown(fault=str(refused)), status=400)
    return RedirectResponse(f"/beheer/accounts?gemeente={gemeente}&klaar={done}", 303)


def _other(session: Session, viewer: Viewer, naam: str) -> Account:
    """Return an account that this viewer manages, and that is not the own one: 404 for what is not there."""
    try:
        account = accounts.find(session, naam)
    except UnknownAccount:
        raise HTTPException(404) from None
    if not viewer.may(Right.ACCOUNTS, account.municipality_code):
        raise HTTPException(404)
    if account.name == viewer.account:
        raise HTTPException(403, "Uw eigen account laat u door een andere beheerder veranderen.")
    return account


def _given(roles: list[Role], areas: str) -> list[GivenRole]:
    """Return the roles of a form; the areas are those of the roles that have some.

    No areas is the whole gemeente, so what was typed and names none is refused.
    """
    codes = tuple(areas.replace(",", " ").upper().split())
    if areas.strip() and not codes:
        raise AccountRefused(f"in “{areas.strip()}” staat geen gebied; laat het leeg voor de hele gemeente")
    return [GivenRole(role, codes if role in WITH_AREAS else ()) for role in roles]


def _page(visit: Visit, gemeente: str | None, shown: Shown, *, status: int = 200) -> Response:
    def fill(session: Session, code: str) -> dict[str, Any]:
        return {
            "accounts": accounts.of_gemeente(session, code),
            "rollen": list(Role),
            "partijen": parties.parties_of(session, code),
            "partij_van": party_work.parties_by_account(session, code),
            "shown": shown,
            "zelf": visit.viewer.account,
            "organisatie": code in visit.request.app.state.providers,
        }

    return own_page(visit, Right.ACCOUNTS, gemeente, "accounts.html", fill, status=status)
