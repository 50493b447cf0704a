"""Routes: one module per resource; no SQL and no formula."""

from __future__ import annotations

from fastapi import APIRouter

from service.routes import (
    abonnementen,
    analyse,
    beheer,
    beheer_antwoorden,
    beheer_termijnen,
    definitions,
    eigen_melding,
    feeds,
    health,
    home,
    ideeen,
    kaarten,
    login,
    melden,
    melding_list,
    mijn,
    ook,
    open311,
    photos,
    required,
    sources,
    tevredenheid,
    tiles,
    volgen,
    vragen,
    werkbak,
    werkbak_nieuw,
    werkbak_samen,
    wijken,
)
from service.routes.api import addresses, areas, challenges, figures, heat, intake, meldingen, nearby
from service.routes.api import sources as api_sources

PAGES: tuple[APIRouter, ...] = (
    home.router,
    melden.router,
    melding_list.router,
    volgen.router,
    eigen_melding.router,
    abonnementen.router,
    tevredenheid.router,
    feeds.router,
    vragen.router,
    ideeen.router,
    required.router,
    wijken.router,
    analyse.router,
    kaarten.router,
    definitions.router,
    sources.router,
    login.router,
    mijn.router,
    beheer.router,
    ook.router,
    open311.router,
    beheer_antwoorden.router,
    beheer_termijnen.router,
    photos.router,
    health.router,
    tiles.router,
    # Before the desk: the name of no melding is `nieuw`.
    werkbak_nieuw.router,
    werkbak.router,
    werkbak_samen.router,
)
API: tuple[APIRouter, ...] = (
    areas.router,
    figures.router,
    nearby.router,
    meldingen.router,
    intake.router,
    challenges.router,
    heat.router,
    addresses.router,
    api_sources.router,
)
