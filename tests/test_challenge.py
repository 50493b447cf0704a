"""Challenges at the doors: who solves one is public at once, all others wait for a person."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from hypothesis import given
from hypothesis import strategies as st
from intake_door import BESIDE, DOOR, open_door, prepare, report, settings_for
from solving import READ_S, payload, solution
from sqlalchemy import select
from stored_town import TOWN

from data.challenges import SPENT, UNCHECKED
from data.database import Database
from data.intake_models import Intake
from data.models import Melding
from data.rights import Grant, Role
from data.visibility import PUBLIC, Viewer
from service.budgets import BY_VISITOR, Budgets
from service.challenge import (
    FASTEST_S,
    LARGEST_NUMBER,
    OUT_OF_DATE,
    TOO_FAST,
    TRAP,
    TRAPPED,
    VALID_S,
    Checker,
    Vorm,
    judge,
    make_challenge,
)
from service.settings import Settings

NOW = 1_782_907_200.0
KEY_BITS = 128


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("geheim")


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    url = f"sqlite:///{tmp_path / 'wijkbeeld.db'}"
    prepare(url)
    return settings_for(url, tmp_path)


@pytest.fixture
def client(settings: Settings) -> Iterator[TestClient]:
    client = open_door(settings)
    yield client
    client.app.state.database.close()  # type: ignore[attr-defined]


def changed(text: str, **fields: Any) -> str:
    """A payload with other fields."""
    plain = json.loads(base64.b64decode(text))
    return base64.b64encode(json.dumps({**plain, **fields}).encode()).decode()


def forged(text: str, salt: str) -> str:
    """A payload over another salt, solved rightly, with the signature that it came with."""
    number = json.loads(base64.b64decode(text))["number"]
    return changed(text, salt=salt, challenge=hashlib.sha256(f"{salt}{number}".encode()).hexdigest())


def test_a_solution_is_worth_a_proof_until_its_challenge_ends(folder: Path) -> None:
    opened = NOW - READ_S
    sent = payload(folder, Vorm.MELDEN, now=NOW)
    good = judge(Vorm.MELDEN, sent, folder, now=NOW)
    assert good.quarantine is None
    assert good.proof is not None
    assert good.proof.expires_at.timestamp() == int(opened + VALID_S)
    assert judge(Vorm.MELDEN, sent, folder, now=opened + VALID_S - 1).quarantine is None
    assert judge(Vorm.MELDEN, sent, folder, now=opened + VALID_S).quarantine == OUT_OF_DATE


def test_a_form_that_is_sent_within_two_seconds_was_filled_in_by_a_machine(folder: Path) -> None:
    sent = payload(folder, Vorm.MELDEN, now=NOW + READ_S)
    assert judge(Vorm.MELDEN, sent, folder, now=NOW + FASTEST_S - 0.01).quarantine == TOO_FAST
    assert judge(Vorm.MELDEN, sent, folder, now=NOW + FASTEST_S).quarantine is None


def test_a_solution_counts_for_its_own_form_and_its_own_service(folder: Path, tmp_path: Path) -> None:
    sent = payload(folder, Vorm.MELDEN, now=NOW)
    assert judge(Vorm.API, sent, folder, now=NOW).quarantine == UNCHECKED
    assert judge(Vorm.MELDEN, sent, tmp_path, now=NOW).quarantine == UNCHECKED


WRONG: dict[str, Callable[[str], str]] = {
    "rij 69: geen oplossing": lambda sent: "",
    "rij 69: een ander getal": lambda sent: changed(sent, number=0 if '"number": 0,' not in sent else 1),
    "rij 69: later einde": lambda sent: forged(sent, f"00?expires={NOW + 9e9:.0f}&vorm=melden&sinds=0&"),
    "rij 69: een zwakker algoritme": lambda sent: changed(sent, algorithm="SHA-1"),
    "rij 69: een eigen handtekening": lambda sent: changed(sent, signature="0" * 64),
    "rij 69: geen handtekening": lambda sent: changed(sent, signature=None),
    "rij 69: een getal als tekst": lambda sent: changed(sent, number="1"),
    "rij 69: een ja als getal": lambda sent: changed(sent, number=True),
    "rij 69: buiten de som": lambda sent: changed(sent, number=LARGEST_NUMBER + 1),
    "rij 69: half teken": lambda sent: changed(sent, salt="\ud800"),
    "rij 69: geen object": lambda sent: base64.b64encode(b"5").decode(),
    "rij 69: geen JSON": lambda sent: base64.b64encode(b"{").decode(),
    "rij 69: diep": lambda sent: base64.b64encode(b"[" * 700).decode(),
    "rij 69: geen base64": lambda sent: "\u00e9" * 20,
    "rij 69: te lang": lambda sent: "A" * 4_000_000,
}


@pytest.mark.parametrize("spoil", WRONG.values(), ids=WRONG.keys())
def test_what_is_no_solution_is_worth_nothing(folder: Path, spoil: Callable[[str], str]) -> None:
    check = judge(Vorm.MELDEN, spoil(payload(folder, Vorm.MELDEN, now=NOW)), folder, now=NOW)
    assert (check.quarantine, check.proof) == (UNCHECKED, None)


@given(
    text=st.one_of(
        st.text(max_size=200),
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
            lambda inner: st.dictionaries(
                st.sampled_from(["algorithm", "challenge", "number", "salt", "signature"]), inner
            ),
        ).map(lambda value: base64.b64encode(json.dumps(value).encode()).decode()),
    )
)
def test_no_payload_breaks_the_door(folder: Path, text: str) -> None:
    assert judge(Vorm.MELDEN, text, folder, now=NOW).quarantine == UNCHECKED


def test_no_two_challenges_are_alike_and_none_tells_the_secret(folder: Path) -> None:
    made = [make_challenge(Vorm.API, folder) for _ in range(200)]
    salts = {one["salt"].split("?")[0] for one in made}
    assert len(salts) == len({one["challenge"] for one in made}) == 200
    assert {len(bytes.fromhex(salt)) * 8 for salt in salts} == {KEY_BITS}
    secret = bytes.fromhex((folder / "geheim").read_text("ascii"))
    plain = hmac.new(secret, made[0]["challenge"].encode(), hashlib.sha256).hexdigest()
    # The key of challenges is one of its own: a signature of ours is good for nothing else.
    assert plain != made[0]["signature"]


# At the doors


def stored(settings: Settings) -> list[tuple[str | None, bool]]:
    """Why each melding waits, and whether it is set aside, oldest first."""
    database = Database(settings.database_url)
    with database.read() as session:
        query = select(Intake.quarantine, Melding.intern).join(Melding).order_by(Melding.id)
        found = [(why, intern) for why, intern in session.execute(query)]
    database.close()
    return found


def post(client: TestClient, key: str, solved: str | None, **changes: Any) -> int:
    headers = {"Idempotency-Key": key * 20} | ({} if solved is None else {"Altcha": solved})
    answer = client.post(DOOR, json=report(**changes), headers=headers)
    assert answer.status_code == 201, answer.text
    return answer.status_code


def seen(client: TestClient) -> list[dict[str, Any]]:
    features = client.get("/api/v1/meldingen?gemeente=GM0622").json()["features"]
    return [one["properties"] for one in features]


def test_a_solved_melding_is_public_at_once_without_its_text(client: TestClient, settings: Settings) -> None:
    asked = client.get("/api/v1/uitdaging").json()
    early = solution(asked).to_base64()
    post(client, "a", early)
    post(client, "b", payload(settings.var_folder, Vorm.API, now=time.time()))
    assert stored(settings) == [(TOO_FAST, True), (None, False)]
    (shown,) = seen(client)
    assert shown["soort"] == "Boom"
    assert "Er ligt een tak." not in json.dumps(shown)


def test_a_solution_that_comes_back_counts_once_and_a_retry_is_the_same_melding(
    client: TestClient, settings: Settings
) -> None:
    solved = payload(settings.var_folder, Vorm.API, now=time.time())
    post(client, "a", solved)
    post(client, "b", solved)
    post(client, "a", solved)
    post(client, "a", None)
    assert stored(settings) == [(None, False), (SPENT, True)]


def test_a_kind_about_people_stays_shielded_with_any_solution(client: TestClient, settings: Settings) -> None:
    post(client, "a", payload(settings.var_folder, Vorm.API, now=time.time()), soort="overig")
    assert seen(client) == []


def test_without_a_solution_a_melding_is_stored_and_waits(client: TestClient, settings: Settings) -> None:
    post(client, "a", None)
    post(client, "b", payload(settings.var_folder, Vorm.MELDEN, now=time.time()))
    assert stored(settings) == [(UNCHECKED, True), (UNCHECKED, True)]
    assert seen(client) == []


def test_69_a_filled_trap_is_answered_as_any_other_and_waits(client: TestClient, settings: Settings) -> None:
    checker = Checker(settings.var_folder, "192.0.2.1", PUBLIC, client.app.state.budgets)  # type: ignore[attr-defined]
    sent = {"altcha": payload(settings.var_folder, Vorm.MELDEN, now=time.time())}
    assert checker.form("melden", {**sent, TRAP: "https://koop.example"}).quarantine == TRAPPED
    assert checker.form("melden", {**sent, TRAP: " "}).quarantine is None


@pytest.mark.parametrize(("vorm", "waiting"), [(Vorm.PEILING, 3), (Vorm.EVALUATIE, 3), (Vorm.IDEEEN, 0)])
def test_what_counts_as_people_waits_before_one_visitor_is_a_crowd(
    folder: Path, vorm: Vorm, waiting: int
) -> None:
    moment = [0.0]
    checker = Checker(folder, "192.0.2.1", PUBLIC, Budgets(clock=lambda: moment[0]))
    sent = {"altcha": payload(folder, vorm, now=time.time())}
    found = []
    for _ in range(23):
        found.append(checker.form(vorm, sent).quarantine)
        # As fast as one visitor may send anything.
        moment[0] += 120
    assert found.count(BY_VISITOR) == waiting


@pytest.mark.parametrize("role", Role)
def test_who_enters_for_callers_needs_no_challenge_in_the_own_gemeente_and_nobody_else(
    settings: Settings, client: TestClient, role: Role
) -> None:
    budgets = client.app.state.budgets  # type: ignore[attr-defined]
    checker = Checker(settings.var_folder, "192.0.2.1", Viewer("x", (Grant(role, TOWN),)), budgets)
    own = None if role is Role.WIJKCOORDINATOR else UNCHECKED
    seen = [
        (checker.form("melden", {}, gemeente=code).quarantine, checker.message("", gemeente=code).quarantine)
        for code in (TOWN, BESIDE, None)
    ]
    assert seen == [(own, own), (UNCHECKED, UNCHECKED), (UNCHECKED, UNCHECKED)]


def test_the_challenge_of_a_page_names_its_form(client: TestClient) -> None:
    for vorm in Vorm:
        assert f"vorm={vorm.value}" in client.get(f"/api/v1/uitdaging?vorm={vorm.value}").json()["salt"]
    assert client.get("/api/v1/uitdaging?vorm=anders").status_code == 400
