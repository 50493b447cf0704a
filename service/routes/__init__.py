"""Routes: one module per resource; no SQL and no formula."""

from __future__ import annotations

from fastapi import APIRouter

from service.routes import health, login, sources

PAGES: tuple[APIRouter, ...] = (health.router, login.router, sources.router)
API: tuple[APIRouter, ...] = ()
