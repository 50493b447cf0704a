"""What a route can ask for: the database, the settings, and who looks."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Annotated

from fastapi import Depends, Request
from starlette.concurrency import run_in_threadpool

from data.database import Database
from data.models import StaffSession
from data.visibility import PUBLIC, Viewer
from service import security
from service.analysis.workbench import Workbench
from service.security import Signed
from service.settings import Settings

# The last use of a session is written at most this often: not every page view is a write.
TOUCH_EVERY = timedelta(minutes=1)


def cookie_name(settings: Settings) -> str:
    """Return the session cookie's name; over TLS the browser then binds it to this host and path."""
    return "__Host-wijkbeeld" if settings.secure else "wijkbeeld"


# What waits for nothing is async: a plain function would go to a thread and back, at each request.
async def _settings(request: Request) -> Settings:
    settings: Settings = request.app.state.settings
    return settings


async def _database(request: Request) -> Database:
    database: Database = request.app.state.database
    return database


async def _workbench(request: Request) -> Workbench:
    workbench: Workbench = request.app.state.workbench
    return workbench


WorkbenchDep = Annotated[Workbench, Depends(_workbench)]
SettingsDep = Annotated[Settings, Depends(_settings)]
DatabaseDep = Annotated[Database, Depends(_database)]


def live_session(request: Request, settings: Settings, database: Database) -> Signed | None:
    """Return the session that a request brings, and note that it is in use; None without one."""
    token = request.cookies.get(cookie_name(settings))
    if not token:
        return None
    with database.read() as session:
        found = security.find_session(session, token, settings)
    if found is not None and datetime.now(UTC) - found.session.seen_at > TOUCH_EVERY:
        with database.write() as session:
            security.touch_session(session, token)
    return found


async def _signed(request: Request, settings: SettingsDep, database: DatabaseDep) -> Signed | None:
    if hasattr(request.state, "signed"):
        found: Signed | None = request.state.signed
        return found
    if cookie_name(settings) not in request.cookies:
        return None
    return await run_in_threadpool(live_session, request, settings, database)


SignedDep = Annotated[Signed | None, Depends(_signed)]


async def _staff_session(signed: SignedDep) -> StaffSession | None:
    return None if signed is None else signed.session


StaffSessionDep = Annotated[StaffSession | None, Depends(_staff_session)]


async def _viewer(request: Request, signed: SignedDep) -> Viewer:
    """Return who looks, with the roles that open this route; a page shows it too."""
    request.state.staff = signed and signed.session
    request.state.viewer = PUBLIC if signed is None else signed.viewer
    admitted: Viewer | None = getattr(request.state, "admitted", None)
    if admitted is not None:
        return admitted
    return PUBLIC if signed is None else signed.viewer


ViewerDep = Annotated[Viewer, Depends(_viewer)]
