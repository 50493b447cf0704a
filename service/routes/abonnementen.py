"""Following a place by mail: asking for it, confirming an address, going on longer, and stopping at once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Any, Final, Literal
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, HTTPException, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from data import followers, outbox, refusals, subscriptions
from data.following_models import Subscription
from data.subscriptions import MONTHS, RADII_M, Rhythm, Wanted
from data.tokens import Purpose, name_of, token
from geo.areas import Level
from geo.crs import to_rd
from service.analysis import search, towns
from service.analysis.melding_places import SURE
from service.analysis.places import Places
from service.analysis.workbench import Workbench
from service.challenge import Checked, Vorm
from service.dependencies import DatabaseDep, SettingsDep, ViewerDep, WorkbenchDep
from service.following_mail import FOLLOWER, SUBSCRIPTION
from service.invitation_mail import PARTNER
from service.melding_form import LONGEST_ADDRESS, clean, read_form
from service.origin import only_from_here
from service.pages import render
from service.routes.api.shapes import GemeenteCode
from service.routes.volgen import NOT_TO_INDEX
from service.secret import read_secret
from service.settings import Settings
from service.unproven import count_mail

router = APIRouter(include_in_schema=False)
LEVELS: Final = (Level.GEBIED, Level.WIJK, Level.BUURT)


@dataclass(frozen=True, slots=True)
class Asked:
    """The form as it was filled in."""

    gemeente: str = ""
    gebied: str = ""
    adres: str = ""
    straal: str = str(RADII_M[1])
    ritme: str = Rhythm.DAILY.value
    maanden: str = str(MONTHS[1])
    email: str = ""

    def faults(self) -> dict[str, str]:
        """Return what is wrong, apart from the place: per field the key of a text."""
        found = {}
        if bool(self.gebied) == bool(self.adres):
            found["gebied"] = "volgen.fout_twee" if self.gebied else "volgen.fout_plek"
        if len(self.adres) > LONGEST_ADDRESS:
            found["adres"] = "melden.fout_adres_lang"
        if self.straal not in map(str, RADII_M):
            found["straal"] = "volgen.fout_keuze"
        if self.ritme not in set(Rhythm):
            found["ritme"] = "volgen.fout_keuze"
        if self.maanden not in map(str, MONTHS):
            found["maanden"] = "volgen.fout_keuze"
        if not outbox.is_address(self.email):
            found["email"] = "volgen.fout_email"
        return found


async def _values(request: Request) -> dict[str, str]:
    only_from_here(request)
    return {name: clean(value) for name, value in (await read_form(request)).items()}


ValuesDep = Annotated[dict[str, str], Depends(_values)]


@router.get("/volgen")
def start(
    request: Request,
    settings: SettingsDep,
    workbench: WorkbenchDep,
    viewer: ViewerDep,
    gemeente: Annotated[GemeenteCode | None, Query()] = None,
    gebied: Annotated[str, Query(max_length=60)] = "",
    bericht: Annotated[Literal["gevraagd", "gestopt"] | None, Query()] = None,
) -> HTMLResponse:
    """Show the form to get mail about the meldingen of a wijk, buurt or gebied, or around an address."""
    found = towns.town(workbench, gemeente, default=settings.default_gemeente)
    if found is None:
        return render(request, "leeg.html", {})
    asked = Asked(gemeente=found.gemeente.code, gebied=gebied if gebied in found.by_code else "")
    return _form(request, workbench, found, asked, told=bericht)


@router.post("/volgen")
def ask(
    request: Request,
    settings: SettingsDep,
    workbench: WorkbenchDep,
    database: DatabaseDep,
    viewer: ViewerDep,
    checked: Checked,
    values: ValuesDep,
) -> Response:
    """Send a mail that asks whether this address wants this; the answer is the same for every address."""
    found = towns.town(workbench, values.get("gemeente"), default=settings.default_gemeente)
    if found is None:
        return render(request, "leeg.html", {})
    fields = {name: values[name] for name in Asked.__slots__ if values.get(name)}
    asked = Asked(**{**fields, "gemeente": found.gemeente.code})
    faults = asked.faults()
    wanted = None if faults else _wanted(workbench, found, asked)
    if wanted is None:
        place = {"adres": "volgen.fout_adres"} if asked.adres else {"gebied": "volgen.fout_plek"}
        return _form(request, workbench, found, asked, faults=faults or place)
    judged = checked.form(Vorm.VOLGEN, values, gemeente=found.gemeente.code)
    with database.write() as session:
        if judged.settle(session) is not None:
            count_mail(request)
        subscriptions.ask(session, wanted, datetime.now(UTC))
    told = urlencode({"gemeente": found.gemeente.code, "bericht": "gevraagd"})
    return RedirectResponse(f"/volgen?{told}", 303)


def _name(settings: SettingsDep, token: str, purpose: Purpose) -> tuple[str, str]:
    """Return what a link is about and its name; 404 for a link that is not ours."""
    name = name_of(purpose, token, read_secret(settings.var_folder))
    if name is None:
        raise HTTPException(404)
    return name[0], name[1:]


@router.get("/bevestig/{token}")
def look(request: Request, settings: SettingsDep, viewer: ViewerDep, token: str) -> HTMLResponse:
    """Show the button that confirms an address: a mail program that follows links confirms nothing."""
    kind, _ = _name(settings, token, Purpose.CONFIRM)
    return _sheet(request, "bevestig", {"action": f"/bevestig/{token}", "soort": kind})


@router.post("/bevestig/{token}")
def confirm(
    request: Request, settings: SettingsDep, database: DatabaseDep, viewer: ViewerDep, token: str
) -> Response:
    """Confirm an address; a link that was asked for more than seven days ago does so no more."""
    only_from_here(request)
    kind, name = _name(settings, token, Purpose.CONFIRM)
    now = datetime.now(UTC)
    with database.write() as session:
        if kind == SUBSCRIPTION:
            done = subscriptions.confirm(session, name, now) is not None
        else:
            done = followers.confirm(session, name, now) is not None
    if not done:
        return _sheet(request, "verlopen", {}, status=410)
    if kind == FOLLOWER:
        return _sheet(request, "bevestigd", {})
    return RedirectResponse(_manage(settings, name, "begonnen"), 303)


@router.get("/abonnement/{token}")
def show(
    request: Request,
    settings: SettingsDep,
    database: DatabaseDep,
    viewer: ViewerDep,
    token: str,
    bericht: Annotated[Literal["begonnen", "langer"] | None, Query()] = None,
) -> Response:
    """Show what somebody follows and until when, with what can be done about it."""
    name = _subscription(settings, token)
    with database.read() as session:
        found = subscriptions.find(session, name)
    if found is None or found.confirmed_at is None:
        return _sheet(request, "verlopen", {}, status=410)
    return _sheet(request, "abonnement", _shown(found, token, bericht))


@router.post("/abonnement/{token}/langer")
def renew(
    settings: SettingsDep, database: DatabaseDep, viewer: ViewerDep, token: str, values: ValuesDep
) -> Response:
    """Let a subscription go on for so many months from today."""
    name = _subscription(settings, token)
    months = values.get("maanden", "")
    if months not in map(str, MONTHS):
        raise HTTPException(400)
    with database.write() as session:
        found = subscriptions.renew(session, name, int(months), datetime.now(UTC))
    if found is None:
        raise HTTPException(410)
    return RedirectResponse(f"/abonnement/{token}?bericht=langer", 303)


@router.post("/abonnement/{token}/stop")
def end(
    request: Request, settings: SettingsDep, database: DatabaseDep, viewer: ViewerDep, token: str
) -> Response:
    """End a subscription for good."""
    only_from_here(request)
    name = _subscription(settings, token)
    with database.write() as session:
        subscriptions.stop(session, name)
    return RedirectResponse("/volgen?bericht=gestopt", 303)


@router.get("/uitschrijven/{token}")
def leave(request: Request, settings: SettingsDep, viewer: ViewerDep, token: str) -> HTMLResponse:
    """Show the button that stops mail: a mail program that follows links stops nothing."""
    _name(settings, token, Purpose.STOP)
    return _sheet(request, "uitschrijven", {"action": f"/uitschrijven/{token}"})


@router.post("/uitschrijven/{token}")
def stop(
    request: Request, settings: SettingsDep, database: DatabaseDep, viewer: ViewerDep, token: str
) -> Response:
    """Stop mail at once, also for a mail program that sends this by itself (RFC 8058)."""
    kind, name = _name(settings, token, Purpose.STOP)
    with database.write() as session:
        if kind == PARTNER:
            refusals.refuse(session, name, read_secret(settings.var_folder), datetime.now(UTC))
        else:
            (subscriptions if kind == SUBSCRIPTION else followers).stop(session, name)
    return _sheet(request, "afgemeld" if kind == PARTNER else "gestopt", {})


def _subscription(settings: Settings, token: str) -> str:
    kind, name = _name(settings, token, Purpose.MANAGE)
    if kind != SUBSCRIPTION:
        raise HTTPException(404)
    return name


def _wanted(workbench: Workbench, found: Places, asked: Asked) -> Wanted | None:
    """Return what is asked for; None when the place is not one of ours, or an address is not sure."""
    rhythm, months = Rhythm(asked.ritme), int(asked.maanden)
    if asked.gebied:
        place = found.by_code.get(asked.gebied)
        if place is None or place.level not in LEVELS:
            return None
        return Wanted(
            email=asked.email,
            gemeente=found.gemeente.code,
            place=place.code,
            label=place.naam,
            edition=found.edition,
            buurten=place.buurten,
            rhythm=rhythm,
            months=months,
        )
    answer = search.find(workbench, found, asked.adres)
    if answer.best is None or answer.match.quality not in SURE:
        return None
    rd, radius_m = to_rd(answer.best.point), int(asked.straal)
    return Wanted(
        email=asked.email,
        gemeente=found.gemeente.code,
        place=f"{rd.x:.0f},{rd.y:.0f},{radius_m}",
        label=f"{answer.best.label} ({radius_m} meter)",
        edition=found.edition,
        buurten=(answer.best.buurt.code,),
        x=rd.x,
        y=rd.y,
        radius_m=radius_m,
        rhythm=rhythm,
        months=months,
    )


def _form(
    request: Request,
    workbench: Workbench,
    found: Places,
    asked: Asked,
    *,
    faults: dict[str, str] | None = None,
    told: str | None = None,
) -> HTMLResponse:
    context: dict[str, Any] = {
        "towns": towns.towns(workbench),
        "sent": asked,
        "faults": faults or {},
        "told": told,
        "groepen": [(level, found.of(level)) for level in LEVELS if found.of(level)],
        "stralen": RADII_M,
        "maanden": MONTHS,
        "uitdaging": Vorm.VOLGEN.value,
    }
    return render(request, "volgen.html", context, status=400 if faults else 200, town=found)


def _manage(settings: Settings, name: str, told: str) -> str:
    link = token(Purpose.MANAGE, SUBSCRIPTION + name, read_secret(settings.var_folder))
    return f"/abonnement/{link}?{urlencode({'bericht': told})}"


def _shown(found: Subscription, token: str, told: str | None) -> dict[str, Any]:
    return {"abonnement": found, "action": f"/abonnement/{token}", "maanden": MONTHS, "told": told}


def _sheet(request: Request, sheet: str, context: dict[str, Any], *, status: int = 200) -> HTMLResponse:
    answer = render(request, "volgblad.html", {"blad": sheet, **context}, status=status)
    answer.headers["X-Robots-Tag"] = NOT_TO_INDEX
    return answer
