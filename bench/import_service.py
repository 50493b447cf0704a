"""The service as it runs, with one more route that stores a single record: measured while imports run."""

from __future__ import annotations

import secrets
import sys
from datetime import UTC, datetime

import uvicorn
from fastapi import FastAPI
from fastapi.responses import JSONResponse
from sqlalchemy import select
from starlette.concurrency import run_in_threadpool
from starlette.types import ASGIApp, Receive, Scope, Send

from data import audit
from data.choices import Channel, Status
from data.database import Database
from data.models import Category, Melding, MeldingArea, Source
from service.app import create_app
from service.settings import Settings

SOURCE = "los"
GEMEENTE = "GM0106"


class OneMore:
    """The door `POST /bench/melding`, in front of the rights and the limits of the service."""

    def __init__(self, app: ASGIApp, *, database: Database) -> None:
        self.app = app
        self.database = database

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Store one melding, or pass the request on."""
        if scope["type"] != "http" or scope["path"] != "/bench/melding":
            await self.app(scope, receive, send)
            return
        name = await run_in_threadpool(store_one, self.database)
        await JSONResponse({"id": name})(scope, receive, send)


def build() -> FastAPI:
    """The app for the settings in the environment, with `POST /bench/melding` that stores one melding."""
    app = create_app(Settings())
    app.add_middleware(OneMore, database=app.state.database)
    return app


def store_one(database: Database) -> str:
    """Store a melding with its owner and its audit row in one transaction; returns its public id."""
    now = datetime.now(UTC)
    name = secrets.token_urlsafe(16)
    with database.write() as session:
        melding = Melding(
            public_id=name,
            municipality_code=GEMEENTE,
            source_id=session.scalars(select(Source.id).where(Source.slug == SOURCE)).one(),
            source_ref=name,
            category_id=session.scalars(select(Category.id).order_by(Category.id).limit(1)).one(),
            created_at=now,
            created_on=now.date(),
            stored_at=now,
            status=Status.REPORTED,
            channel=Channel.WEB,
            place_quality="punt",
            lon=6.56,
            lat=52.99,
            x=233_000.0,
            y=556_000.0,
        )
        session.add(melding)
        session.flush()
        session.add(MeldingArea(melding_id=melding.id, edition=2016, buurt=None))
        audit.record(session, actor="bench", action="melding", object_kind="melding", object_id=name)
    return name


if __name__ == "__main__":
    uvicorn.run(build(), host="127.0.0.1", port=int(sys.argv[1]), log_level="error")
