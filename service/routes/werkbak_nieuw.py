"""A melding that staff type in: for a caller, for somebody at the desk, or of what they see in the street."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Any

from fastapi import APIRouter, Depends, HTTPException, Query, Request
from fastapi.responses import RedirectResponse, Response

from data.choices import Channel
from data.entered import entered
from data.intake import LONGEST_TEXT, KeyReused, Report, tracking_token
from data.models import StaffSession
from data.rights import Right
from data.urgency import urgency
from data.visibility import Viewer
from service import security
from service.analysis import melding_kinds, melding_places, suggesting, towns
from service.analysis.intake import receive
from service.analysis.melding_places import Choice, Choices
from service.analysis.places import Place, Places, places
from service.analysis.workbench import Workbench
from service.dependencies import SettingsDep, StaffSessionDep, ViewerDep, WorkbenchDep
from service.melding_form import LONGEST_NEARBY, Sent, fresh_key
from service.pages import render
from service.photo_form import AGAIN, PhotoForm
from service.routes.api.shapes import GemeenteCode
from service.routes.melden import FormDep, checked_photos, place_faults, place_in_words, place_map
from service.routes.volgen import spaced
from service.secret import read_secret
from service.settings import Settings

router = APIRouter(include_in_schema=False)
DOOR = "werkbak"
CHANNELS = (Channel.PHONE, Channel.DESK)


def _staff(session: StaffSessionDep) -> StaffSession:
    """Return the session of who is logged in: the table of rights lets nobody else come here."""
    if session is None:
        raise HTTPException(403)
    return session


StaffOnly = Annotated[StaffSession, Depends(_staff)]


@router.get("/werkbak/nieuw")
def start(
    request: Request,
    settings: SettingsDep,
    workbench: WorkbenchDep,
    viewer: ViewerDep,
    staff: StaffOnly,
    gemeente: Annotated[GemeenteCode | None, Query()] = None,
) -> Response:
    """Show the form on which staff type a melding in."""
    found = _town(workbench, viewer, gemeente or settings.default_gemeente, strict=gemeente is not None)
    if found is None:
        return render(request, "leeg.html", {})
    sent = Sent(gemeente=found.gemeente.code, sleutel=fresh_key())
    return _page(request, workbench, viewer, found, sent)


@router.post("/werkbak/nieuw")
def store(
    request: Request,
    settings: SettingsDep,
    workbench: WorkbenchDep,
    viewer: ViewerDep,
    staff: StaffOnly,
    form: FormDep,
) -> Response:
    """Store what staff typed in, once, and go on to the receipt; what is wrong is asked again."""
    sent = Sent.of(form.values)
    found = _town(workbench, viewer, sent.gemeente, strict=True)
    if found is None:
        return render(request, "leeg.html", {})
    if not security.same(form.values.get("csrf", ""), staff.csrf):
        return _page(request, workbench, viewer, found, sent, {"sleutel": "werkbak.oude_sessie"}, status=403)
    offered = melding_places.choices(workbench, found, sent.adres, sent.point)
    chosen = _chosen(offered, sent)
    faults = _faults(sent, chosen, form.values)
    photos = checked_photos(form, faults)
    if faults or chosen is None:
        kept = sent if sent.has_key() else sent.with_fresh_key()
        return _page(request, workbench, viewer, found, kept, faults, form=form, offered=offered, status=400)
    report = _report(settings, found, sent, chosen, staff.account, Channel(form.values["kanaal"]))
    try:
        receipt = receive(workbench, settings, report, key=f"{DOOR}:{sent.sleutel}", photos=photos)
    except KeyReused:
        again = {"sleutel": "melden.fout_al_verstuurd", **({"foto": AGAIN} if photos else {})}
        fresh = sent.with_fresh_key()
        return _page(request, workbench, viewer, found, fresh, again, form=form, offered=offered, status=409)
    return RedirectResponse(f"/werkbak/{receipt.public_id}/bewijs", 303)


@router.get("/werkbak/{public_id}/bewijs")
def receipt(
    request: Request, settings: SettingsDep, workbench: WorkbenchDep, viewer: ViewerDep, public_id: str
) -> Response:
    """Show the receipt of a melding to who typed it in, to print or to read out."""
    with workbench.session() as session:
        found = entered(session, viewer, public_id)
    if found is None:
        raise HTTPException(404)
    token = tracking_token(public_id, read_secret(settings.var_folder))
    context = {
        "melding": found,
        "number": spaced(found.reference),
        "link": f"{settings.public_url}/volg/{token}",
    }
    return render(request, "werkbewijs.html", context, town=places(workbench, found.gemeente))


def _town(workbench: Workbench, viewer: Viewer, code: str, *, strict: bool) -> Places | None:
    """Return a gemeente that this viewer may type in for; another one when that was not asked for."""
    allowed = _towns(workbench, viewer)
    if code not in [place.code for place in allowed]:
        if strict:
            raise HTTPException(404)
        return places(workbench, allowed[0].code) if allowed else None
    return places(workbench, code)


def _towns(workbench: Workbench, viewer: Viewer) -> list[Place]:
    return [one for one in towns.towns(workbench) if viewer.may(Right.INTAKE_FOR_CALLER, one.code)]


def _chosen(offered: Choices, sent: Sent) -> Choice | None:
    """Return the place that was chosen; the one that we are sure of needs no tap."""
    if sent.place:
        return offered.find(sent.place)
    return offered.addresses[0] if offered.sure else None


def _faults(sent: Sent, chosen: Choice | None, values: dict[str, str]) -> dict[str, str]:
    found = sent.faults()
    # Who is at the phone says the address once: a sure one is taken as it was found.
    if chosen is not None:
        found.pop("plek", None)
    for field, why in place_faults(sent, chosen).items():
        found.setdefault(field, why)
    if sent.kind and not melding_kinds.is_kind(sent.kind):
        found["soort"] = "melden.fout_soort"
    if values.get("kanaal") not in {one.value for one in CHANNELS}:
        found["kanaal"] = "invoer.fout_kanaal"
    if not sent.has_key():
        found["sleutel"] = "melden.fout_sleutel"
    return found


def _report(
    settings: Settings, found: Places, sent: Sent, chosen: Choice, account: str, channel: Channel
) -> Report:
    suggestion = suggesting.suggest(settings, sent.tekst)
    kind = sent.kind or suggestion.slug
    return Report(
        gemeente=found.gemeente.code,
        category=kind,
        text=sent.tekst,
        point=chosen.point,
        address=place_in_words(sent, chosen),
        place_quality=chosen.quality,
        postcode=sent.postcode or None,
        channel=channel,
        contact=sent.contact,
        suggested=suggestion.slug,
        confidence=suggestion.confidence,
        answers=replace(sent, soort=kind, soort_lijst="").answers,
        # A member of staff typed it: nobody need find out whether a person did.
        quarantine=None,
        entered_by=account,
    )


def _page(
    request: Request,
    workbench: Workbench,
    viewer: Viewer,
    found: Places,
    sent: Sent,
    faults: dict[str, str] | None = None,
    *,
    form: PhotoForm | None = None,
    offered: Choices | None = None,
    status: int = 200,
) -> Response:
    context: dict[str, Any] = {
        "towns": _towns(workbench, viewer),
        "sent": sent,
        "faults": faults or {},
        "offered": offered or melding_places.choices(workbench, found, ""),
        "asked": offered is not None,
        "kind_groups": melding_kinds.kinds_by_group(),
        "channels": CHANNELS,
        "channel": form.values.get("kanaal", "") if form else "",
        "urgent": urgency(sent.tekst),
        "longest": LONGEST_TEXT,
        "longest_nearby": LONGEST_NEARBY,
        "kaart": place_map(workbench, found),
    }
    return render(request, "werkbak_nieuw.html", context, status=status, town=found)
