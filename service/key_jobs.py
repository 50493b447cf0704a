"""The jobs on keys of Open311: what `wijkbeeld open311 key` asks for."""

from __future__ import annotations

from typing import Any, Final

from data import api_keys
from data.database import Database
from data.jobs import Arguments, Control, Kind
from data.municipalities import need_municipality

ADD: Final = "open311 key add"
REVOKE: Final = "open311 key revoke"
ACTOR: Final = "opdrachtregel"


def key_kinds(database: Database) -> dict[str, Kind]:
    """Every kind of job on keys; a key comes as its digest, never as itself."""

    def add(arguments: Arguments, _control: Control) -> dict[str, Any]:
        with database.write() as session:
            gemeente = need_municipality(session, arguments["gemeente"]).code
            api_keys.add(session, gemeente, arguments["name"], arguments["digest"], actor=ACTOR)
        return {"naam": arguments["name"]}

    def revoke(arguments: Arguments, _control: Control) -> dict[str, Any]:
        with database.write() as session:
            gemeente = need_municipality(session, arguments["gemeente"]).code
            api_keys.revoke(session, gemeente, arguments["name"], actor=ACTOR)
        return {"naam": arguments["name"]}

    return {ADD: add, REVOKE: revoke}
