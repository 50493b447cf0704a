"""Staff text: the fields in which staff type, with one kind of line end and no signs that nobody can read."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Final

from pydantic import AfterValidator, BeforeValidator, Field

LONGEST_LINE: Final = 1_000
LONGEST_NOTE: Final = 4_000
LONGEST_REASON: Final = 200


def _plain(value: Any) -> Any:
    """Return a text with one kind of line end: a browser counts a new line as one sign, and sends two."""
    return value.replace("\r\n", "\n").strip() if isinstance(value, str) else value


def _printable(value: str) -> str:
    if any(not sign.isprintable() and sign not in "\n\t" for sign in value):
        raise ValueError("hier staan tekens in die wij niet kunnen lezen")
    return value


Plain = (BeforeValidator(_plain), AfterValidator(_printable))
Line = Annotated[str, Field(max_length=LONGEST_LINE), *Plain]
NoteText = Annotated[str, Field(max_length=LONGEST_NOTE), *Plain]
Reason = Annotated[str, Field(max_length=LONGEST_REASON), *Plain]


def day_of(text: str) -> date | None:
    """Return the day in a field; None when it is empty or no day."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
