"""Following a melding: the whole of it by its secret link, and its status by number and postcode."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Annotated, Any, Final, Literal

from fastapi import APIRouter, Depends, HTTPException, Query, Request
from fastapi.responses import HTMLResponse, Response
from sqlalchemy import select
from sqlalchemy.orm import Session

from data import aftercare, followers
from data.choices import Status
from data.following import OwnMelding, own_melding, status_of_number
from data.intake import melding_of_token
from data.masking import masked_email
from data.models import Melding
from geo.areas import Level
from service.analysis import addresses, live_map, places
from service.analysis.live_map import LiveMap
from service.analysis.places import Places
from service.analysis.workbench import Workbench
from service.attempts import Attempts, TooManyAttempts
from service.dependencies import SettingsDep, ViewerDep, WorkbenchDep
from service.melding_form import plain_postcode, read_form
from service.origin import only_from_here
from service.pages import place_url, render
from service.secret import read_secret

router = APIRouter(include_in_schema=False)
NOT_TO_INDEX = "noindex, nofollow, noarchive"
RETRY_S = "600"
Town = Annotated[str, Query(max_length=6)]
LONGEST_TOKEN: Final = 100
# What was done before this page came; the last four could not be done.
Told = Literal[
    "bedankt", "al", "mail_gevraagd", "antwoord", "heropend",
    "geen_adres", "geen_antwoord", "geen_reden", "kan_niet",
]  # fmt: skip
REFUSED: Final = frozenset({"geen_adres", "geen_antwoord", "geen_reden", "kan_niet"})
TOO_MANY = "Er is te vaak iets verkeerds ingevuld. Probeer het over tien minuten opnieuw."


@router.get("/volg/{token}")
def follow(
    request: Request,
    settings: SettingsDep,
    workbench: WorkbenchDep,
    viewer: ViewerDep,
    token: str,
    bericht: Annotated[Told | None, Query()] = None,
) -> Response:
    """Show a reporter the whole own melding; a link that is not ours gets the page for nothing there."""
    secret = read_secret(settings.var_folder)
    public_id = melding_of_token(token, secret) if _may_be(token) else None
    if public_id is None:
        raise HTTPException(404)
    with workbench.session() as session:
        melding = own_melding(session, public_id)
        after = _after(session, public_id, secret)
    if melding is None:
        raise HTTPException(404)
    found = places.places(workbench, melding.gemeente)
    context = {
        "melding": melding,
        "number": spaced(melding.reference),
        "link": f"{settings.public_url}/volg/{token}",
        "link_path": f"/volg/{token}",
        "told": bericht,
        "refused": bericht in REFUSED,
        "after": after,
        "kaart": _map(workbench, found, melding),
    }
    answer = render(request, "volg.html", context, town=found)
    answer.headers["X-Robots-Tag"] = NOT_TO_INDEX
    return answer


@router.get("/status")
def ask(request: Request, workbench: WorkbenchDep, viewer: ViewerDep, gemeente: Town = "") -> HTMLResponse:
    """Show the form that asks for the number of a melding and a postcode."""
    return _status_page(request, _town(workbench, gemeente))


async def _asked(request: Request) -> tuple[str, str]:
    only_from_here(request)
    values = await read_form(request)
    return re.sub(r"[\s.-]", "", values.get("nummer", "")), plain_postcode(values.get("postcode", ""))


@router.post("/status")
def tell(
    request: Request,
    workbench: WorkbenchDep,
    viewer: ViewerDep,
    asked: Annotated[tuple[str, str], Depends(_asked)],
    gemeente: Town = "",
) -> HTMLResponse:
    """Tell the status of a melding and nothing else; a wrong pair gets one answer, and guessing ends."""
    number, postcode = asked
    status = _status(request, workbench, number[:20], postcode[:20])
    return _status_page(
        request,
        _town(workbench, gemeente),
        number=number,
        postcode=postcode,
        status=status,
        wrong=status is None,
    )


def _town(workbench: Workbench, gemeente: str) -> Places | None:
    """Return the gemeente that the visitor came from; the number of a melding does not tell which."""
    known = {place.code for place in places.gemeenten(workbench)}
    return places.places(workbench, gemeente) if gemeente in known else None


def _after(session: Session, public_id: str, secret: bytes) -> dict[str, Any]:
    """Return what a reporter can do: who gets mail, what was answered, until when to open it again."""
    melding = session.scalar(select(Melding).where(Melding.public_id == public_id))
    if melding is None:
        return {}
    last = aftercare.until(melding)
    addresses = followers.own_addresses(session, melding.id)
    return {
        "addresses": [(masked_email(address), confirmed) for address, confirmed in addresses],
        "full": len(addresses) >= followers.MOST_REPORTERS,
        "closed": melding.status == Status.CLOSED,
        "given": aftercare.given(session, public_id, secret=secret),
        "reopen_until": last if last is not None and last >= datetime.now(UTC) else None,
    }


def spaced(number: str) -> str:
    """Return a number in groups that are easy to copy by hand: `012 345 6789`."""
    return f"{number[:3]} {number[3:6]} {number[6:]}"


def _may_be(token: str) -> bool:
    return len(token) <= LONGEST_TOKEN and token.isascii()


def _status(request: Request, workbench: Workbench, number: str, postcode: str) -> Status | None:
    attempts: Attempts = request.app.state.status_attempts
    client = request.client.host if request.client else ""
    try:
        with attempts.attempt(client, number), workbench.session() as session:
            found = status_of_number(session, number, postcode)
    except TooManyAttempts:
        raise HTTPException(429, TOO_MANY, headers={"Retry-After": RETRY_S}) from None
    if found is None:
        attempts.went_wrong(client, number)
    return found


def _status_page(
    request: Request,
    town: Places | None,
    *,
    number: str = "",
    postcode: str = "",
    status: Status | None = None,
    wrong: bool = False,
) -> HTMLResponse:
    context: dict[str, Any] = {"number": number, "postcode": postcode, "status": status, "wrong": wrong}
    answer = render(request, "status.html", context, status=404 if wrong else 200, town=town)
    answer.headers["X-Robots-Tag"] = NOT_TO_INDEX
    return answer


def _map(workbench: Workbench, found: Places, melding: OwnMelding) -> dict[str, Any] | None:
    """Return a map of the buurt around the place, None when the melding has no place."""
    if melding.point is None:
        return None
    buurt = addresses.spot(workbench, melding.point).buurt
    buurten = found.of(Level.BUURT)
    drawn = LiveMap(
        level=Level.BUURT,
        areas=live_map.plain_areas(buurten, {place.code: place_url(place) for place in buurten}),
        chosen=buurt.code if buurt and buurt.code in found.by_code else None,
        spot=(melding.point.lon, melding.point.lat),
    )
    return live_map.as_data(workbench, found, drawn)
