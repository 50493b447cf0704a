"""Guessing passwords: it ends soon, and takes neither memory nor turns from others."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from cheap_passwords import hashed
from fastapi.testclient import TestClient
from fresh import sqlite_url

from service.app import create_app
from service.attempts import AT_ONCE, FROM_ONE_CLIENT, ON_ONE_ACCOUNT, WAITING, Attempts, TooManyAttempts
from service.settings import Settings

HASHED = hashed("goed")


class Clock:
    """A clock that stands still until it is set."""

    now = 1_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def client(tmp_path: Path) -> Iterator[TestClient]:
    settings = Settings(database_url=sqlite_url(tmp_path), staff={"adviseur": HASHED})
    with TestClient(create_app(settings), follow_redirects=False) as client:
        yield client


def allowed(attempts: Attempts, client: str, account: str) -> bool:
    try:
        with attempts.attempt(client, account):
            return True
    except TooManyAttempts:
        return False


def wait_until_full(attempts: Attempts) -> None:
    """Look without taking a place: somebody who waits would be refused."""
    for _ in range(500):
        if attempts._places._value == 0:
            return
        time.sleep(0.01)
    raise AssertionError("er blijft plaats")


def test_76_who_guesses_on_is_told_to_wait_even_with_the_right_password(client: TestClient) -> None:
    wrong = {"naam": "adviseur", "wachtwoord": "fout"}
    assert client.post("/inloggen", data=wrong).status_code == 401
    attempts: Attempts = client.app.state.attempts  # type: ignore[attr-defined]
    for _ in range(FROM_ONE_CLIENT - 2):
        attempts.went_wrong("testclient", "iemand")
    assert client.post("/inloggen", data=wrong).status_code == 401
    last = client.post("/inloggen", data={"naam": "adviseur", "wachtwoord": "goed"})
    assert (last.status_code, last.headers["Retry-After"]) == (429, "600")
    assert "Set-Cookie" not in last.headers
    assert "te vaak een verkeerd wachtwoord" in last.text


def test_an_attempt_counts_for_ten_minutes_and_for_that_client_only() -> None:
    clock = Clock()
    attempts = Attempts(clock=clock)
    for number in range(FROM_ONE_CLIENT):
        attempts.went_wrong("198.51.100.7", f"account {number}")
    assert not allowed(attempts, "198.51.100.7", "adviseur")
    assert allowed(attempts, "198.51.100.8", "adviseur")
    clock.now += 601
    assert allowed(attempts, "198.51.100.7", "adviseur")


def test_guesses_from_everywhere_count_for_the_account_and_a_64_is_one_client() -> None:
    attempts = Attempts(clock=Clock())
    for number in range(ON_ONE_ACCOUNT):
        attempts.went_wrong(f"203.0.113.{number}", "adviseur")
    assert not allowed(attempts, "198.51.100.7", "adviseur")
    for number in range(FROM_ONE_CLIENT):
        attempts.went_wrong(f"2001:db8::{number:x}", f"account {number}")
    assert not allowed(attempts, "2001:db8::ffff:1", "iemand")
    assert allowed(attempts, "2001:db8:0:1::1", "iemand")


def test_no_more_than_a_few_wait_for_a_check_and_a_place_comes_back() -> None:
    attempts = Attempts()
    let_go = threading.Event()
    inside = threading.Semaphore(0)

    def check() -> None:
        with attempts.attempt("198.51.100.7", "adviseur"):
            inside.release()
            let_go.wait(5)

    threads = [threading.Thread(target=check) for _ in range(AT_ONCE)]
    with ExitStack() as stack:
        stack.callback(let_go.set)
        for thread in threads:
            thread.start()
            assert inside.acquire(timeout=5)
        for _ in range(WAITING - AT_ONCE):
            waiting = threading.Thread(target=check)
            waiting.start()
            threads.append(waiting)
        wait_until_full(attempts)
        assert not inside.acquire(blocking=False)
        assert not allowed(attempts, "198.51.100.9", "iemand")
    for thread in threads:
        thread.join()
    assert allowed(attempts, "198.51.100.9", "iemand")
