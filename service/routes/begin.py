"""Begin: where somebody goes on to who has just logged in."""

from __future__ import annotations

from fastapi import APIRouter
from fastapi.responses import RedirectResponse

from service.own_form import SignedIn
from service.pages import first_page

router = APIRouter(include_in_schema=False)


@router.get("/begin")
def begin(signed: SignedIn) -> RedirectResponse:
    """Lead to the first page that the roles of this session open."""
    return RedirectResponse(first_page(signed.viewer), 303)
