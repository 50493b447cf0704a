"""Origin: whether a form was sent from one of our own pages."""

from __future__ import annotations

from fastapi import HTTPException, Request


def only_from_here(request: Request) -> None:
    """Refuse a form that another site sent: browsers say where a form came from."""
    if request.headers.get("Sec-Fetch-Site", "same-origin") not in {"same-origin", "none"}:
        raise HTTPException(403, "Dit formulier kwam niet van deze site.")
