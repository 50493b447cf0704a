"""The door of the poll in tests: forms as somebody fills them in, and answers of days long past."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date

from fastapi.testclient import TestClient
from httpx2 import Response
from letter_door import ASSEN, WIJK
from sqlalchemy import select
from sqlalchemy.orm import Session

from data import polls
from data.database import Database
from data.polls import Answer
from data.theme_models import PollAnswer
from service.melding_form import fresh_key

SECRET = b"een geheim van de proef"


def filled(*themes: str, **changed: str) -> dict[str, str]:
    """A form of the poll in which these themes are ticked."""
    return {"sleutel": fresh_key(), **{f"thema.{one}": "ja" for one in themes}, **changed}


def send(client: TestClient, form: dict[str, str], *, area: str = WIJK) -> Response:
    """Send a form of the poll about an area."""
    answer: Response = client.post(f"/peiling/{area}", data=form)
    return answer


def answers(database: Database) -> Sequence[PollAnswer]:
    """Everything that was answered, oldest first."""
    with database.read() as session:
        return session.scalars(select(PollAnswer).order_by(PollAnswer.id)).all()


def on_day(session: Session, day: date, number: int, **what: object) -> None:
    """Enter so many answers that say the same as if it were another day."""
    answer = Answer(**{"gemeente": ASSEN, "area": WIJK, "themes": (), **what})  # type: ignore[arg-type]
    for _ in range(number):
        assert polls.enter(session, answer, actor="iemand", on=day, key=fresh_key(), secret=SECRET)


def at_poll(client: TestClient, act: str = "invoeren", *, area: str = WIJK, **form: str) -> Response:
    """Send a form of the staff page of an area, with the key and the token of the page it is on."""
    page = client.get(f"/peilingen/{area}/invoeren").text
    read = dict(re.findall(r'name="(csrf|sleutel)" value="([^"]+)"', page))
    answer: Response = client.post(f"/peilingen/{area}/{act}", data=read | form)
    return answer
