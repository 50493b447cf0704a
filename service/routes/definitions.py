"""What words and cijfers mean: the glossary and a page for every cijfer."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from service.analysis import figures, formula_words
from service.analysis.dimensions import by_dimension
from service.dependencies import ViewerDep
from service.pages import render
from service.texts import catalogue

router = APIRouter(include_in_schema=False)


@router.get("/woorden")
def glossary(request: Request, viewer: ViewerDep) -> HTMLResponse:
    """Show the words of the pages with what they mean."""
    words = sorted(catalogue().entries("glossary"), key=lambda entry: entry["woord"])
    return render(request, "woorden.html", {"woorden": words})


@router.get("/cijfers")
def definition_list(request: Request, viewer: ViewerDep) -> HTMLResponse:
    """List the cijfers by what they are about."""
    groups = by_dimension(figures.definitions(viewer), lambda one: one)
    return render(request, "cijfers.html", {"groups": groups})


@router.get("/cijfers/{cijfer}")
def definition(request: Request, cijfer: str, viewer: ViewerDep) -> HTMLResponse:
    """Show what one cijfer means: formula, source, direction, caveats and version."""
    found = figures.definition(viewer, cijfer)
    context = {
        "cijfer": found,
        "formulas": [(part, formula_words.formula(part)) for part in found.parts],
        "minimum": formula_words.minimum_words(found),
    }
    return render(request, "cijfer.html", context)
