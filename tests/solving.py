"""Solving challenges in tests, as ALTCHA's own client in Python does it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from altcha.v1 import Payload, solve_challenge

from service.challenge import Vorm, make_challenge

# Long enough to have read the form.
READ_S = 60.0


def solution(made: dict[str, Any]) -> Payload:
    """The payload for a challenge as the service gave it."""
    solved = solve_challenge(made["challenge"], made["salt"], made["algorithm"], made["maxNumber"])
    assert solved is not None
    return Payload(made["algorithm"], made["challenge"], solved.number, made["salt"], made["signature"])


def payload(folder: Path, vorm: Vorm, *, now: float) -> str:
    """What somebody sends at `now` who opened the form a minute before."""
    return solution(make_challenge(vorm, folder, now=now - READ_S)).to_base64()
