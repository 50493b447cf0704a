"""The form of an agreement: what is agreed, who does it, and before which day."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Final

from fastapi import Depends, Form
from sqlalchemy.orm import Session

from data import agreements, partners
from data.agreements import GivenAgreement
from data.meeting_models import Agreement
from data.visibility import Viewer
from service.melding_form import YES
from service.staff_text import Line, day_of

PARTNER, ACCOUNT = "partner:", "account:"
EMPTY: Final = {"tekst": "", "wie": "", "anders": "", "dag": "", "openbaar": ""}
Short = Annotated[str, Form(max_length=160)]


def _typed(
    tekst: Annotated[Line, Form()] = "",
    wie: Short = "",
    anders: Annotated[Line, Form()] = "",
    dag: Short = "",
    openbaar: Annotated[str, Form(max_length=2)] = "",
) -> dict[str, str]:
    return {"tekst": tekst, "wie": wie, "anders": anders, "dag": dag, "openbaar": openbaar}


Typed = Annotated[dict[str, str], Depends(_typed)]


def given(typed: Mapping[str, str]) -> GivenAgreement:
    """Return what was typed as an agreement; a day that is none is left out."""
    who = typed["wie"]
    return GivenAgreement(
        text=typed["tekst"],
        due_on=day_of(typed["dag"]),
        partner=who.removeprefix(PARTNER) if who.startswith(PARTNER) else "",
        account=who.removeprefix(ACCOUNT) if who.startswith(ACCOUNT) else "",
        words=typed["anders"],
        public=typed["openbaar"] == YES,
    )


def choices(session: Session, viewer: Viewer, gemeente: str, gebied: str) -> dict[str, Any]:
    """Return who can be chosen: partners that work in the gebied, and accounts with a list of their own."""
    of_gebied = partners.of(session, viewer, gemeente, gebied=gebied)
    return {
        "partners": [
            (PARTNER + one.public_id, ", ".join(filter(None, (one.organisation, one.role, one.naam))))
            for one in of_gebied
        ],
        "accounts": [(ACCOUNT + name, name) for name in agreements.owners(session, gemeente)],
    }


def kept(row: Agreement, partner: str, offered: Mapping[str, Any]) -> dict[str, str]:
    """Return an agreement as its form shows it; who cannot be chosen any more stands in words."""
    who = PARTNER + partner if partner else ACCOUNT + row.owner if row.account_id is not None else ""
    known = {value for value, _ in (*offered["partners"], *offered["accounts"])}
    return {
        "tekst": row.text,
        "wie": who if who in known else "",
        "anders": "" if who in known else row.owner,
        "dag": row.due_on.isoformat(),
        "openbaar": YES if row.public else "",
    }
