"""Logging in and out, for staff."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, HTTPException, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from starlette.background import BackgroundTask

from data.database import Database
from service import security
from service.attempts import Attempts, TooManyAttempts
from service.dependencies import DatabaseDep, SettingsDep, StaffSessionDep, cookie_name
from service.origin import only_from_here
from service.pages import render
from service.settings import Settings

router = APIRouter(include_in_schema=False)
WRONG = "Deze naam en dit wachtwoord horen niet bij elkaar. Probeer het nog eens."
TOO_MANY = "Er is te vaak een verkeerd wachtwoord ingevuld. Probeer het over tien minuten opnieuw."
RETRY_S = "600"


@router.get("/inloggen")
def form(request: Request, naar: str = "/analyse") -> HTMLResponse:
    """Show the login form."""
    return render(request, "inloggen.html", {"naar": _inside(naar)})


@router.post("/inloggen")
def login(
    request: Request,
    settings: SettingsDep,
    database: DatabaseDep,
    naam: Annotated[str, Form(max_length=120)],
    wachtwoord: Annotated[str, Form(max_length=200)],
    naar: Annotated[str, Form()] = "/analyse",
) -> Response:
    """Start a session and go on to the page that was asked for; a wrong password says so."""
    only_from_here(request)
    if not _is_right(request, settings, naam, wachtwoord):
        answer = render(request, "inloggen.html", {"naar": _inside(naar), "fout": WRONG}, status=401)
        # After the answer, so that the time it takes does not tell which accounts exist.
        answer.background = BackgroundTask(_note_failure, settings, database, naam)
        return answer
    with database.write() as session:
        found = security.open_session(session, naam, settings)
    onward = RedirectResponse(_inside(naar), 303)
    onward.set_cookie(
        cookie_name(settings), found.token, httponly=True, secure=settings.secure, samesite="strict", path="/"
    )
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


def _is_right(request: Request, settings: Settings, naam: str, wachtwoord: str) -> bool:
    """Return whether the password is right; 429 for who guesses too often, so that others get their turn."""
    attempts: Attempts = request.app.state.attempts
    client = request.client.host if request.client else ""
    try:
        with attempts.attempt(client, naam):
            right = security.right_password(settings.staff, naam, wachtwoord)
    except TooManyAttempts:
        raise HTTPException(429, TOO_MANY, headers={"Retry-After": RETRY_S}) from None
    if not right:
        attempts.went_wrong(client, naam)
    return right


def _note_failure(settings: Settings, database: Database, naam: str) -> None:
    """Note an attempt on an account that exists; other names may hold anything, such as a password."""
    if naam in settings.staff:
        with database.write() as session:
            security.note_failure(session, naam)


def _inside(target: str) -> str:
    """Return the page to go to, on this site only."""
    safe = target.startswith("/") and not target.startswith(("//", "/\\"))
    return target if safe else "/analyse"
