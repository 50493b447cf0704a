"""The API under /api/v1, by the NL API Design Rules 2.2; its document is /api/v1/openapi.json."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service import errors
from service.built_routes import api_routes
from service.settings import Settings

API_VERSION = "1.0.0"
VERSION_HEADER = {"description": "Versie van de API", "schema": {"type": "string"}}
DESCRIPTION = "Meldingen, gebieden en cijfers van Wijkbeeld. Alleen wat openbaar is, tenzij u bent ingelogd."


class Api(FastAPI):
    """FastAPI with a document that says what we really answer."""

    def openapi(self) -> dict[str, Any]:
        """Return the document: invalid input is a 400 here, and every answer names the version."""
        document = super().openapi()
        for operation in (one for path in document["paths"].values() for one in path.values()):
            if "application/json" in operation["responses"].get("422", {}).get("content", {}):
                operation["responses"].pop("422")
            for status, answer in operation["responses"].items():
                if status.startswith(("2", "3")):
                    answer.setdefault("headers", {})["API-Version"] = VERSION_HEADER
        return document


def create_api(settings: Settings) -> FastAPI:
    """Return the API as an application of its own, with its own document and answers to faults."""
    api = Api(
        title="Wijkbeeld API",
        description=DESCRIPTION,
        version=API_VERSION,
        contact={
            "name": "Beheer Wijkbeeld",
            "url": f"{settings.public_url}/bronnen",
            "email": settings.beheer_email,
        },
        servers=[{"url": f"{settings.public_url}/api/v1"}],
        root_path_in_servers=False,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
    )
    api.router.routes.extend(api_routes())
    errors.install_problems(api)
    api.add_middleware(VersionHeader)
    return api


class VersionHeader:
    """ASGI middleware that names the version of the API on every answer."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on and add the header to its answer."""

        async def with_version(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers["API-Version"] = API_VERSION
                headers.setdefault("Access-Control-Allow-Origin", "*")
            await send(message)

        await self.app(scope, receive, with_version)
