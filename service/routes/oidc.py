"""Logging in by the provider of a gemeente: going there, and coming back.

The cookie of a session is for requests that begin here, so it does not come along with who comes back from
the provider. What has to come along is in a cookie of its own, for ten minutes; and coming back ends on a
page of ours, which goes on by itself.
"""

from __future__ import annotations

import time
from typing import Annotated, Final
from urllib.parse import quote

from fastapi import APIRouter, HTTPException, Query, Request
from fastapi.responses import RedirectResponse, Response
from sqlalchemy.orm import Session

from data import accounts, audit, identities
from data.account_models import Account
from data.identities import Somebody
from service import security
from service.attempts import Attempts
from service.dependencies import DatabaseDep, SettingsDep, cookie_name
from service.errors import RETRY_SECONDS
from service.oidc import LoginRefused, Provider, Why
from service.oidc_begun import LASTS_S, Begun, read
from service.pages import render
from service.routes.api.shapes import GemeenteCode
from service.routes.login import RETRY_S, START, code_address, half_cookie, inside, keep_token, login_page
from service.secret import read_secret
from service.settings import Settings
from service.texts import catalogue

router = APIRouter(include_in_schema=False)
BACK: Final = "/inloggen/oidc/terug"
LONGEST_TARGET: Final = 500
# Only who holds an answer of the provider can try these: any other page can send its visitors here with none.
GUESSES: Final = frozenset({Why.CODE, Why.TOKEN, Why.UNKNOWN})
Given = Annotated[str, Query(max_length=4000)]


@router.get("/inloggen/oidc")
def begin(request: Request, settings: SettingsDep, gemeente: GemeenteCode, naar: str = START) -> Response:
    """Go to the provider of a gemeente to log in."""
    provider = _provider(request, gemeente)
    page = naar if len(naar) <= LONGEST_TARGET else naar.partition("?")[0]
    target = inside(page) if len(page) <= LONGEST_TARGET else START
    begun = Begun.now(gemeente, target, at=time.time())
    try:
        address = provider.address(begun, back=_back(settings))
    except LoginRefused as refused:
        return _refusal(request, refused.why, target)
    onward = RedirectResponse(address, 303)
    onward.set_cookie(
        _cookie(settings),
        begun.cookie(read_secret(settings.var_folder)),
        max_age=LASTS_S,
        httponly=True,
        secure=settings.secure,
        samesite="lax",
        path="/",
    )
    return onward


@router.get(BACK)
def end(
    request: Request,
    settings: SettingsDep,
    database: DatabaseDep,
    code: Given = "",
    state: Given = "",
    error: Given = "",
    iss: Given = "",
) -> Response:
    """Start a session for who comes back from the provider, when it is who an account is linked to."""
    secret = read_secret(settings.var_folder)
    begun = read(request.cookies.get(_cookie(settings), ""), secret, at=time.time())
    target = begun.target if begun else START
    attempts: Attempts = request.app.state.oidc_attempts
    client = request.client.host if request.client else ""
    if attempts.is_full(client, client):
        raise HTTPException(429, catalogue().text("oidc.te_vaak"), headers={"Retry-After": RETRY_S})
    somebody: Somebody | None = None
    try:
        begun = _answered(begun, state, secret)
        if error:
            raise LoginRefused(Why.DENIED)
        provider = _provider(request, begun.gemeente)
        somebody = provider.somebody(begun, code, issuer=iss, back=_back(settings))
        with database.write() as session:
            answer = _enter(request, session, settings, somebody, begun)
    except LoginRefused as refused:
        # What is no guess keeps nobody out, but fills no audit either.
        count: Attempts = attempts if refused.why in GUESSES else request.app.state.oidc_notes
        if not count.is_full(client, client):
            count.went_wrong(client, client)
            _note(database, refused.why, begun)
        answer = _refusal(request, refused.why, target, number=somebody.subject if somebody else "")
    answer.delete_cookie(_cookie(settings), path="/", secure=settings.secure, httponly=True, samesite="lax")
    return answer


def _answered(begun: Begun | None, state: str, secret: bytes) -> Begun:
    """Return the login that this is the answer to; LoginRefused for an answer to none of this browser."""
    if begun is None or not security.same(state, begun.state(secret)):
        raise LoginRefused(Why.STATE)
    return begun


def _enter(
    request: Request, session: Session, settings: Settings, somebody: Somebody, begun: Begun
) -> Response:
    """Open a session, or ask for the code of the app when the provider asked for a password alone."""
    account = identities.account_of(session, somebody, begun.gemeente)
    if account is None:
        raise LoginRefused(Why.UNKNOWN)
    if account.disabled_at is not None:
        raise LoginRefused(Why.OFF)
    asks_code = account.totp_salt is not None and not somebody.strong
    first = "/mijn" if accounts.needs_code(account, strong=somebody.strong) else begun.target
    onward = code_address(begun.target) if asks_code else first
    answer = render(request, "ingelogd.html", {"verder": quote(onward, safe="/?=&%#:,;+")})
    if asks_code:
        keep_token(answer, settings, security.open_half(session, account), name=half_cookie(settings))
    else:
        keep_token(answer, settings, _opened(session, account, settings, somebody).token)
    return answer


def _opened(session: Session, account: Account, settings: Settings, somebody: Somebody) -> security.Login:
    return security.open_session(
        session, account.name, settings, action="ingelogd bij organisatie", strong=somebody.strong
    )


def _provider(request: Request, gemeente: str) -> Provider:
    providers: dict[str, Provider] = request.app.state.providers
    if gemeente not in providers:
        raise HTTPException(404, catalogue().text("oidc.onbekende_gemeente"))
    return providers[gemeente]


def _refusal(request: Request, why: Why, target: str, *, number: str = "") -> Response:
    fault = catalogue().text(f"oidc.fout_{why.value}", nummer=number if why is Why.UNKNOWN else "")
    status = {Why.AWAY: 503, Why.UNKNOWN: 403, Why.OFF: 403}.get(why, 400)
    answer = login_page(request, target, fault=fault, status=status)
    if why is Why.AWAY:
        answer.headers["Retry-After"] = RETRY_SECONDS
    return answer


def _note(database: DatabaseDep, why: Why, begun: Begun | None) -> None:
    """Write in the audit that a login came to nothing, and why; never what came along."""
    gemeente = begun.gemeente if begun else "onbekend"
    with database.write() as session:
        audit.record(
            session,
            actor="onbekend",
            action="inloggen mislukt",
            object_kind="oidc",
            object_id=gemeente,
            detail={"reden": why.value},
        )


def _back(settings: Settings) -> str:
    return settings.public_url + BACK


def _cookie(settings: Settings) -> str:
    return f"{cookie_name(settings)}-oidc"
