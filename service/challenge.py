"""Challenges: a sum for the sender's own machine, a field that only robots fill in, and the time it took.

In a template, inside the form: `{% with uitdaging="vragen" %}{% include "uitdaging.html" %}{% endwith %}`.
In its route: `check = checked.form("vragen", values)`, and in the transaction that stores it:
`quarantine = check.settle(session)`: None, or why a person looks first. `checked: Checked` is a parameter.

Nothing is refused here. The sum is ALTCHA's: anybody's client can do it, and no other service is asked.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import Annotated, Any, Final

from altcha.v1 import ChallengeOptions, Payload, create_challenge, verify_solution
from fastapi import Depends, Request

from data.challenges import UNCHECKED, Check, Proof
from data.rights import Right
from data.visibility import Viewer
from geo.crs import LngLat
from service.budgets import Budgets
from service.dependencies import SettingsDep, ViewerDep
from service.secret import read_secret

FIELD: Final = "altcha"
TRAP: Final = "website"
HEADER: Final = "Altcha"
VALID_S: Final = 2 * 3_600
FASTEST_S: Final = 2.0
# On average half of this many hashes: well under a second on a desk, a few on an old phone.
LARGEST_NUMBER: Final = 50_000
SALT_BYTES: Final = 16
LONGEST_PAYLOAD: Final = 1_000
FIELDS: Final[Mapping[str, type]] = {
    "algorithm": str, "challenge": str, "number": int, "salt": str, "signature": str,
}  # fmt: skip

OUT_OF_DATE: Final = "controle verlopen"
TRAPPED: Final = "verborgen veld ingevuld"
TOO_FAST: Final = "te snel verstuurd"


class Vorm(StrEnum):
    """What a challenge is for; a solution counts nowhere else."""

    MELDEN = "melden"
    API = "api"
    VRAGEN = "vragen"
    IDEEEN = "ideeen"
    OOK = "ook"
    VOLGEN = "volgen"
    MAIL = "mail"
    VERZOEKEN = "verzoeken"
    HELPEN = "helpen"
    AANMELDEN = "aanmelden"
    PEILING = "peiling"
    EVALUATIE = "evaluatie"


# What is told as a number of people.
COUNTED: Final = frozenset({Vorm.PEILING, Vorm.EVALUATIE})


def make_challenge(vorm: Vorm, folder: Path, *, now: float | None = None) -> dict[str, Any]:
    """Return a challenge as ALTCHA's clients read it; `folder` keeps the service's secret."""
    moment = time.time() if now is None else now
    options = ChallengeOptions(
        algorithm="SHA-256",
        max_number=LARGEST_NUMBER,
        salt_length=SALT_BYTES,
        hmac_key=_key(folder),
        expires=datetime.fromtimestamp(moment + VALID_S, UTC),
        params={"vorm": vorm.value, "sinds": str(int(moment * 1000))},
    )
    made: dict[str, Any] = create_challenge(options).to_dict()
    return made


def judge(vorm: Vorm, payload: str, folder: Path, *, now: float | None = None) -> Check:
    """Return what a payload is worth: its proof, and why a person looks first when it is worth nothing."""
    moment = time.time() if now is None else now
    solution = _read(payload)
    if solution is None:
        return Check(UNCHECKED)
    known = Payload.from_dict(solution)
    right, _ = verify_solution(known, _key(folder), check_expires=False)
    _, expires, told = known.parse_salt()
    # A form of another door, or a salt that somebody made: the signature then is of something else.
    if not right or expires is None or told.get("vorm") != [vorm.value]:
        return Check(UNCHECKED)
    if expires <= moment:
        return Check(OUT_OF_DATE)
    proof = Proof(hashlib.sha256(known.challenge.encode()).hexdigest(), datetime.fromtimestamp(expires, UTC))
    passed = moment - int(told["sinds"][0]) / 1000
    return Check(TOO_FAST if passed < FASTEST_S else None, proof)


@dataclass(frozen=True, slots=True)
class Checker:
    """Judges what one visitor sends."""

    folder: Path
    client: str
    viewer: Viewer
    budgets: Budgets

    def form(
        self,
        vorm: Vorm | str,
        values: Mapping[str, str],
        *,
        gemeente: str | None = None,
        at: LngLat | None = None,
    ) -> Check:
        """Return what is known of a form by its fields; `at` is the place that it is about.

        Who enters meldingen for callers of this `gemeente` need prove nothing; without one everybody does.
        """
        if self._enters_for(gemeente):
            return Check()
        trapped = bool(values.get(TRAP, "").strip())
        judged = partial(judge, Vorm(vorm), values.get(FIELD, ""), self.folder)
        return self._checked(judged, at, trapped=trapped, counted=vorm in COUNTED)

    def message(self, payload: str | None, *, gemeente: str | None = None, at: LngLat | None = None) -> Check:
        """Return what is known of a message to the API by its header; `gemeente` and `at` as in a form."""
        if self._enters_for(gemeente):
            return Check()
        return self._checked(partial(judge, Vorm.API, payload or "", self.folder), at)

    def _enters_for(self, gemeente: str | None) -> bool:
        return gemeente is not None and self.viewer.may(Right.INTAKE_FOR_CALLER, gemeente)

    def _checked(
        self, judged: Callable[[], Check], at: LngLat | None, *, trapped: bool = False, counted: bool = False
    ) -> Check:
        if trapped:
            return Check(TRAPPED)
        check = judged()
        if check.quarantine is not None:
            # What waits anyway leaves the budgets to others.
            return check
        return Check(self.budgets.reason(self.client, at=at, counted=counted), check.proof)


async def _checker(request: Request, settings: SettingsDep, viewer: ViewerDep) -> Checker:
    budgets: Budgets = request.app.state.budgets
    client = request.client.host if request.client else ""
    return Checker(settings.var_folder, client, viewer, budgets)


Checked = Annotated[Checker, Depends(_checker)]


def _key(folder: Path) -> str:
    return hmac.new(read_secret(folder), b"uitdaging", hashlib.sha256).hexdigest()


def _read(payload: str) -> Any:
    """Return a payload with the right fields of the right kinds; None for anything else."""
    if not payload or len(payload) > LONGEST_PAYLOAD:
        return None
    try:
        found = json.loads(base64.b64decode(payload, validate=True))
    except (ValueError, RecursionError):
        return None
    if not isinstance(found, dict) or any(type(found.get(name)) is not kind for name, kind in FIELDS.items()):
        return None
    if found["algorithm"] != "SHA-256" or not 0 <= found["number"] <= LARGEST_NUMBER:
        return None
    try:
        found["salt"].encode()
    except UnicodeEncodeError:
        return None
    return found
