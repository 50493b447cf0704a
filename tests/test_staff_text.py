"""Staff text: what comes along from Word is kept as people see it; what nobody can read is refused."""

from __future__ import annotations

import pytest
from pydantic import TypeAdapter, ValidationError

from service.staff_text import Line, NoteText

LINE: TypeAdapter[str] = TypeAdapter(Line)
NOTE: TypeAdapter[str] = TypeAdapter(NoteText)


@pytest.mark.parametrize(
    ("pasted", "kept"),
    [
        ("om\u00a019.30\u202fuur", "om 19.30 uur"),
        ("wijk\u00adcoördinator", "wijkcoördinator"),
        ("\ufeffbuurt\u200bhuis", "buurthuis"),
        ("\uf0b7 Eerste punt", "Eerste punt"),
        ("Fijn \U0001f468\u200d\U0001f469 \u2764\ufe0f", "Fijn \U0001f468\U0001f469 \u2764\ufe0f"),
        ("coo\u0308rdinator", "coördinator"),
        ("\u202ebanaan", "banaan"),
        ("roze hart \U0001fa77", "roze hart \U0001fa77"),
    ],
)
def test_what_was_pasted_is_kept_as_people_see_it(pasted: str, kept: str) -> None:
    assert LINE.validate_python(pasted) == kept


def test_lines_of_a_note_stay_lines() -> None:
    assert NOTE.validate_python(" een\r\ntwee\u2028drie\tvier ") == "een\ntwee\ndrie\tvier"


@pytest.mark.parametrize("text", ["a\x00b", "a\x1bb", "a\ud800b", "a\ufffeb", "a\ufdd0b"])
def test_what_nobody_can_read_is_refused(text: str) -> None:
    with pytest.raises(ValidationError):
        LINE.validate_python(text)
