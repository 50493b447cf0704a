"""Publishing what is shielded: batches are made, attacked, and only then there for everybody."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from starlette.types import ASGIApp, Message

from data import publications
from data.database import Database
from data.jobs import Arguments, Control, Kind
from data.municipalities import need_municipality
from geo.disclosure import quarter_days
from geo.errors import DisclosureError
from service.analysis.publications import csv_text, document
from service.analysis.publishing import Draft, NothingToPublish, draft
from service.analysis.workbench import Workbench, today
from service.open311_places import jurisdictions
from service.outsider import attack_drafts, attack_town
from service.outsider_doors import Find
from service.secret import read_secret
from service.settings import Settings

PUBLISH: Final = "publish"
ACTOR: Final = "opdrachtregel"
SHOWN: Final = 10
OK: Final = 200


class TellsTooMuch(DisclosureError):
    """The attacker found something; nothing was published."""


class NoAnswer(DisclosureError):
    """A public door gave no answer, so that nobody can say what it tells."""


def publish_key(folder: Path) -> bytes:
    """Return the key of the noise, from the secret of the service; SecretNotKept when there is none."""
    return hmac.new(read_secret(folder), b"publicatie", hashlib.sha256).digest()


class InProcess:
    """Asks an application as a visitor would, over HTTP but without a wire."""

    def __init__(self, app: ASGIApp, host: str) -> None:
        self.app = app
        self.host = host

    def __call__(self, address: str) -> bytes:
        """Return the body of what is at an address; NoAnswer when that is a refusal."""
        status, body = asyncio.run(self._get(address))
        if status != OK:
            raise NoAnswer(f"{address} gaf antwoord {status}")
        return body

    async def _get(self, address: str) -> tuple[int, bytes]:
        parts = urlsplit(address)
        scope = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": "GET",
            "scheme": "http",
            "path": parts.path,
            "raw_path": parts.path.encode(),
            "query_string": parts.query.encode(),
            "root_path": "",
            "headers": [(b"host", self.host.encode())],
            "client": ("127.0.0.1", 0),
            "server": (self.host, 80),
        }
        answer: list[Message] = []

        async def receive() -> Message:
            return {"type": "http.request", "body": b"", "more_body": False}

        async def send(message: Message) -> None:
            answer.append(message)

        await self.app(scope, receive, send)
        status = next(one["status"] for one in answer if one["type"] == "http.response.start")
        return status, b"".join(one.get("body", b"") for one in answer)


def publish_kinds(database: Database, settings: Settings) -> dict[str, Kind]:
    """The kind of job that publishes; run again after a stop, it goes on with what was not published."""

    def publish(arguments: Arguments, control: Control) -> dict[str, Any]:
        until = arguments["until"]
        return run(
            database,
            settings,
            arguments["gemeente"],
            until=quarter_days(until)[1] if until else None,
            edition=arguments["edition"],
            dry=arguments["dry_run"],
            control=control,
        )

    return {PUBLISH: publish}


def run(
    database: Database,
    settings: Settings,
    gemeente: str,
    *,
    until: date | None = None,
    edition: int | None = None,
    dry: bool = False,
    control: Control | None = None,
) -> dict[str, Any]:
    """Publish all quarters of a gemeente that have passed, a batch for each year; returns what was done.

    `dry` makes and attacks the first batch and keeps nothing. NothingToPublish when no quarter is due,
    TellsTooMuch when the attacker finds something: batches before that one are out by then.
    """
    said = control or Control()
    yesterday = today() - timedelta(days=1)
    last = min(until or yesterday, yesterday)
    with database.read() as session:
        code = need_municipality(session, gemeente).code
    made: list[dict[str, Any]] = []
    with public_doors(settings) as ask:
        said.progress("openbare pagina's nalopen", 0, 1)
        _refuse(attack_town(ask, code, jurisdiction=_jurisdiction(database, settings, code)))
        while (one := _next(database, settings, code, last, edition)) is not None:
            said.progress("cijfers aanvallen", len(made), len(made) + 1)
            _refuse(attack_drafts(ask, code, [texts(one)]))
            made.append(_report(one))
            if dry:
                break
            with database.write() as session:
                publications.store(session, one.batch, records=one.records, turns=one.turns, actor=ACTOR)
    if not made:
        raise NothingToPublish(f"alle kwartalen tot en met {last.isoformat()} zijn gepubliceerd")
    return {"gemeente": code, "publicaties": made}


def _next(database: Database, settings: Settings, code: str, last: date, edition: int | None) -> Draft | None:
    with database.read() as session:
        return draft(session, code, key=publish_key(settings.var_folder), until=last, edition=edition)


def _refuse(found: Sequence[Find]) -> None:
    if found:
        more = f" (en nog {len(found) - SHOWN})" if len(found) > SHOWN else ""
        told = "; ".join(map(str, found[:SHOWN]))
        raise TellsTooMuch(f"niets gepubliceerd, want een buitenstaander kan iets weten: {told}{more}")


def texts(one: Draft) -> tuple[str, str]:
    """Return a draft as the API and the CSV will give it."""
    return json.dumps(document(one.batch)), csv_text(one.batch)


@contextmanager
def public_doors(settings: Settings) -> Iterator[InProcess]:
    """Give the public doors of a service of its own on the same database."""
    # The application starts this module's jobs, so it is known only now.
    from service.app import create_app

    app = create_app(settings.model_copy(update={"pdok_url": None}))
    try:
        yield InProcess(app, urlsplit(settings.public_url).hostname or "localhost")
    finally:
        app.state.database.close()


def _jurisdiction(database: Database, settings: Settings, gemeente: str) -> str:
    known = jurisdictions(Workbench(database), settings)
    return next(one.domain for one in known if one.gemeente == gemeente)


def _report(one: Draft) -> dict[str, Any]:
    return {
        "nummer": one.batch.number,
        "jaar": one.batch.year,
        "indeling": one.batch.edition,
        "perioden": list(one.batch.periods),
        **{name: round(value, 3) for name, value in _figures(one).items()},
    }


def _figures(one: Draft) -> dict[str, float]:
    """Return the figures of a draft by their Dutch names."""
    figures = one.figures
    return {
        "cellen": figures.cells,
        "meldingen": figures.records,
        "nagekomen": figures.late,
        "opnieuw_getrokken": figures.drawn_anew,
        "informatie_verloren": figures.information_lost,
    }
