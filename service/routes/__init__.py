"""Routes: one module per resource; no SQL and no formula."""

from __future__ import annotations

from fastapi import APIRouter

from service.routes import health, login, sources, tiles
from service.routes.api import addresses, areas, figures, heat, meldingen
from service.routes.api import sources as api_sources

PAGES: tuple[APIRouter, ...] = (health.router, login.router, sources.router, tiles.router)
API: tuple[APIRouter, ...] = (
    areas.router,
    figures.router,
    meldingen.router,
    heat.router,
    addresses.router,
    api_sources.router,
)
