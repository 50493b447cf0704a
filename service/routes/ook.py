"""`Ik zie dit ook`: a resident adds to a public melding instead of making it again, and may follow it."""

from __future__ import annotations

import hashlib
import hmac
from datetime import UTC, datetime
from typing import Annotated, Final

from fastapi import APIRouter, Depends, HTTPException, Request
from fastapi.responses import RedirectResponse, Response
from sqlalchemy import select

from data import followers, outbox
from data.database import Database
from data.models import Melding
from data.seeing_too import Said, Settle, say
from geo.exposure import AMSTERDAM
from service.challenge import Checked, Vorm
from service.dependencies import DatabaseDep, SettingsDep
from service.melding_form import KEY, LONGEST_EMAIL, clean, fresh_key, read_form
from service.origin import only_from_here
from service.secret import read_secret

router = APIRouter(include_in_schema=False)
# Set by the button only, for the pages of meldingen only: without it a second press would count again.
COOKIE: Final = "wijkbeeld-ook"
KEPT_S: Final = 365 * 24 * 3_600


async def _values(request: Request) -> dict[str, str]:
    only_from_here(request)
    return {name: clean(value) for name, value in (await read_form(request)).items()}


@router.post("/meldingen/{public_id}/ook")
def also(
    request: Request,
    settings: SettingsDep,
    database: DatabaseDep,
    checked: Checked,
    public_id: str,
    values: Annotated[dict[str, str], Depends(_values)],
) -> Response:
    """Count somebody who sees the same as a public melding, once, and ask the address that was given."""
    visitor = _visitor(request, values)
    secret = read_secret(settings.var_folder)
    key_hash = hmac.new(secret, f"ook:{public_id}:{visitor}".encode(), hashlib.sha256).hexdigest()
    email = values.get("email", "")[:LONGEST_EMAIL]
    settle = checked.form(Vorm.OOK, values).settle
    said = _keep(database, public_id, key_hash, email, settle)
    if said is None:
        raise HTTPException(404)
    answer = RedirectResponse(f"/meldingen/{public_id}?ook={said}#ook", 303)
    answer.set_cookie(
        COOKIE,
        visitor,
        max_age=KEPT_S,
        path="/meldingen",
        httponly=True,
        secure=settings.secure,
        samesite="lax",
    )
    return answer


def _visitor(request: Request, values: dict[str, str]) -> str:
    """Return the key of a visitor: that of an earlier press, else the one that the form was made with."""
    for key in (request.cookies.get(COOKIE, ""), values.get("sleutel", "")):
        if KEY.fullmatch(key):
            return key
    return fresh_key()


def _keep(database: Database, public_id: str, key_hash: str, email: str, settle: Settle) -> Said | None:
    now = datetime.now(UTC)
    with database.write() as session:
        said = say(session, public_id, key_hash=key_hash, on=now.astimezone(AMSTERDAM).date(), settle=settle)
        # Whoever may be a robot mails nobody.
        if said is Said.COUNTED and outbox.is_address(email):
            melding = session.scalars(select(Melding).where(Melding.public_id == public_id)).one()
            followers.ask(session, melding, email, reporter=False, now=now)
    return said
