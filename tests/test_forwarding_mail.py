"""Forwarding by mail, and what the settings say of it."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from forwarding_town import NOW, by_id, client, database, history, made, prepared, run, settings
from pydantic import ValidationError
from sqlalchemy import func, select
from stored_town import TOWN

from data import forwarding, handling
from data.choices import Status
from data.database import Database
from data.forwarding import Destination
from data.forwarding_models import SentOn
from data.models import Outbox
from data.outbox import Mail
from service.forwarding import destinations, forwarding_mail
from service.settings import Doorsturen, GemeenteSettings, Meldpunt, Settings

__all__ = ["client", "database", "prepared", "settings"]


# By mail


def test_with_a_mail_address_a_mail_waits_in_the_same_transaction(
    client: TestClient, database: Database
) -> None:
    public_id = made(client, database)
    there = Destination(TOWN, email="meldingen@stad.example", contact=True)
    run(database, there)
    run(database, there, at=NOW + timedelta(days=1))
    with database.read() as session:
        row = session.scalars(select(Outbox).where(Outbox.kind == forwarding.MAIL)).one()
        assert (row.recipient, "Kanarie" in str(row.payload)) == ("meldingen@stad.example", False)
        mail = Mail(row.id, row.kind, row.recipient, row.payload, NOW, NOW, 0)
        draft = forwarding_mail(session, mail)
    assert draft is not None
    assert draft.own == f"Er ligt een tak.\n\nKenmerk: {public_id}"
    assert "Mailadres: kanarie@voorbeeld.example" in draft.lines
    assert history(database, public_id) == [(Status.IN_PROGRESS, forwarding.SENT_NOTE)]
    with database.write() as session:
        handling.hide(session, by_id(session, public_id), actor="proef", reason="toch niet")
    with database.read() as session:
        assert forwarding_mail(session, mail) is None


def test_without_a_good_mail_address_nothing_is_listed(client: TestClient, database: Database) -> None:
    made(client, database)
    run(database, Destination(TOWN, email="a@b.nl\nBcc: c@d.nl"))
    with database.read() as session:
        assert session.scalar(select(func.count()).select_from(SentOn)) == 0


# By the settings


def test_only_towns_that_want_so_are_sent_on(tmp_path: Path) -> None:
    sent = Doorsturen.model_validate({"open311_url": "https://stad.example/open311/v2", "api_key": "x"})
    told = {
        TOWN: GemeenteSettings(meldpunt=Meldpunt.DOORSTUREN, doorsturen=sent),
        "GM0556": GemeenteSettings(meldpunt=Meldpunt.EIGEN, doorsturen=sent),
    }
    (found,) = destinations(Settings(var_folder=tmp_path, gemeenten=told))
    assert (found.gemeente, found.client is not None, found.contact) == (TOWN, True, False)
    assert found.client is not None
    found.client.close()


@pytest.mark.parametrize(
    "told",
    [
        {"meldpunt": "link"},
        {"meldpunt": "doorsturen"},
        {"meldpunt": "doorsturen", "doorsturen": {}},
        {"meldpunt": "doorsturen", "doorsturen": {"email": "a@b.nl", "open311_url": "https://b.nl"}},
        {"meldpunt": "nergens"},
        {"open311_sleutels": {"app": "geen hash"}},
    ],
)
def test_settings_that_leave_a_melding_nowhere_are_refused(told: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        GemeenteSettings.model_validate(told)
