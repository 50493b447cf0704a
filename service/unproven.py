"""Mail that is asked for without proof of a person: it goes out, and soon no more from one side."""

from __future__ import annotations

from typing import Final

from fastapi import HTTPException, Request

from service.attempts import Attempts, TooManyAttempts

TOO_MANY: Final = "Er is te vaak om mail gevraagd. Probeer het over tien minuten opnieuw."
RETRY_S: Final = "600"


def count_mail(request: Request) -> None:
    """Count a mail that nobody proved to be a person asks for; 429 when it is too much from one side."""
    attempts: Attempts = request.app.state.mail_attempts
    client = request.client.host if request.client else ""
    try:
        with attempts.attempt(client, client):
            attempts.went_wrong(client, client)
    except TooManyAttempts:
        raise HTTPException(429, TOO_MANY, headers={"Retry-After": RETRY_S}) from None
