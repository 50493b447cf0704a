"""The own account: password, app for codes, sessions, and who stands in."""

from __future__ import annotations

import io
from datetime import UTC, date, datetime
from typing import Annotated, Any

import segno
from fastapi import APIRouter, Form, HTTPException, Request
from fastapi.responses import RedirectResponse, Response
from sqlalchemy.orm import Session

from data import accounts, second_factor, staff_sessions
from data.account_models import Account
from data.accounts import AccountRefused
from service import security
from service.dependencies import DatabaseDep, SettingsDep, cookie_name
from service.own_form import Sender, SignedIn
from service.pages import render
from service.routes.login import keep_token, trying
from service.secret import read_secret
from service.security import PASSWORDS, Signed
from service.settings import Settings
from service.texts import catalogue

router = APIRouter(include_in_schema=False)
Password = Annotated[str, Form(max_length=200)]
DONE = {
    "wachtwoord": "mijn.klaar_wachtwoord",
    "sessies": "mijn.klaar_sessies",
    "vervanger": "mijn.klaar_vervanger",
    "weg": "mijn.klaar_weg",
}


@router.get("/mijn")
def own(request: Request, database: DatabaseDep, signed: SignedIn, klaar: str = "") -> Response:
    """Show who has logged in the own account."""
    return _page(request, database, signed, done=DONE.get(klaar, ""))


@router.post("/mijn/wachtwoord")
def change_password(
    request: Request,
    settings: SettingsDep,
    database: DatabaseDep,
    signed: Sender,
    oud: Password,
    nieuw: Password,
    nogmaals: Password,
) -> Response:
    """Choose another password; all other sessions end, and this one gets a new token."""
    fault = security.too_weak(nieuw) if nieuw == nogmaals else catalogue().text("mijn.niet_gelijk")
    if fault is None and not _is_password(request, database, signed, oud):
        fault = catalogue().text("mijn.fout_wachtwoord")
    if fault is not None:
        return _page(request, database, signed, fault=fault, status=400)
    hashed = PASSWORDS.hash(nieuw)
    with database.write() as session:
        account = _need(session, signed)
        found = security.rotate(session, _token(request, settings), settings)
        accounts.set_password(session, account, hashed, actor=account.name, but=security.digest(found.token))
    return _rotated("/mijn?klaar=wachtwoord", settings, found)


@router.post("/mijn/sessies")
def end_other_sessions(database: DatabaseDep, signed: Sender) -> Response:
    """End all sessions of the own account but this one."""
    with database.write() as session:
        staff_sessions.end(session, signed.session.account, but=signed.session.token_hash)
    return RedirectResponse("/mijn?klaar=sessies", 303)


@router.post("/mijn/vervanger")
def choose_substitute(
    request: Request,
    database: DatabaseDep,
    signed: Sender,
    naam: Annotated[str, Form(max_length=120)],
    van: Annotated[date, Form()],
    tot: Annotated[date, Form()],
) -> Response:
    """Let a colleague have the own rights for some days."""
    try:
        with database.write() as session:
            account = _need(session, signed)
            accounts.set_substitute(session, account, naam.strip(), first=van, last=tot, actor=account.name)
    except AccountRefused as refused:
        return _page(request, database, signed, fault=str(refused), status=400)
    return RedirectResponse("/mijn?klaar=vervanger", 303)


@router.post("/mijn/vervanger/weg")
def end_substitution(database: DatabaseDep, signed: Sender) -> Response:
    """Let nobody stand in any more."""
    with database.write() as session:
        account = _need(session, signed)
        accounts.end_substitution(session, account, actor=account.name)
    return RedirectResponse("/mijn?klaar=weg", 303)


@router.post("/mijn/code/nieuw")
def begin_code(database: DatabaseDep, signed: Sender) -> Response:
    """Begin with an app for codes; the one there was counts until the new one has proved itself."""
    with database.write() as session:
        second_factor.begin(session, _need(session, signed))
    return RedirectResponse("/mijn/code", 303)


