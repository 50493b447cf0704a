"""Signals from the wijk: noted in a line, counted per area and theme, read by who may."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
from fastapi.testclient import TestClient
from httpx2 import Response
from intake_door import database_of
from letter_door import ASSEN, WIJK, logged_in, running
from sqlalchemy import delete, select, update

from data import retention, signals, themes
from data.models import Audit
from data.rights import Grant, Role
from data.signals import SignalKind, WrongSignal
from data.theme_models import Signal
from data.visibility import Viewer
from geo.themes import UnknownTheme
from service.analysis import signal_list
from service.analysis.places import find

SAID = "Veel ouderen zien weinig mensen, zegt mevrouw Jansen."


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    with running(tmp_path_factory.mktemp("signalen")) as client, logged_in(client) as staff:
        yield staff


@pytest.fixture
def staff(service: TestClient) -> TestClient:
    """A member of staff, where nobody heard anything."""
    with database_of(service).write() as session:
        session.execute(delete(Signal))
    return service


def send(staff: TestClient, act: str = "", **changed: str) -> Response:
    csrf = re.findall(r'name="csrf" value="([^"]+)"', staff.get("/signalen").text)[-1]
    plain = {"gemeente": ASSEN, "waar": WIJK, "thema": "eenzaamheid", "soort": "zorg", "tekst": SAID}
    answer: Response = staff.post(f"/signalen{act}", data={"csrf": csrf, **plain, **changed})
    return answer


def rows(staff: TestClient) -> list[Signal]:
    with database_of(staff).read() as session:
        return list(session.scalars(select(Signal).order_by(Signal.id)))


def test_a_signal_is_kept_and_shown_without_a_name(staff: TestClient) -> None:
    assert send(staff).status_code == 303
    (row,) = rows(staff)
    assert (row.municipality_code, row.area, row.theme, row.kind) == (ASSEN, WIJK, "eenzaamheid", "zorg")
    page = staff.get("/signalen").text
    assert "Veel ouderen zien weinig mensen" in page
    assert "Jansen" not in page
    assert "Eenzaamheid: 1." in page
    with database_of(staff).read() as session:
        note = session.scalars(select(Audit).order_by(Audit.id.desc())).first()
    assert note is not None
    assert (note.action, note.detail) == ("signaal.genoteerd", {"gebied": WIJK, "thema": "eenzaamheid"})


def test_a_form_that_is_sent_twice_is_one_signal(staff: TestClient) -> None:
    assert [send(staff, tekst="Hij heet Jan, nummer 111222333.").status_code for _ in range(2)] == [303, 303]
    assert len(rows(staff)) == 1
    assert "Eenzaamheid: 1." in staff.get("/signalen").text
    assert send(staff, tekst="Iets anders.").status_code == 303
    assert len(rows(staff)) == 2
    yesterday = datetime.now(UTC) - timedelta(days=1)
    with database_of(staff).write() as session:
        session.execute(update(Signal).values(at=yesterday))
    assert send(staff, tekst="Iets anders.").status_code == 303
    assert len(rows(staff)) == 3


def test_what_goes_well_is_no_reason_for_a_theme(staff: TestClient) -> None:
    for kind in SignalKind:
        send(staff, soort=kind.value)
    send(staff, thema="schoon", waar="WK010601")
    with database_of(staff).write() as session:
        assert signals.tally(session, ASSEN) == {(WIJK, "eenzaamheid"): 2, ("WK010601", "schoon"): 1}
        before = datetime.now(UTC) - timedelta(days=400)
        session.execute(update(Signal).where(Signal.theme == "schoon").values(at=before))
        year = datetime.now(UTC).date() - timedelta(days=365)
        assert signals.tally(session, ASSEN, since=year) == {(WIJK, "eenzaamheid"): 2}
        assert signals.tally(session, ASSEN, since=date(2000, 1, 1)) == signals.tally(session, ASSEN)


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"waar": ""}, "Kies een gebied of wijk"),
        ({"waar": "WK062201"}, "Kies een gebied of wijk"),
        ({"waar": ASSEN}, "Kies een gebied of wijk"),
        ({"thema": "vrede"}, "Kies een thema"),
        ({"tekst": "  "}, "Schrijf in hoogstens 300 tekens"),
        ({"tekst": "x" * 301}, "Schrijf in hoogstens 300 tekens"),
    ],
)
def test_what_is_wrong_is_said(staff: TestClient, changed: dict[str, str], sentence: str) -> None:
    answer = send(staff, **changed)
    assert answer.status_code == 400
    assert sentence in answer.text
    assert rows(staff) == []


def test_what_cannot_be_kept_is_refused(staff: TestClient) -> None:
    with database_of(staff).write() as session:
        with pytest.raises(UnknownTheme):
            signals.hear(session, ASSEN, WIJK, theme="x", kind=SignalKind.WISH, text="Ja.", actor="iemand")
        with pytest.raises(WrongSignal):
            signals.hear(session, ASSEN, WIJK, theme="schoon", kind=SignalKind.WISH, text="", actor="iemand")


def test_somebody_takes_back_what_they_noted_and_nothing_else(staff: TestClient) -> None:
    send(staff)
    with database_of(staff).write() as session:
        other = signals.hear(
            session, ASSEN, WIJK, theme="schoon", kind=SignalKind.WISH, text="Van een ander.", actor="ander"
        ).id
    mine, theirs = rows(staff)
    assert send(staff, f"/{other}/weg").status_code == 404
    assert send(staff, f"/{mine.id}/weg").status_code == 303
    assert [row.id for row in rows(staff)] == [theirs.id]


def test_the_words_of_a_signal_go_after_two_years_and_it_still_counts(staff: TestClient) -> None:
    send(staff)
    later = datetime.now(UTC) + timedelta(days=731)
    assert retention.run(database_of(staff), {}, now=later)[ASSEN]["woorden van signalen"] == 1
    (row,) = rows(staff)
    assert (row.text, row.by) == ("Verwijderd", "bewaartermijnen")
    with database_of(staff).read() as session:
        assert signals.tally(session, ASSEN) == {(WIJK, "eenzaamheid"): 1}


def test_who_reads_what(staff: TestClient) -> None:
    def viewer(role: Role, *gebieden: str) -> Viewer:
        return Viewer("iemand", (Grant(role, ASSEN, gebieden),))

    with database_of(staff).write() as session:
        for actor in ("iemand", "ander"):
            signals.hear(
                session, ASSEN, WIJK, theme="schoon", kind=SignalKind.WISH, text="Tekst.", actor=actor
            )
        found = find(staff.app.state.workbench, WIJK)[0]  # type: ignore[attr-defined]
        registry = themes.bundled()

        def read(who: Viewer) -> tuple[int, list[str]]:
            shown = signal_list.heard(session, who, found, registry)
            return sum(n for one in shown for _, n in one.themes), [x.by for y in shown for x in y.lines]

        assert read(viewer(Role.WIJKCOORDINATOR, "WK010601")) == (2, ["ander", "iemand"])
        assert read(viewer(Role.BELEIDSADVISEUR)) == (2, ["iemand"])
        assert read(viewer(Role.PARTNER)) == (0, ["iemand"])
        assert read(viewer(Role.BEWONERSORGANISATIE)) == (0, ["iemand"])
