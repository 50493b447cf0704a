"""Who is never invited: who refused, for good, and residents who did not agree, in every way there is."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from account_town import OWN, key_of
from fastapi.testclient import TestClient
from intake_door import database_of
from partner_town import (
    INVITED,
    emptied,
    given,
    keep,
    lines,
    link_in,
    list_of,
    meeting,
    partner_service,
    partners_of,
    proposed,
    resident,
    send,
    sent_mails,
    sent_to_one,
)
from sqlalchemy import delete, select, update

from data import erasing, refusals
from data.invitations import InvitationState
from data.meeting_models import Meeting
from data.models import Outbox
from data.partner_models import Invitation, MailRefusal, Partner
from service.own_links import read_about

RESIDENT = "bewoner@thuis.example"


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    with partner_service(tmp_path_factory.mktemp("uitnodigen")) as client:
        yield client


@pytest.fixture
def client(service: TestClient) -> TestClient:
    return emptied(service, *INVITED)


def test_the_link_in_each_mail_ends_invitations_for_good_also_after_a_new_import(client: TestClient) -> None:
    mail = sent_to_one(client)
    stop = link_in(mail, "uitschrijven")
    assert stop in mail["List-Unsubscribe"]
    visitor = TestClient(client.app, follow_redirects=False)
    assert visitor.get(stop).status_code == 200
    assert [one.opted_out_at for one in partners_of(client)] == [None]
    assert visitor.post(stop, data={"List-Unsubscribe": "One-Click"}).status_code == 200
    assert [one.opted_out_at is None for one in partners_of(client)] == [False]
    with database_of(client).write() as session:
        session.execute(delete(Invitation))
        session.execute(delete(Partner))
    keep(client, given(organisatie="Anders", email="ZORG@Organisatie.example"))
    assert [one.opted_out_at is None for one in partners_of(client)] == [False]
    assert proposed(client, meeting(client)) == {}


def test_the_link_still_works_when_the_partner_is_gone(client: TestClient) -> None:
    mail = sent_to_one(client)
    with database_of(client).write() as session:
        session.execute(delete(Invitation))
        session.execute(delete(Partner))
    assert client.post(link_in(mail, "uitschrijven"), data={}).status_code == 200
    keep(client, given())
    assert [one.opted_out_at is None for one in partners_of(client)] == [False]


def test_who_gets_letters_can_end_them_on_the_page_of_the_invitation(client: TestClient) -> None:
    wanted = given(email="", adres="Plein 3, 3131 AA Vlaardingen")
    keep(client, wanted)
    name = meeting(client)
    proposed(client, name)
    with database_of(client).read() as session:
        from data.tokens import Purpose, token

        link = f"/uitnodiging/{token(Purpose.INVITATION, lines(client)[0].public_id, key_of(client))}"
    assert client.post(f"{link}/nooit-meer").status_code == 200
    assert client.get(f"{list_of(name)}/brieven.pdf").status_code == 404
    with database_of(client).write() as session:
        session.execute(delete(Invitation))
        session.execute(delete(Partner))
    keep(client, wanted)
    assert [one.opted_out_at is None for one in partners_of(client)] == [False]


def _no_consent(client: TestClient) -> str:
    """A resident in the register whose consent is gone, as no form lets it be; and a meeting."""
    (name,) = keep(client, resident())
    with database_of(client).write() as session:
        session.execute(update(Partner).values(consent_on=None))
    return name


def by_proposal(client: TestClient, partner: str, name: str) -> None:
    proposed(client, name)


def by_hand(client: TestClient, partner: str, name: str) -> None:
    assert send(client, f"{list_of(name)}/erbij", list_of(name), partner=partner).status_code == 409


def by_a_line_from_before(client: TestClient, partner: str, name: str) -> None:
    """The line was there before the consent went."""
    _line(client, InvitationState.PROPOSED)


def by_a_reminder(client: TestClient, partner: str, name: str) -> None:
    _line(client, InvitationState.SENT)
    send(client, f"{list_of(name)}/herinneren", list_of(name))


def by_mail_that_waited(client: TestClient, partner: str, name: str) -> None:
    """The mail stood in the outbox when the consent went."""
    with database_of(client).write() as session:
        session.execute(update(Partner).values(consent_on=datetime(2026, 5, 1, tzinfo=UTC).date()))
    proposed(client, name)
    send(client, f"{list_of(name)}/versturen", list_of(name))
    with database_of(client).write() as session:
        assert session.scalars(select(Outbox)).all()
        session.execute(update(Partner).values(consent_on=None))


def by_changing_the_address(client: TestClient, partner: str, name: str) -> None:
    """The mail waited for another address than the one of now."""
    by_mail_that_waited(client, partner, name)
    with database_of(client).write() as session:
        consent = datetime(2026, 5, 1, tzinfo=UTC).date()
        session.execute(update(Partner).values(consent_on=consent, email="ander@thuis.example"))


def by_the_form(client: TestClient, partner: str, name: str) -> None:
    page = f"/partners/{partner}"
    form = {
        "gemeente": OWN,
        "soort": "initiatiefnemer",
        "organisatie": "Tuin",
        "email": RESIDENT,
        "bron": "x",
    }
    assert send(client, page, page, **form).status_code == 400


def _line(client: TestClient, state: InvitationState) -> None:
    with database_of(client).write() as session:
        values = {"public_id": "x" * 22, "reason": "proef", "state": state, "way": "mail"}
        sent_at = datetime.now(UTC) - timedelta(days=5)
        row = Invitation(
            meeting_id=session.scalars(select(Meeting.id)).one(),
            partner_id=session.scalars(select(Partner.id)).one(),
            sent_at=sent_at,
            **values,
        )
        session.add(row)


WAYS = (
    by_proposal,
    by_hand,
    by_a_line_from_before,
    by_a_reminder,
    by_mail_that_waited,
    by_changing_the_address,
    by_the_form,
)


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
def test_no_resident_is_mailed_or_written_to_without_consent(client: TestClient, way: object) -> None:
    partner = _no_consent(client)
    name = meeting(client)
    assert callable(way)
    way(client, partner, name)
    for manner in ("mail", "brief"):
        send(client, f"{list_of(name)}/versturen", list_of(name), manier=manner)
    with database_of(client).write() as session:
        session.execute(update(Partner).values(address="Plein 9"))
        session.execute(update(Invitation).values(way="brief"))
    assert sent_mails(client) == []
    consent = partners_of(client)[0].consent_on
    assert client.get(f"{list_of(name)}/brieven.pdf").status_code == (404 if consent is None else 200)


def test_with_consent_the_same_ways_do_reach_a_resident(client: TestClient) -> None:
    keep(client, resident())
    name = meeting(client)
    proposed(client, name)
    send(client, f"{list_of(name)}/versturen", list_of(name))
    assert [mail["X-Envelope-To"] for mail in sent_mails(client)] == [RESIDENT]


def test_a_refusal_is_kept_as_a_digest_that_nobody_can_guess(client: TestClient) -> None:
    secret = key_of(client)
    name = refusals.link_name(OWN, "Jan@Voorbeeld.example", secret)
    with database_of(client).write() as session:
        assert refusals.refuse(session, name, secret, datetime.now(UTC))
        assert not refusals.refuse(session, "GM0622zomaar", secret, datetime.now(UTC))
        row = session.scalars(select(MailRefusal)).one()
        assert "jan" not in row.address_hash
        assert refusals.is_refused(session, OWN, "jan@voorbeeld.EXAMPLE", secret)
        assert not refusals.is_refused(session, "GM0556", "jan@voorbeeld.example", secret)
        assert not refusals.is_refused(session, OWN, "jan@voorbeeld.example", b"x" * 32)


def test_a_partner_is_erased_by_the_link_of_an_invitation_and_the_refusal_stays(client: TestClient) -> None:
    mail = sent_to_one(client)
    link, secret = link_in(mail, "uitnodiging"), key_of(client)
    client.post(link_in(mail, "uitschrijven"), data={"x": "y"})
    about = read_about(f"https://wijk.example{link}", secret)
    assert about is not None
    assert read_about(f"https://wijk.example{link}x", secret) is None
    with database_of(client).write() as session:
        found = erasing.find(session, about.kind, about.public_id)
        assert found is not None
        assert (found.gemeente, found.counts) == (OWN, {"contact": 1, "uitnodigingen": 1})
        assert (found.kind, found.public_id) == ("partner", partners_of(client)[0].public_id)
        erasing.erase(session, found, actor="proef")
        assert erasing.find(session, about.kind, about.public_id) is None
        assert refusals.is_refused(session, OWN, "zorg@organisatie.example", secret)
    assert partners_of(client) == []
    assert lines(client) == []
