"""Choosing the place of a melding from the list of streets: letter, street, number, without typing."""

from __future__ import annotations

from dataclasses import replace

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from service.analysis import towns
from service.analysis.street_list import street_list
from service.dependencies import SettingsDep, ViewerDep, WorkbenchDep
from service.melding_form import clean
from service.pages import render
from service.routes.melden import FormDep, SentDep

router = APIRouter(include_in_schema=False)


@router.post("/melden/straten")
def streets(
    request: Request,
    settings: SettingsDep,
    workbench: WorkbenchDep,
    viewer: ViewerDep,
    sent: SentDep,
    form: FormDep,
) -> HTMLResponse:
    """Show the letters, then the streets of one, then the numbers of one; what was typed goes along."""
    found = towns.town(workbench, sent.gemeente, default=settings.default_gemeente)
    if found is None:
        return render(request, "leeg.html", {})
    letter, street = (clean(form.values.get(name, "")) for name in ("letter", "straat"))
    # A street is chosen instead of a point on the map: that one would go before it.
    kept = replace(sent if sent.has_key() else sent.with_fresh_key(), punt="", adres="")
    context = {"sent": kept, "lijst": street_list(workbench, found, letter, street)}
    return render(request, "melden_straten.html", context, town=found)
