"""Parties: the right one for a soort and a place, and passing on without telling who reported it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from reported import HERE, PHONE, filled, lnglat
from reported import MAIL as REPORTER
from sqlalchemy import delete, select
from sqlalchemy.orm import Session
from stored_town import BUURTEN, TOWN
from typer.testing import CliRunner

from data import accounts, handling, outbox, parties, party_work
from data.accounts import GivenRole
from data.choices import Status
from data.database import Database
from data.handling import NotAllowed
from data.intake import Reachable, Report, take_in
from data.models import Audit, Melding, StatusChange
from data.owners import buurt_finders
from data.parties import PartyKind, WrongParties, read_parties
from data.party_models import Forwarding
from data.rights import Grant, Role
from data.text_masking import LEFT_OUT, masked_text
from data.visibility import Viewer
from service.cli import app
from service.mail_words import write
from service.passing_on import passed_on_mail

PARTIES = f"""
[gemeente]
naam = "Gemeente"
soort = "gemeente"
email = "wijk@gemeente.example"
taken = [{{}}]

[reiniging]
naam = "Reiniging"
soort = "afvalinzamelaar"
email = "meld@reiniging.example"
taken = [{{ soort = "afval" }}]

[corporatie]
naam = "Woningcorporatie"
soort = "corporatie"
email = "meld@corporatie.example"
taken = [{{ soort = "container", gebied = "{BUURTEN[0]}" }}, {{ soort = "afval", gebied = "WK062201" }}]

