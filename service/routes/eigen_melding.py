"""What a reporter can do on the page of the own melding: mail, an answer after closing, opening it again."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Annotated, Final

from fastapi import APIRouter, Depends, HTTPException, Request
from fastapi.responses import RedirectResponse, Response
from sqlalchemy import select
from sqlalchemy.orm import Session

from data import aftercare, followers, outbox
from data.aftercare import Answer
from data.handling import NotAllowed
from data.intake import melding_of_token
from data.models import Melding
from service.challenge import Checked, Vorm
from service.dependencies import DatabaseDep, SettingsDep, ViewerDep
from service.melding_form import clean, read_form
from service.origin import only_from_here
from service.routes.volgen import LONGEST_TOKEN
from service.secret import read_secret
from service.unproven import count_mail

router = APIRouter(include_in_schema=False)
LONGEST_REASON: Final = 1_000


async def _values(request: Request) -> dict[str, str]:
    only_from_here(request)
    return {name: clean(value) for name, value in (await read_form(request)).items()}


ValuesDep = Annotated[dict[str, str], Depends(_values)]


def _own(settings: SettingsDep, token: str) -> str:
    """Return the public id of the melding of a secret link; 404 for a link that is not ours."""
    secret = read_secret(settings.var_folder)
    right = len(token) <= LONGEST_TOKEN and token.isascii()
    public_id = melding_of_token(token, secret) if right else None
    if public_id is None:
        raise HTTPException(404)
    return public_id


OwnDep = Annotated[str, Depends(_own)]


@router.post("/volg/{token}/mail")
def follow_by_mail(
    request: Request,
    token: str,
    public_id: OwnDep,
    database: DatabaseDep,
    viewer: ViewerDep,
    checked: Checked,
    values: ValuesDep,
) -> Response:
    """Ask an address whether it wants mail about each step of this melding."""
    email = values.get("email", "")
    if not outbox.is_address(email):
        return _back(token, "geen_adres", "mail")
    judged = checked.form(Vorm.MAIL, values)

    def act(session: Session) -> None:
        melding = session.scalar(select(Melding).where(Melding.public_id == public_id))
        if melding is None:
            raise HTTPException(404)
        if judged.settle(session) is not None:
            count_mail(request)
        followers.ask(session, melding, email, reporter=True, now=datetime.now(UTC))

    return _done(database, act, token, "mail_gevraagd", "mail")


@router.post("/volg/{token}/tevreden")
def answer(
    token: str,
    public_id: OwnDep,
    database: DatabaseDep,
    settings: SettingsDep,
    viewer: ViewerDep,
    values: ValuesDep,
) -> Response:
    """Keep whether a reporter is content with how the melding was closed; a second answer replaces it."""
    given = values.get("antwoord", "")
    if given not in set(Answer):
        return _back(token, "geen_antwoord", "klaar")
    secret = read_secret(settings.var_folder)
    return _done(
        database,
        lambda session: aftercare.give(
            session, public_id, Answer(given), secret=secret, now=datetime.now(UTC)
        ),
        token,
        "antwoord",
        "klaar",
    )


@router.post("/volg/{token}/heropenen")
def reopen(
    token: str, public_id: OwnDep, database: DatabaseDep, viewer: ViewerDep, values: ValuesDep
) -> Response:
    """Open a closed melding again, with a reason for staff."""
    reason = values.get("reden", "")
    if not 3 <= len(reason) <= LONGEST_REASON:
        return _back(token, "geen_reden", "klaar")
    return _done(
        database,
        lambda session: aftercare.reopen(session, public_id, reason, now=datetime.now(UTC)),
        token,
        "heropend",
        "stand",
    )


def _done(
    database: DatabaseDep, act: Callable[[Session], None], token: str, told: str, place: str
) -> Response:
    """Do an act in a transaction of its own and go back to the page."""
    try:
        with database.write() as session:
            act(session)
    except NotAllowed:
        return _back(token, "kan_niet", place)
    return _back(token, told, place)


def _back(token: str, told: str, place: str) -> Response:
    return RedirectResponse(f"/volg/{token}?bericht={told}#{place}", 303)
