"""Making a melding: own words and an address, a look at what we made of them, and sending it once."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from data.intake import LONGEST_TEXT, KeyReused, Report, tracking_token
from data.kind_questions import LONGEST_ANSWER
from data.photos import Encoded, PhotoRefused
from data.text_masking import personal_data
from data.urgency import elsewhere, urgency
from geo.areas import Level
from service.analysis import live_map, melding_kinds, melding_places, suggesting, towns
from service.analysis.already import already
from service.analysis.intake import receive
from service.analysis.live_map import LiveMap
from service.analysis.melding_places import Choice, Choices
from service.analysis.places import Places
from service.analysis.workbench import Workbench
from service.challenge import Checked, Vorm
from service.dependencies import SettingsDep, ViewerDep, WorkbenchDep
from service.melding_form import ELSEWHERE, LONGEST_NEARBY, Sent, fresh_key, read_form
from service.origin import only_from_here
from service.pages import render
from service.photo_form import AGAIN, FAULTS, MULTIPART, PhotoForm, read_photo_form, receive_photos
from service.routes.api.shapes import GemeenteCode
from service.secret import read_secret
from service.settings import Meldpunt, Settings
from service.texts import catalogue

router = APIRouter(include_in_schema=False)
CHOOSE_KIND = "soort"
# What keeps a key of this form apart from one that somebody sends to the API.
DOOR = "formulier"
Gemeente = Annotated[GemeenteCode | None, Query()]


async def _form(request: Request) -> AsyncIterator[PhotoForm]:
    only_from_here(request)
    has_files = request.headers.get("Content-Type", "").startswith(MULTIPART)
    form = await read_photo_form(request) if has_files else PhotoForm(await read_form(request))
    try:
        yield form
    finally:
        form.close()


FormDep = Annotated[PhotoForm, Depends(_form)]


def _sent(form: FormDep) -> Sent:
    return Sent.of(form.values)


SentDep = Annotated[Sent, Depends(_sent)]


@router.get("/melden")
def start(
    request: Request,
    settings: SettingsDep,
    workbench: WorkbenchDep,
    viewer: ViewerDep,
    gemeente: Gemeente = None,
    buurt: Annotated[str, Query(max_length=10)] = "",
) -> HTMLResponse:
    """Show the form for a melding: own words and where it is; a buurt that is named is filled in."""
    found = towns.town(workbench, gemeente, default=settings.default_gemeente)
    if found is None:
        return render(request, "leeg.html", {})
    if _is_elsewhere(settings, found):
        return _elsewhere(request, workbench, found)
    place = found.by_code.get(buurt)
    chosen = f"{melding_places.BUURT}:{buurt}" if place is not None and place.level is Level.BUURT else ""
    sent = Sent(gemeente=found.gemeente.code, sleutel=fresh_key(), lijst=chosen)
    return _first_step(request, workbench, found, sent)


@router.post("/melden/controle")
def check(
    request: Request, settings: SettingsDep, workbench: WorkbenchDep, viewer: ViewerDep, sent: SentDep
) -> HTMLResponse:
    """Show which place was found and what else may be told, before anything is stored."""
    found = towns.town(workbench, sent.gemeente, default=settings.default_gemeente)
    if found is None:
        return render(request, "leeg.html", {})
    if _is_elsewhere(settings, found):
        return _elsewhere(request, workbench, found)
    if faults := sent.first_faults():
        return _first_step(request, workbench, found, sent, faults)
    kept = sent if sent.has_key() else sent.with_fresh_key()
    if sent.stap != CHOOSE_KIND:
        # An address that is looked up anew is not yet chosen, and goes before the buurt one came from.
        kept = replace(kept, plek="", lijst="" if kept.adres or kept.punt else kept.lijst)
    return _second_step(request, workbench, found, kept)


@router.post("/melden")
def send(
    request: Request,
    settings: SettingsDep,
    workbench: WorkbenchDep,
    viewer: ViewerDep,
    sent: SentDep,
    form: FormDep,
    checked: Checked,
) -> Response:
    """Store a melding once and go on to its own page; what is wrong is asked again, nothing typed is lost."""
    found = towns.town(workbench, sent.gemeente, default=settings.default_gemeente)
    if found is None:
        return render(request, "leeg.html", {})
    if _is_elsewhere(settings, found):
        return _elsewhere(request, workbench, found)
    offered = melding_places.choices(workbench, found, sent.adres, sent.point)
    chosen = offered.find(sent.place)
    faults = _faults(sent, chosen)
    photos = checked_photos(form, faults)
    if faults or chosen is None:
        kept = sent if sent.has_key() else sent.with_fresh_key()
        return _second_step(request, workbench, found, kept, faults, offered=offered)
    check = checked.form(Vorm.MELDEN, form.values, gemeente=found.gemeente.code, at=chosen.point)
    report = replace(_report(settings, found, sent, chosen), quarantine=check.quarantine, proof=check.proof)
    try:
        receipt = receive(workbench, settings, report, key=f"{DOOR}:{sent.sleutel}", photos=photos)
    except KeyReused:
        again = {"sleutel": "melden.fout_al_verstuurd", **({"foto": AGAIN} if photos else {})}
        fresh = sent.with_fresh_key()
        return _second_step(request, workbench, found, fresh, again, offered=offered, status=409)
    token = tracking_token(receipt.public_id, read_secret(settings.var_folder))
    told = urlencode({"bericht": "al" if receipt.replayed else "bedankt"})
    return RedirectResponse(f"/volg/{token}?{told}", 303)


def checked_photos(form: PhotoForm, faults: dict[str, str]) -> tuple[Encoded, ...]:
    """Return the photos of a form, made anew; what is wrong with them is added to its faults.

    A browser does not send a file twice: who has to look at the form again chooses the photos again.
    """
    if faults:
        faults.update({"foto": AGAIN} if form.given else {})
        return ()
    try:
        return receive_photos(form)
    except PhotoRefused as refused:
        faults["foto"] = FAULTS[refused.why]
        return ()


def _faults(sent: Sent, chosen: Choice | None) -> dict[str, str]:
    """Return what is wrong, in the order of the page."""
    found = sent.faults()
    for field, why in place_faults(sent, chosen).items():
        found.setdefault(field, why)
    if not melding_kinds.is_kind(sent.kind):
        found["soort"] = "melden.fout_soort"
    if not sent.has_key():
        found["sleutel"] = "melden.fout_sleutel"
    return found


def place_faults(sent: Sent, chosen: Choice | None) -> dict[str, str]:
    """Return what is wrong with a place that was chosen: it is not there, or nobody could find it."""
    if chosen is None:
        return {"plek": "melden.fout_plek_weg"}
    return {"waar": "melden.fout_waar_leeg"} if chosen.needs_words and not sent.waar else {}


def _report(settings: Settings, found: Places, sent: Sent, chosen: Choice) -> Report:
    suggested = sent.voorstel if melding_kinds.is_kind(sent.voorstel) else None
    return Report(
        gemeente=found.gemeente.code,
        category=sent.kind,
        text=sent.tekst,
        point=chosen.point,
        address=place_in_words(sent, chosen),
        place_quality=chosen.quality,
        postcode=sent.postcode or None,
        contact=sent.contact,
        suggested=suggested,
        confidence=suggesting.suggest(settings, sent.tekst).confidence if suggested else None,
        answers=sent.answers,
    )


def place_in_words(sent: Sent, chosen: Choice) -> str:
    """Return the place in words: what was chosen, and what the reporter said of it."""
    label = catalogue().text("melden.bij_adres", adres=chosen.label) if chosen.near else chosen.label
    return f"{label} ({sent.waar})" if sent.waar else label


def _is_elsewhere(settings: Settings, found: Places) -> bool:
    """Return whether the gemeente takes meldingen at a place of its own only."""
    told = settings.gemeenten.get(found.gemeente.code)
    return told is not None and told.meldpunt is Meldpunt.LINK


def _elsewhere(request: Request, workbench: Workbench, found: Places) -> HTMLResponse:
    """Show where the gemeente takes meldingen, in place of the form."""
    return render(request, "melden_elders.html", {"towns": towns.towns(workbench)}, town=found)


def _first_step(
    request: Request,
    workbench: Workbench,
    found: Places,
    sent: Sent,
    faults: dict[str, str] | None = None,
) -> HTMLResponse:
    buurt = found.by_code.get(sent.lijst.removeprefix(f"{melding_places.BUURT}:"))
    context = {
        "towns": towns.towns(workbench),
        "sent": sent,
        "buurt": buurt,
        "faults": faults or {},
        "longest": LONGEST_TEXT,
        "kaart": place_map(workbench, found, chosen=buurt.code if buurt else None),
    }
    return render(request, "melden.html", context, status=400 if faults else 200, town=found)


def _second_step(
    request: Request,
    workbench: Workbench,
    found: Places,
    sent: Sent,
    faults: dict[str, str] | None = None,
    *,
    offered: Choices | None = None,
    status: int | None = None,
) -> HTMLResponse:
    settings: Settings = request.app.state.settings
    offered = offered or melding_places.choices(workbench, found, sent.adres, sent.point)
    kinds = melding_kinds.kind_choices(settings, sent.tekst, chosen=sent.kind, suggested=sent.voorstel)
    if sent.plek != ELSEWHERE and offered.find(sent.plek) is None:
        sent = replace(sent, plek="")
    context: dict[str, Any] = {
        "sent": sent,
        "faults": faults or {},
        "offered": offered,
        "kinds": kinds,
        "dichtbij": already(workbench, found, offered, sent, kinds.chosen),
        "kind_groups": melding_kinds.kinds_by_group(),
        "urgent": urgency(sent.tekst),
        "elsewhere": elsewhere(sent.tekst),
        "gegevens": personal_data(sent.tekst),
        "longest": LONGEST_TEXT,
        "longest_nearby": LONGEST_NEARBY,
        "longest_answer": LONGEST_ANSWER,
    }
    status = status or (400 if faults else 200)
    return render(request, "melden_controle.html", context, status=status, town=found)


def place_map(workbench: Workbench, found: Places, *, chosen: str | None = None) -> dict[str, Any]:
    """Return the map to pick a place on; it is drawn when somebody asks for it."""
    # No area is a link here: a click anywhere picks a place.
    return live_map.as_data(
        workbench, found, LiveMap(level=Level.BUURT, areas={}, opens=False, chosen=chosen)
    )
