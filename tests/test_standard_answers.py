"""Standard answers at the desk: one fills the line for residents, and without script too."""

from __future__ import annotations

import pytest
from fastapi.testclient import TestClient
from intake_door import database_of
from sqlalchemy import select
from stored_town import TOWN
from test_werkbak import client, post, staff, take

from data.models import StatusChange
from data.standard_answers import WrongAnswer, keep

__all__ = ["client", "staff"]
TEXT = "Wij komen binnen een week kijken."


def kept(client: TestClient, gemeente: str = TOWN) -> str:
    with database_of(client).write() as session:
        row = keep(session, gemeente, "Wij komen", TEXT, actor="b")
        session.flush()
        return str(row.id)


def lines(client: TestClient) -> list[str | None]:
    with database_of(client).read() as session:
        return list(session.scalars(select(StatusChange.public_note).order_by(StatusChange.id)))[1:]


def test_a_standard_answer_fills_the_line_first_and_is_kept_with_the_step(staff: TestClient) -> None:
    number, name = kept(staff), take(staff)
    shown = post(staff, name, "status", naar="in behandeling", antwoord=number, regel="", vul="true")
    assert (shown.status_code, lines(staff)) == (200, [])
    assert f">{TEXT}</textarea>" in shown.text
    assert post(staff, name, "status", naar="in behandeling", antwoord=number).status_code == 303
    assert post(staff, name, "status", naar="afgehandeld", antwoord=number, regel="Eigen.").status_code == 303
    assert post(staff, name, "status", naar="gemeld", antwoord="").status_code == 303
    assert lines(staff) == [TEXT, "Eigen.", None]


def test_a_title_is_given_once(staff: TestClient) -> None:
    kept(staff)
    with pytest.raises(WrongAnswer):
        kept(staff)


def test_the_queue_keeps_its_choices_in_its_address(staff: TestClient) -> None:
    take(staff)
    asked = "/werkbak?stapel=alle&soort=straatverlichting&stand=gemeld&kanaal=web&wacht=ja"
    page = staff.get(asked).text
    assert '<li class="werkregel">' in page
    assert "soort=straatverlichting&amp;stand=gemeld&amp;kanaal=web&amp;wacht=ja" in page
    assert '<li class="werkregel">' not in staff.get(f"{asked}&telaat=ja").text
