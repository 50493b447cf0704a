"""Pages that a town must have: privacy, toegankelijkheid, how it works, and security.txt."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Annotated, Any, Final

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, PlainTextResponse

from data.retention_terms import TERMS
from service.analysis import towns
from service.dependencies import SettingsDep, ViewerDep, WorkbenchDep
from service.language import language_of
from service.pages import contact, render
from service.routes.api.shapes import GemeenteCode
from service.settings import GemeenteSettings, Settings
from service.texts import Catalogue, catalogue

router = APIRouter(include_in_schema=False)
# RFC 9116 advises less than a year, so that what is old does not stay.
VALID_FOR: Final = timedelta(days=180)
# The day on which somebody last held the pages against WCAG, and the words were last looked over.
EXAMINED_ON: Final = date(2026, 11, 22)
REVISED_ON: Final = date(2026, 11, 22)
Gemeente = Annotated[GemeenteCode | None, Query()]


@router.get("/privacy")
def privacy(
    request: Request,
    settings: SettingsDep,
    workbench: WorkbenchDep,
    viewer: ViewerDep,
    gemeente: Gemeente = None,
) -> HTMLResponse:
    """Show what is kept of whom, for how long, who sees it, and how to use one's rights."""
    return _page(request, settings, workbench, gemeente, page="privacy")


@router.get("/toegankelijkheid")
def accessibility(
    request: Request,
    settings: SettingsDep,
    workbench: WorkbenchDep,
    viewer: ViewerDep,
    gemeente: Gemeente = None,
) -> HTMLResponse:
    """Show how accessible the site is, what does not work yet, and where to say so."""
    return _page(request, settings, workbench, gemeente, page="toegankelijkheid")


@router.get("/zo-werkt-het")
def how_it_works(
    request: Request,
    settings: SettingsDep,
    workbench: WorkbenchDep,
    viewer: ViewerDep,
    gemeente: Gemeente = None,
) -> HTMLResponse:
    """Show what happens with a melding, a question and an idea: who reads it, when, and what is public."""
    return _page(request, settings, workbench, gemeente, page="zo_werkt_het")


@router.get("/zo-komt-het-advies-tot-stand")
def how_advice_comes_about(
    request: Request,
    settings: SettingsDep,
    workbench: WorkbenchDep,
    viewer: ViewerDep,
    gemeente: Gemeente = None,
) -> HTMLResponse:
    """Show how a theme for a meeting is advised: from what, by which rules, and that a person chooses."""
    return _page(request, settings, workbench, gemeente, page="zo_komt_het_advies")


@router.get("/.well-known/security.txt")
def security_txt(settings: SettingsDep) -> PlainTextResponse:
    """Give where to report a weakness (RFC 9116)."""
    # To the hour, so that who asks twice gets the same.
    expires = (datetime.now(UTC) + VALID_FOR).replace(minute=0, second=0, microsecond=0)
    lines = [
        f"Contact: {settings.security_contact or f'mailto:{settings.beheer_email}'}",
        f"Expires: {expires.strftime('%Y-%m-%dT%H:%M:%SZ')}",
        "Preferred-Languages: nl, en",
        f"Canonical: {settings.public_url}/.well-known/security.txt",
    ]
    return PlainTextResponse("\n".join(lines) + "\n")


def _page(
    request: Request, settings: Settings, workbench: WorkbenchDep, gemeente: str | None, *, page: str
) -> HTMLResponse:
    found = towns.town(workbench, gemeente, default=settings.default_gemeente)
    if found is None:
        return render(request, "leeg.html", {})
    texts = catalogue(language_of(request))
    reached = contact(settings, found)
    values = _values(settings, reached, gemeente=found.gemeente.naam) | _terms(reached, texts)
    context = {
        "towns": towns.towns(workbench),
        "page": page,
        "parts": [_filled(part, values) for part in texts.parts(f"{page}.delen")],
        "mail": {"privacy": reached.privacy_email, "toegankelijkheid": reached.toegankelijkheid_email}.get(
            page, ""
        ),
        "revised": REVISED_ON,
        "examined": EXAMINED_ON,
    }
    return render(request, "vereist.html", context, town=found)


def _values(settings: Settings, reached: GemeenteSettings, *, gemeente: str) -> dict[str, Any]:
    return {
        "gemeente": gemeente,
        "vraag_werkdagen": reached.vraag_werkdagen,
        "idee_werkdagen": reached.idee_werkdagen,
        "sessie_minuten": settings.session_idle_minutes,
    }


def _terms(reached: GemeenteSettings, texts: Catalogue) -> dict[str, str]:
    """Return how long each kind of data is kept, in words: whole years as years."""
    days = {**TERMS, **reached.bewaartermijnen}
    return {
        f"bewaar_{kept.value}": texts.counted(n // 365, "jaar") if n % 365 == 0 else texts.counted(n, "dag")
        for kept, n in days.items()
    }


def _filled(part: dict[str, Any], values: dict[str, Any]) -> dict[str, Any]:
    """Return a part of a page with the values in its sentences."""
    return {
        "kop": part["kop"],
        "zinnen": [text.format(**values) for text in part.get("zinnen", [])],
        "lijst": [text.format(**values) for text in part.get("lijst", [])],
    }
