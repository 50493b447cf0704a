"""Meldingen in any order of sending, trying again, other content, refusal and restart: one row per key."""

from __future__ import annotations

import json
import tempfile
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from pathlib import Path
from typing import Any, ClassVar

import pytest
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    precondition,
    rule,
    run_state_machine_as_test,
)
from intake_door import DOOR, database_of, open_door, prepare, report, send, settings_for
from sqlalchemy import select

from data.models import Melding
from service.settings import Settings

CONTENTS = st.fixed_dictionaries(
    {"soort": st.sampled_from(["boom", "bank", "afvalbak"]), "postcode": st.sampled_from([None, "3131BK"])}
)
WRONG = st.sampled_from([{"tekst": ""}, {"lon": 51.9}, {"soort": "geen"}, {"extra": 1}, {"lat": None}])


class Sending(RuleBasedStateMachine):
    """The machine over one service; each sequence uses keys and texts of its own."""

    door: ClassVar[Settings]
    client: ClassVar[TestClient]
    numbers: ClassVar[Iterator[int]] = count()
    ran: ClassVar[int] = 0

    @initialize()
    def begin(self) -> None:
        Sending.ran += 1
        self.mark = f"reeks {Sending.ran}."
        self.known: dict[str, tuple[dict[str, Any], bytes]] = {}

    @rule(content=CONTENTS)
    def post(self, content: dict[str, Any]) -> None:
        number = next(self.numbers)
        key, body = f"sleutel-nummer-{number:06d}", report(tekst=f"{self.mark} {number}", **content)
        answer = send(self.client, body, key)
        assert (answer.status_code, "Idempotency-Replayed" in answer.headers) == (201, False)
        self.known[key] = (body, answer.content)

    @precondition(lambda self: self.known)
    @rule(pick=st.integers(0, 99), at_once=st.sampled_from([1, 1, 3]))
    def retry(self, pick: int, at_once: int) -> None:
        key, body, first = self._one(pick)
        with ThreadPoolExecutor(at_once) as crowd:
            answers = list(crowd.map(lambda _: send(self.client, body, key), range(at_once)))
        for answer in answers:
            assert (answer.status_code, answer.content) == (201, first)
            assert answer.headers["Idempotency-Replayed"] == "true"

    @precondition(lambda self: self.known)
    @rule(pick=st.integers(0, 99))
    def retry_in_another_form(self, pick: int) -> None:
        key, body, first = self._one(pick)
        turned = dict(reversed(body.items())) | {"tekst": f"  {body['tekst']}\n"}
        headers = {"Idempotency-Key": key, "Content-Type": "application/json; charset=utf-8"}
        answer = self.client.post(DOOR, content=json.dumps(turned, indent=2), headers=headers)
        assert (answer.status_code, answer.content) == (201, first)

    @precondition(lambda self: self.known)
    @rule(pick=st.integers(0, 99))
    def reuse(self, pick: int) -> None:
        key, body, _ = self._one(pick)
        assert send(self.client, body | {"tekst": f"{body['tekst']} meer"}, key).status_code == 422

    @rule(wrong=WRONG)
    def refused(self, wrong: dict[str, Any]) -> None:
        body = report(tekst=f"{self.mark} geweigerd") | wrong
        assert send(self.client, body, f"sleutel-nummer-{next(self.numbers):06d}").status_code == 400

    @rule()
    def restart(self) -> None:
        database_of(self.client).close()
        Sending.client = open_door(self.door)

    def _one(self, pick: int) -> tuple[str, dict[str, Any], bytes]:
        key = sorted(self.known)[pick % len(self.known)]
        return key, *self.known[key]

    def teardown(self) -> None:
        if not hasattr(self, "known"):
            return
        with database_of(self.client).read() as session:
            own = Melding.text.startswith(self.mark, autoescape=True)
            stored = Counter(session.scalars(select(Melding.text).where(own)))
        assert stored == Counter(body["tekst"] for body, _ in self.known.values())


@pytest.mark.faults
@pytest.mark.timeout(7200)
def test_every_key_has_one_melding_whatever_the_order(
    request: pytest.FixtureRequest, capsys: pytest.CaptureFixture[str]
) -> None:
    wanted = 10_000 if request.config.option.markexpr == "faults" else 200
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/x.db"
        prepare(url)
        Sending.door = settings_for(url, Path(folder))
        Sending.client = open_door(Sending.door)
        limits = settings(
            max_examples=wanted,
            stateful_step_count=8,
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
        )
        run_state_machine_as_test(Sending, settings=limits)
        database_of(Sending.client).close()
    with capsys.disabled():
        print(f"\n{Sending.ran} sequences")
    assert Sending.ran >= wanted
