"""Pages: Jinja templates with everything that all of them share."""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path
from typing import Any

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

TEMPLATES = Path(__file__).parent / "templates"
STATIC = Path(__file__).parent / "static"


def render(request: Request, name: str, context: dict[str, Any], *, status: int = 200) -> HTMLResponse:
    """Return the page `name` filled with `context`; who is logged in and the settings come with it."""
    shared = {
        "request": request,
        "staff": getattr(request.state, "staff", None),
        "settings": request.app.state.settings,
    }
    return HTMLResponse(_environment().get_template(name).render(**shared, **context), status)


@lru_cache(maxsize=1)
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=select_autoescape(default=True, default_for_string=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals["asset"] = asset
    return environment


def asset(entry: str) -> str:
    """Return the address of a built file by its source name, as Vite's manifest has it."""
    return f"/static/{_manifest()[entry]['file']}"


@lru_cache(maxsize=1)
def _manifest() -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = json.loads((STATIC / ".vite" / "manifest.json").read_text("utf-8"))
    return found
