"""The job on parties: what `wijkbeeld parties` asks for."""

from __future__ import annotations

from typing import Any, Final

from data.database import Database
from data.jobs import Arguments, Control, Kind
from data.municipalities import need_municipality
from data.parties import read_parties, store_parties

PARTIES: Final = "parties"
ACTOR: Final = "opdrachtregel"


def party_kinds(database: Database) -> dict[str, Kind]:
    """The kind of job that sets the parties of a gemeente; done twice it changes nothing."""

    def store(arguments: Arguments, _control: Control) -> dict[str, Any]:
        given = read_parties(arguments["text"])
        with database.write() as session:
            gemeente = need_municipality(session, arguments["gemeente"]).code
            store_parties(session, gemeente, given, actor=ACTOR)
        return {"partijen": [one.slug for one in given]}

    return {PARTIES: store}
