"""Logging in and out, for staff."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Final
from urllib.parse import urlencode

from fastapi import APIRouter, Form, HTTPException, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from starlette.background import BackgroundTask

from data import accounts, second_factor
from data.database import Database
from service import devices, security
from service.attempts import Attempts, TooManyAttempts
from service.dependencies import DatabaseDep, SettingsDep, StaffSessionDep, cookie_name
from service.origin import only_from_here
from service.pages import render
from service.secret import read_secret
from service.settings import Settings

router = APIRouter(include_in_schema=False)
START: Final = "/begin"
WRONG_CODE = "Deze code klopt niet, of hij is al gebruikt. Wacht op de volgende code en probeer het nog eens."
TOO_LATE = "Het duurde te lang. Log opnieuw in."
WRONG = "Deze naam en dit wachtwoord horen niet bij elkaar. Probeer het nog eens."
TOO_MANY = (
    "Er is te vaak een verkeerd wachtwoord ingevuld. Probeer het over tien minuten opnieuw, of log in op een "
    "apparaat waarop u dat eerder deed."
)
TOO_MANY_CODES = (
    "Er zijn vandaag te veel verkeerde codes ingevuld. Gebruik een herstelcode, log in op een apparaat "
    "waarop u dat eerder deed, of probeer het morgen."
)
RETRY_S = "600"


@router.get("/inloggen")
def form(request: Request, naar: str = START) -> HTMLResponse:
    """Show the login form."""
    return login_page(request, naar)


@router.post("/inloggen")
def login(
    request: Request,
    settings: SettingsDep,
    database: DatabaseDep,
    naam: Annotated[str, Form(max_length=120)],
    wachtwoord: Annotated[str, Form(max_length=200)],
    naar: Annotated[str, Form()] = START,
) -> Response:
    """Start a session and go on to the page that was asked for; a wrong password says so."""
    only_from_here(request)
    with database.read() as session:
        stored = security.stored_password(session, naam, settings)
    with trying(request, naam) as attempt:
        attempt.right = security.right_password(stored, wachtwoord)
    if not attempt.right:
        answer = login_page(request, naar, fault=WRONG, status=401)
        # After the answer, so that the time it takes does not tell which accounts exist.
        if stored is not None:
            answer.background = BackgroundTask(_note_failure, database, naam)
        return answer
    with database.write() as session:
        account = None if naam in settings.staff else accounts.active(session, naam)
        if account is not None and account.totp_salt is not None:
            token = security.open_half(session, account)
            onward = RedirectResponse(code_address(naar), 303)
            keep_token(onward, settings, token, name=half_cookie(settings))
            return onward
        found = security.open_session(session, naam, settings)
    # An account without an app for codes: that is set up before anything else.
    return _enter(settings, found, "/mijn" if account is not None else inside(naar))


@router.get("/inloggen/code")
def code_form(request: Request, naar: str = START) -> HTMLResponse:
    """Show the form for the code of the app."""
    return render(request, "inlogcode.html", {"naar": inside(naar)})


@router.post("/inloggen/code")
def code(
    request: Request,
    settings: SettingsDep,
    database: DatabaseDep,
    code: Annotated[str, Form(max_length=40)],
    naar: Annotated[str, Form()] = START,
) -> Response:
    """Start a session for who gave the right password and now the right code."""
    only_from_here(request)
    token = request.cookies.get(half_cookie(settings), "")
    with database.read() as session:
        account = security.find_half(session, token)
    if account is None:
        return login_page(request, naar, fault=TOO_LATE, status=401)
    key = read_secret(settings.var_folder)
    attempts = request.app.state.code_attempts if second_factor.is_of_app(code) else None
    with trying(request, account.name, codes=attempts) as attempt, database.write() as session:
        half = security.find_half(session, token)
        attempt.right = half is not None and second_factor.check(
            session, half, code, key, now=datetime.now(UTC)
        )
        if attempt.right:
            security.close_half(session, token)
            found = security.open_session(session, account.name, settings)
        else:
            security.note_failure(session, account.name)
    if not attempt.right:
        return render(request, "inlogcode.html", {"naar": inside(naar), "fout": WRONG_CODE}, status=401)
    onward = _enter(settings, found, inside(naar))
    onward.delete_cookie(half_cookie(settings), path="/", secure=settings.secure, httponly=True)
    return onward


@router.post("/uitloggen")
def logout(
    request: Request,
    settings: SettingsDep,
    database: DatabaseDep,
    staff: StaffSessionDep,
    csrf: Annotated[str, Form(max_length=60)],
) -> Response:
    """End the session; its cookie is worthless from then on."""
    only_from_here(request)
    if staff is None or not security.same(csrf, staff.csrf):
        raise HTTPException(403, "Deze knop hoort niet bij uw sessie. Laad de pagina opnieuw.")
    with database.write() as session:
        security.close_session(session, request.cookies[cookie_name(settings)])
    answer = RedirectResponse("/", 303)
    answer.delete_cookie(cookie_name(settings), path="/")
    return answer


def login_page(request: Request, target: str, *, fault: str = "", status: int = 200) -> HTMLResponse:
    """Show the ways to log in, and what went wrong."""
    return render(request, "inloggen.html", {"naar": inside(target), "fout": fault}, status=status)


def code_address(target: str) -> str:
    """Return where the code of the app is asked, before going on to a page."""
    return f"/inloggen/code?{urlencode({'naar': inside(target)}, safe='/')}"


@dataclass
class Attempt:
    """An attempt to log in, and whether what was typed is right."""

    right: bool = False


@contextmanager
def trying(request: Request, naam: str, *, codes: Attempts | None = None) -> Iterator[Attempt]:
    """Hold a place for an attempt; 429 for who guesses too often, so that others get their turn.

    `codes` counts codes of an app, of which few may be wrong in a day. A browser in which this account logged
    in before counts by itself, so that nobody keeps its owner out.
    """
    settings: Settings = request.app.state.settings
    attempts: Attempts = request.app.state.attempts
    client = request.client.host if request.client else ""
    mark = request.cookies.get(_device_cookie(settings), "")
    device = devices.known(mark, naam, read_secret(settings.var_folder)) if mark else None
    made = Attempt()
    with _place(attempts, client, naam, device, TOO_MANY):
        if codes is None:
            yield made
        else:
            with _place(codes, client, naam, device, TOO_MANY_CODES):
                yield made
    if not made.right:
        for count in (attempts, codes):
            if count is not None:
                count.went_wrong(client, naam, device=device)


@contextmanager
def _place(attempts: Attempts, client: str, naam: str, device: str | None, told: str) -> Iterator[None]:
    try:
        with attempts.attempt(client, naam, device=device):
            yield
    except TooManyAttempts:
        raise HTTPException(429, told, headers={"Retry-After": RETRY_S}) from None


def keep_token(
    answer: Response, settings: Settings, token: str, *, name: str | None = None, lasts_s: int | None = None
) -> None:
    """Let the browser keep the token of a session, for this site alone, and until it closes or `lasts_s`."""
    answer.set_cookie(
        name or cookie_name(settings),
        token,
        httponly=True,
        secure=settings.secure,
        samesite="strict",
        path="/",
        max_age=lasts_s,
    )


def _enter(settings: Settings, found: security.Login, target: str) -> RedirectResponse:
    onward = RedirectResponse(target, 303)
    keep_token(onward, settings, found.token)
    mark = devices.new_mark(found.account, read_secret(settings.var_folder))
    keep_token(onward, settings, mark, name=_device_cookie(settings), lasts_s=devices.LASTS_S)
    return onward


def _device_cookie(settings: Settings) -> str:
    """Return the name of the cookie of a browser in which somebody logged in before."""
    return f"{cookie_name(settings)}-toestel"


def half_cookie(settings: Settings) -> str:
    """Return the name of the cookie of a login that still needs its code."""
    return f"{cookie_name(settings)}-half"


def _note_failure(database: Database, naam: str) -> None:
    """Note an attempt on an account that exists; other names may hold anything, such as a password."""
    with database.write() as session:
        security.note_failure(session, naam)


def inside(target: str) -> str:
    """Return the page to go to, on this site only."""
    safe = target.startswith("/") and not target.startswith(("//", "/\\"))
    return target if safe else START