@router.get("/mijn/code")
def code_page(request: Request, settings: SettingsDep, database: DatabaseDep, signed: SignedIn) -> Response:
    """Show the QR code of the app that has to prove itself."""
    return _code_page(request, settings, database, signed)


@router.get("/mijn/code/beeld.svg")
def code_picture(settings: SettingsDep, database: DatabaseDep, signed: SignedIn) -> Response:
    """Draw the QR code of the app that has to prove itself."""
    with database.read() as session:
        address = second_factor.address(_need(session, signed), read_secret(settings.var_folder))
    if address is None:
        raise HTTPException(404)
    drawn = io.BytesIO()
    segno.make(address, micro=False).save(drawn, kind="svg", scale=5, light="#fff", xmldecl=False)
    return Response(drawn.getvalue(), media_type="image/svg+xml")


@router.post("/mijn/code")
def confirm_code(
    request: Request,
    settings: SettingsDep,
    database: DatabaseDep,
    signed: Sender,
    code: Annotated[str, Form(max_length=40)],
    wachtwoord: Password,
) -> Response:
    """Take the app into use, show the recovery codes once, and go on with a new token."""
    if not _is_password(request, database, signed, wachtwoord):
        return _code_page(request, settings, database, signed, fault="mijn.fout_wachtwoord")
    key = read_secret(settings.var_folder)
    with database.write() as session:
        account = _need(session, signed)
        codes = second_factor.confirm(session, account, code, key, now=datetime.now(UTC))
        if codes is not None:
            found = security.rotate(session, _token(request, settings), settings)
            accounts.end_sessions(session, account, but=security.digest(found.token))
    if codes is None:
        return _code_page(request, settings, database, signed, fault="mijn.fout_code")
    with database.read() as session:
        renewed = security.find_session(session, found.token, settings)
    # The page has the button to log out, with the token of the new session.
    request.state.staff = renewed and renewed.session
    answer = render(request, "herstelcodes.html", {"codes": codes})
    keep_token(answer, settings, found.token)
    return answer


def _page(
    request: Request,
    database: DatabaseDep,
    signed: Signed,
    *,
    done: str = "",
    fault: str = "",
    status: int = 200,
) -> Response:
    with database.read() as session:
        account = accounts.active(session, signed.session.account)
        context: dict[str, Any] = {
            "account": account,
            "rollen": accounts.roles(session, account) if account else (),
            "code_nodig": account is not None and accounts.needs_code(account, strong=signed.session.strong),
            "codes_over": second_factor.codes_left(session, account) if account else 0,
            "vervanger": accounts.substitute(session, account) if account else None,
            "sessies": staff_sessions.of_account(session, signed.session.account),
            "deze": signed.session.token_hash,
            "klaar": done,
            "fout": fault,
        }
    return render(request, "mijn.html", context, status=status)


def _code_page(
    request: Request, settings: Settings, database: DatabaseDep, signed: Signed, *, fault: str = ""
) -> Response:
    with database.read() as session:
        secret = second_factor.asked_secret(_need(session, signed), read_secret(settings.var_folder))
    if secret is None:
        return RedirectResponse("/mijn", 303)
    context = {"geheim": secret, "fout": fault}
    return render(request, "mijn_code.html", context, status=400 if fault else 200)


def _need(session: Session, signed: Signed) -> Account:
    """Return the own account; 404 for a login from the settings, which has none."""
    account = accounts.active(session, signed.session.account)
    if account is None:
        raise HTTPException(404)
    return account


def _is_password(request: Request, database: DatabaseDep, signed: Signed, password: str) -> bool:
    """Return whether this is the password of the account; guessing counts as it does at the login."""
    with database.read() as session:
        account = _need(session, signed)
    with trying(request, account.name) as attempt:
        attempt.right = security.right_password(account.password_hash, password)
    return attempt.right


def _token(request: Request, settings: Settings) -> str:
    return request.cookies[cookie_name(settings)]


def _rotated(target: str, settings: Settings, found: security.Login) -> RedirectResponse:
    onward = RedirectResponse(target, 303)
    keep_token(onward, settings, found.token)
    return onward
