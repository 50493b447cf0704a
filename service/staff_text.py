"""Staff text: the fields in which staff type, with one kind of line end and no signs that nobody can read."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any, Final

from pydantic import AfterValidator, BeforeValidator, Field

LONGEST_LINE: Final = 1_000
LONGEST_NOTE: Final = 4_000
LONGEST_REASON: Final = 200
# Of a kind of sign that nobody sees as such, what stands in its place. `Co` are bullets of Word.
INSTEAD: Final[Mapping[str, str]] = {"Zs": " ", "Zl": "\n", "Zp": "\n", "Cf": "", "Co": ""}
UNREADABLE: Final = frozenset({"Cc", "Cs"})


def readable(text: str) -> str:
    """Return a text that was typed or pasted, in the signs that people see: one kind of space and line end.

    Word and mail programs bring spaces that do not break, and signs that show nothing.
    """
    lines = unicodedata.normalize("NFC", text).replace("\r\n", "\n")
    return "".join(INSTEAD.get(unicodedata.category(sign), sign) for sign in lines).strip()


def is_readable(text: str) -> bool:
    """Return whether all of a text can be read: it holds no control signs but ends of lines and tabs.

    Signs that a later Unicode knows can be read, those that none will ever know cannot.
    """
    return all(sign in "\n\t" or _is_sign(sign) for sign in text)


def _is_sign(sign: str) -> bool:
    never = 0xFDD0 <= ord(sign) <= 0xFDEF or ord(sign) & 0xFFFE == 0xFFFE
    return not never and unicodedata.category(sign) not in UNREADABLE


def _plain(value: Any) -> Any:
    """Return a text as people see it: a browser counts a new line as one sign, and sends two."""
    return readable(value) if isinstance(value, str) else value


def _printable(value: str) -> str:
    if not is_readable(value):
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