[waterschap]
naam = "Waterschap"
soort = "waterschap"
taken = [{{ soort = "sloot" }}]
"""
TEXT = f"De container van mevrouw De Vries is vol, bel {PHONE} of {REPORTER}."


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = filled(f"sqlite:///{tmp_path / 'x.db'}")
    with database.write() as session:
        parties.store_parties(session, TOWN, read_parties(PARTIES), actor="beheer")
    yield database
    database.close()


def put(database: Database, slug: str, *, north_m: float = 0.0, may_contact: bool = True) -> str:
    """A melding in the first buurt, or a kilometre further in the other wijk, with contact data."""
    report = Report(
        gemeente=TOWN,
        category=slug,
        text=TEXT,
        point=lnglat(HERE[0], HERE[1] + north_m),
        address="Korte Hoogstraat 1",
        place_quality="exact",
        contact=Reachable("Jansen", REPORTER, PHONE, may_contact=may_contact, may_publish_text=True),
    )
    with database.read() as session:
        finders = buurt_finders(session)
    key = f"{slug}{north_m}"
    return take_in(database, report, finders=finders, key=key, secret=b"s" * 32).public_id


def get(session: Session, name: str) -> Melding:
    return session.scalars(select(Melding).where(Melding.public_id == name)).one()


def responsible(database: Database, name: str) -> str | None:
    with database.read() as session:
        found = parties.responsible(session, get(session, name))
        return found.slug if found else None


def forward(database: Database, name: str, slug: str, *, contact: bool = False) -> str:
    """Pass a melding on; the whole mail as it leaves, plain and HTML."""
    with database.write() as session:
        parties.forward(session, get(session, name), slug, actor="a", contact=contact)
    with database.read() as session:
        mail = next(
            one for one in outbox.due(session, datetime.now(UTC), limit=9) if one.kind == parties.MAIL
        )
        draft = passed_on_mail(session, mail)
    assert draft is not None
    written = write(draft)
    return f"{mail.recipient}\n{written.subject}\n{written.plain}\n{written.html}"


@pytest.mark.parametrize(
    ("slug", "north_m", "expected"),
    [
        ("boom", 0, "gemeente"),
        ("veeg-en-zwerfvuil", 0, "reiniging"),
        ("veeg-en-zwerfvuil", 1000, "corporatie"),
        ("container", 0, "corporatie"),
        ("container", 1000, "corporatie"),
        ("sloot", 0, "waterschap"),
    ],
)
def test_the_soort_that_is_named_goes_first_and_then_the_smallest_area(
    database: Database, slug: str, north_m: float, expected: str
) -> None:
    assert responsible(database, put(database, slug, north_m=north_m)) == expected


def test_what_a_party_accepted_just_before_its_step_was_kept_is_still_its_own(database: Database) -> None:
    name = put(database, "container")
    forward(database, name, "corporatie")
    partner = Viewer("helper", (Grant(Role.PARTNER, TOWN),))
    today = datetime.now(UTC).date()
    with database.write() as session:
        made = accounts.add(
            session, "helper", TOWN, password_hash="x", roles=[GivenRole(Role.PARTNER)], actor="a"
        )
        party_work.link(session, made, "corporatie", actor="a")
        number = party_work.jobs(session, partner, today=today)[0][0].row.id
        party_work.report(session, partner, number, party_work.Said.ACCEPTED, "", today=today)
        step = session.scalars(select(StatusChange).order_by(StatusChange.id.desc())).first()
        assert step is not None
        # As it was kept before: the moment first, the step after it.
        session.get_one(Forwarding, number).accepted_at = step.at - timedelta(milliseconds=2)
    with database.write() as session:
        found = party_work.job(session, partner, number, today=today)
        assert found is not None
        assert found.can == (party_work.Said.DONE,)
        handling.change_status(session, get(session, name), Status.REPORTED, actor="a", note=None)
        assert party_work.job(session, partner, number, today=today) is None


def test_without_a_task_that_fits_nobody_is_proposed(database: Database) -> None:
    with database.write() as session:
        parties.store_parties(session, TOWN, read_parties(PARTIES)[1:], actor="beheer")
    assert responsible(database, put(database, "boom")) is None


def test_a_mail_to_a_party_holds_what_and_where_and_not_who(database: Database) -> None:
    mail = forward(database, put(database, "container"), "corporatie")
    assert mail.startswith("meld@corporatie.example\n")
    assert "Korte Hoogstraat 1" in mail
    assert f"De container van mevrouw {LEFT_OUT} is vol" in mail
    assert not [word for word in (REPORTER, PHONE, "Jansen", "Vries") if word in mail]


def test_contact_data_go_along_only_when_the_reporter_agreed_and_that_is_kept(database: Database) -> None:
    name = put(database, "container")
    mail = forward(database, name, "corporatie", contact=True)
    assert REPORTER in mail
    with database.read() as session:
        rows = session.scalars(select(Audit).where(Audit.action == "melding.doorgestuurd")).all()
        assert [(row.object_id, row.detail) for row in rows] == [
            (name, {"partij": "corporatie", "contact": True})
        ]
        shown = [
            (one.party_name, one.with_contact) for one in parties.forwardings(session, get(session, name).id)
        ]
    assert shown == [("Woningcorporatie", True)]


def test_contact_data_of_who_wants_no_contact_go_to_nobody_and_nothing_is_passed_on(
    database: Database,
) -> None:
    name = put(database, "container", may_contact=False)
    with pytest.raises(NotAllowed, match="niet gezegd"), database.write() as session:
        parties.forward(session, get(session, name), "corporatie", actor="a", contact=True)
    with database.read() as session:
        assert get(session, name).status == Status.REPORTED
        assert parties.forwardings(session, get(session, name).id) == []
    assert REPORTER not in forward(database, name, "corporatie")


def test_what_is_hidden_after_it_was_passed_on_is_not_mailed_to_the_party(database: Database) -> None:
    first, second = put(database, "container"), put(database, "container", north_m=10)
    for name in (first, second):
        forward(database, name, "corporatie")
    with database.write() as session:
        handling.hide(session, get(session, first), actor="a", reason="privacy")
    with database.read() as session:
        waiting = [one for one in outbox.due(session, datetime.now(UTC), limit=9) if one.kind == parties.MAIL]
        told = [passed_on_mail(session, one) is not None for one in waiting]
    assert told == [False, True]


def test_what_is_passed_on_says_so_and_can_be_taken_back_or_closed(database: Database) -> None:
    name = put(database, "container")
    forward(database, name, "corporatie")
    with database.read() as session:
        assert get(session, name).status == "doorgestuurd"
    with database.write() as session, pytest.raises(NotAllowed):
        parties.forward(session, get(session, name), "reiniging", actor="a", contact=False)


@pytest.mark.parametrize("slug", ["waterschap", "bestaat-niet"])
def test_a_party_without_an_address_gets_nothing_and_nothing_changes(database: Database, slug: str) -> None:
    name = put(database, "sloot")
    with pytest.raises(NotAllowed), database.write() as session:
        parties.forward(session, get(session, name), slug, actor="a", contact=False)
    with database.read() as session:
        assert get(session, name).status == Status.REPORTED
        assert parties.MAIL not in [one.kind for one in outbox.due(session, datetime.now(UTC), limit=9)]


def test_a_new_list_replaces_the_old_one_and_what_was_passed_on_stays_known(database: Database) -> None:
    name = put(database, "container")
    forward(database, name, "corporatie")
    with database.write() as session:
        parties.store_parties(session, TOWN, read_parties(PARTIES)[:2], actor="beheer")
    with database.read() as session:
        assert [one.slug for one in parties.parties_of(session, TOWN)] == ["gemeente", "reiniging"]
        assert parties.forwardings(session, get(session, name).id)[0].party_name == "Woningcorporatie"
    assert responsible(database, name) == "reiniging"


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("[a", "geen TOML"),
        ("[A_b]\nnaam='x'", "kleine letters"),
        ("[a]\nnaam='x'\nsoort='bank'", "soort is een van"),
        ("[a]\nsoort='gemeente'", "naam ontbreekt"),
        ("[a]\nnaam='x'\nsoort='gemeente'\nemail='x@y.nl,z@y.nl'", "geen e-mailadres"),
        ("[a]\nnaam='x'\nsoort='gemeente'\nwacht=1", "onbekend: wacht"),
        ("[a]\nnaam='x'\nsoort='gemeente'\ntaken=[{ wijk='x' }]", "een taak heeft"),
    ],
)
def test_a_list_that_cannot_be_read_says_where(text: str, fault: str) -> None:
    with pytest.raises(WrongParties, match=fault):
        read_parties(text)


def test_every_kind_of_party_can_be_read() -> None:
    assert {one.kind for one in read_parties(PARTIES)} == set(PartyKind)


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("Mail a.b+c@voorbeeld.co.uk nu", f"Mail {LEFT_OUT} nu"),
        ("Bel 06-12345678 of +31 10 123 45 67", f"Bel {LEFT_OUT} of {LEFT_OUT}"),
        ("BSN 111222333 en 111222334", f"BSN {LEFT_OUT} en 111222334"),
        ("NL91 ABNA 0417 1643 00 of NL91ABNA0417164301", f"{LEFT_OUT} of NL91ABNA0417164301"),
        ("auto 12-ABC-3 staat fout", f"auto {LEFT_OUT} staat fout"),
        ("mevrouw van der Berg zegt", f"mevrouw {LEFT_OUT} zegt"),
        ("De lamp bij nummer 12-14 is 2 weken stuk", "De lamp bij nummer 12-14 is 2 weken stuk"),
        # The sign of kelvin is the letter K for who does not look at case.
        ("NL\u212a12 ABCD EFGH, K\u212a12 ABCD EFGH 1234", "NL\u212a12 ABCD EFGH, K\u212a12 ABCD EFGH 1234"),
    ],
)
def test_what_tells_who_somebody_is_goes_and_nothing_else(text: str, masked: str) -> None:
    # 111222333 passes the 11-test; NL91ABNA0417164300 is the example IBAN of the Dutch registry entry.
    assert masked_text(text) == masked


def test_the_command_sets_the_parties_of_a_gemeente_and_refuses_a_wrong_list(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    database.close()
    monkeypatch.setenv("DATABASE_URL", str(database.url))
    monkeypatch.chdir(tmp_path)
    file = tmp_path / "partijen.toml"
    file.write_text('[net]\nnaam = "Net"\nsoort = "gemeente"\n', "utf-8")
    done = CliRunner().invoke(app, ["parties", str(file), "--gemeente", "Vlaardingen"])
    assert (done.exit_code, done.output.strip()) == (0, "1 partijen ingesteld")
    file.write_text("[net]\nnaam = 1", "utf-8")
    assert CliRunner().invoke(app, ["parties", str(file), "--gemeente", "Vlaardingen"]).exit_code == 1
    with database.read() as session:
        assert [one.slug for one in parties.parties_of(session, TOWN)] == ["net"]


def test_what_is_set_aside_stays_shut_for_the_party_when_the_audit_has_gone(database: Database) -> None:
    name = put(database, "container")
    forward(database, name, "corporatie")
    with database.write() as session:
        handling.hide(session, get(session, name), actor="a", reason="privacy")
        session.execute(delete(Audit))
    with database.read() as session:
        mail = next(
            one for one in outbox.due(session, datetime.now(UTC), limit=9) if one.kind == parties.MAIL
        )
        assert passed_on_mail(session, mail) is None
    with database.write() as session:
        # To a shielded soort and back: it does not wait to be looked at, which would open it again.
        for slug in ("geluid", "container"):
            handling.change_kind(session, get(session, name), slug, actor="a")
        assert passed_on_mail(session, mail) is None


def test_what_was_set_aside_is_passed_on_to_nobody(database: Database) -> None:
    name = put(database, "container")
    with database.write() as session:
        handling.hide(session, get(session, name), actor="a", reason="privacy")
    with database.write() as session, pytest.raises(NotAllowed, match="apart gezet"):
        parties.forward(session, get(session, name), "corporatie", actor="a", contact=False)
