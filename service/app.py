"""The application: puts settings, database, routes and protection together."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.metadata import version

from fastapi import FastAPI

from data.database import Database
from data.readers.pdok import Locatieserver
from service import errors
from service.analysis.workbench import Workbench
from service.api import create_api
from service.attempts import Attempts, code_attempts
from service.bodies import Bodies
from service.bounds import SmallHeads
from service.budgets import Budgets, Door
from service.built_routes import page_routes
from service.dependencies import cookie_name
from service.headers import ProtectiveHeaders
from service.heads import Heads
from service.language import StaysInLanguage
from service.oidc import providers
from service.rights import Guard
from service.settings import Settings
from service.static_files import Static
from service.visitors import VisitorAddress, read_networks
from service.workers import Workers


def create_app(settings: Settings) -> FastAPI:
    """Return the service for these settings; the database is opened when the service starts."""
    database = Database(settings.database_url)
    pdok = Locatieserver(str(settings.pdok_url)) if settings.pdok_url else None
    workbench = Workbench(database, locatieserver=pdok)
    app = FastAPI(
        title="Wijkbeeld",
        version=version("wijkbeeld"),
        lifespan=_lifespan,
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        redirect_slashes=False,
    )
    api = create_api(settings)
    for part in (app, api):
        part.state.settings = settings
        part.state.database = database
        part.state.workbench = workbench
    app.state.attempts = Attempts()
    app.state.code_attempts = code_attempts()
    app.state.status_attempts = Attempts()
    app.state.mail_attempts = Attempts()
    app.state.oidc_attempts = Attempts()
    app.state.oidc_notes = Attempts()
    app.state.providers = providers(settings)
    budgets = Budgets()
    app.state.budgets = api.state.budgets = budgets
    app.mount("/api/v1", api)
    app.mount("/static", Static(), name="static")
    app.router.routes.extend(page_routes())
    # Inside of what answers faults, so that a refusal is a page or a problem as any other.
    app.router.middleware_stack = Guard(app.router.middleware_stack, app.router.routes)
    errors.install_pages(app)
    app.add_middleware(Bodies)
    app.add_middleware(Door, budgets=budgets, cookie=cookie_name(settings))
    app.add_middleware(SmallHeads)
    app.add_middleware(VisitorAddress, trusted=read_networks(settings.trusted_proxies))
    app.add_middleware(ProtectiveHeaders, secure=settings.secure)
    app.add_middleware(Heads)
    app.add_middleware(StaysInLanguage)
    return app


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    """Take the writing side, bring the tables up to date, and run the background work."""
    database: Database = app.state.database
    database.claim_writer()
    database.migrate()
    workers = Workers(app.state.workbench, app.state.settings)
    workers.start()
    yield
    workers.stop()
    if app.state.workbench.locatieserver is not None:
        app.state.workbench.locatieserver.close()
    database.close()
