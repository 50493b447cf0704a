"""Reactie: what an organisation thinks of three themes, given behind a secret link without an account."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, HTTPException, Request
from fastapi.responses import RedirectResponse, Response

from data import choice_reactions, themes
from data.choice_reactions import Asked, WrongReaction
from data.database import Database
from data.theme_choices import LONGEST, ChoiceState, theme_name
from geo.themes import Registry, UnknownTheme
from service.analysis import places
from service.analysis.words import sentence
from service.analysis.workbench import today
from service.dependencies import DatabaseDep, SettingsDep, ViewerDep, WorkbenchDep
from service.half_years import words_of
from service.letter_pages import NOT_TO_INDEX
from service.origin import only_from_here
from service.pages import render
from service.secret import read_secret
from service.staff_text import NoteText
from service.texts import catalogue

router = APIRouter(include_in_schema=False)


class Link:
    """The secret link of a request, and where its answer is found."""

    def __init__(
        self,
        request: Request,
        token: str,
        database: DatabaseDep,
        settings: SettingsDep,
        workbench: WorkbenchDep,
        viewer: ViewerDep,
    ) -> None:
        self.request = request
        self.token = token
        self.database: Database = database
        self.workbench = workbench
        self.secret = read_secret(settings.var_folder)


LinkDep = Annotated[Link, Depends()]


@router.get("/reactie/{token}")
def show(link: LinkDep, klaar: str = "") -> Response:
    """Show who was asked the three themes, and what they wrote before."""
    return _page(link, done="reactie.klaar" if klaar else "")


@router.post("/reactie/{token}", dependencies=[Depends(only_from_here)])
def react(
    link: LinkDep,
    thema: Annotated[str, Form(max_length=60)] = "",
    ander: Annotated[str, Form(max_length=60)] = "",
    feiten: Annotated[NoteText, Form()] = "",
    mening: Annotated[NoteText, Form()] = "",
) -> Response:
    """Keep a reaction; what is wrong is asked again, nothing typed is lost."""
    typed = {"thema": thema, "ander": ander, "feiten": feiten, "mening": mening}
    try:
        with link.database.write() as session:
            asked = choice_reactions.asked_by(session, link.token, link.secret, hold=True)
            if asked is None:
                raise HTTPException(404)
            registry = themes.registry(session, asked.choice.municipality_code)
            preferred = _preferred(registry, ander if thema in {"", "ander"} else thema)
            choice_reactions.react(
                session, asked, preferred=preferred, facts=feiten, opinion=mening, now=datetime.now(UTC)
            )
    except WrongReaction as wrong:
        return _page(link, fault=sentence(str(wrong)), typed=typed, status=400)
    return RedirectResponse(f"/reactie/{link.token}?klaar=ja", 303)


def _page(
    link: Link,
    *,
    done: str = "",
    fault: str = "",
    typed: dict[str, Any] | None = None,
    status: int = 200,
) -> Response:
    with link.database.read() as session:
        asked = choice_reactions.asked_by(session, link.token, link.secret)
        if asked is None:
            raise HTTPException(404)
        registry = themes.registry(session, asked.choice.municipality_code)
    choice = asked.choice
    context = {
        "token": link.token,
        "keuze": choice,
        "reactie": asked.row,
        "themas": [_shown(asked, slug) for slug in choice.proposed],
        "andere": [one for one in registry.themes if one.slug not in choice.proposed],
        "mag": choice.state == ChoiceState.VOORGELEGD
        or (choice.state == ChoiceState.GEKOZEN and asked.row.reacted_at is None),
        "voorbij": choice.due_on is not None and choice.due_on < today(),
        "te_laat": asked.is_late,
        "thema_naam": theme_name,
        "typed": typed or _before(asked),
        "halfjaar": words_of(choice.period),
        "langst": LONGEST,
        "done": done,
        "fault": fault,
    }
    town = places.places(link.workbench, choice.municipality_code)
    page = render(link.request, "reactie.html", context, status=status, town=town)
    page.headers["X-Robots-Tag"] = NOT_TO_INDEX
    return page


def _shown(asked: Asked, slug: str) -> dict[str, Any]:
    """Return a theme as it may leave the town hall: its invitation, and reasons of public figures."""
    kept = asked.choice.snapshot
    told = kept["themas"][slug]
    return {
        "slug": slug,
        "naam": told["naam"],
        "uitnodiging": told["uitnodiging"],
        "vraag": told["vraag"],
        "redenen": kept["openbaar"].get(slug, []),
    }


def _before(asked: Asked) -> dict[str, str]:
    """Return what was answered before, as the form has it."""
    row = asked.row
    chosen = row.preferred or ""
    of_three = not chosen or chosen in asked.choice.proposed
    return {
        "thema": chosen if of_three else "ander",
        "ander": "" if of_three else chosen,
        "feiten": row.facts or "",
        "mening": row.opinion or "",
    }


def _preferred(registry: Registry, slug: str) -> str:
    if not slug:
        return ""
    try:
        return registry.theme(slug).slug
    except UnknownTheme:
        raise WrongReaction(catalogue().text("reactie.kies_uit_lijst")) from None
