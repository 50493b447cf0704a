"""The tables of docs/ as the code says them: commands, settings, routes and make targets."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple, get_args, get_origin

import click
import typer.main
from fastapi.routing import iter_route_contexts
from pydantic import AliasChoices, BaseModel, SecretStr
from pydantic.fields import FieldInfo
from starlette.routing import BaseRoute, Mount

ROOT = Path(__file__).resolve().parent.parent
DOCS = ROOT / "docs"
EXPLAINED = re.compile(r"^\| `(?P<name>[^`]+)` \|(?P<rest>.*)\|$")


class Row(NamedTuple):
    """One line of a table: the name, facts from the code, and what the code says about it, if anything."""

    name: str
    facts: tuple[str, ...]
    about: str


class Table(NamedTuple):
    """A table on a page: its mark in the page, its headings, its rows."""

    mark: str
    headings: tuple[str, ...]
    rows: list[Row]

    def render(self, explained: dict[str, str]) -> str:
        """The table as Markdown; what the code does not explain keeps the words that the page has."""
        lines = ["| " + " | ".join(self.headings) + " |", "|" + "---|" * len(self.headings)]
        for row in self.rows:
            cells = [f"`{row.name}`", *row.facts, row.about or explained.get(row.name, "")]
            lines.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |")
        return "\n".join(lines)


class Page(NamedTuple):
    """A page of docs/ with a table between two marks."""

    path: Path
    table: Table

    @property
    def pattern(self) -> re.Pattern[str]:
        """Finds the table between its marks."""
        mark = re.escape(self.table.mark)
        return re.compile(f"(<!-- {mark} -->\n)(.*?)(\n<!-- /{mark} -->)", re.DOTALL)

    def current(self) -> str:
        """The table as it stands on the page; an error when the page has no marks."""
        found = self.pattern.search(self.path.read_text(encoding="utf-8"))
        if found is None:
            raise LookupError(f"{self.path.name} has no table between the marks '{self.table.mark}'")
        return found[2]

    def wanted(self) -> str:
        """The table as the code says it, with the page's own explanations kept."""
        return self.table.render(dict(_explanations(self.current())))

    def write(self) -> None:
        """Put the wanted table on the page."""
        text, table = self.path.read_text(encoding="utf-8"), self.wanted()
        self.path.write_text(
            self.pattern.sub(lambda found: found[1] + table + found[3], text), encoding="utf-8"
        )

    def unexplained(self) -> list[str]:
        """The names on the page without a word about them."""
        named = {row.name for row in self.table.rows}
        explained = {name for name, text in _explanations(self.current()) if text}
        return sorted(named - explained)


def _explanations(table: str) -> Iterator[tuple[str, str]]:
    """Each name in a table with its last cell."""
    for line in table.splitlines():
        if found := EXPLAINED.match(line):
            yield found["name"], re.split(r"(?<!\\)\|", found["rest"])[-1].strip().replace("\\|", "|")


def _first_line(text: str | None) -> str:
    return (text or "").strip().splitlines()[0].strip() if (text or "").strip() else ""


def commands(app: typer.Typer) -> Table:
    """Every command that does something, with its arguments and options, in order."""
    rows = list(_command_rows(typer.main.get_command(app), ("wijkbeeld",)))
    return Table("commands", ("command", "arguments and options", "what it does"), rows)


def _command_rows(command: click.Command | Any, words: tuple[str, ...]) -> Iterator[Row]:
    nested: dict[str, Any] = getattr(command, "commands", {})
    if not nested:
        parameters = [_parameter(parameter) for parameter in command.params if parameter.name != "help"]
        yield Row(" ".join(words), (" ".join(parameters),), _first_line(command.help))
    for name, part in sorted(nested.items()):
        if not part.hidden:
            yield from _command_rows(part, (*words, name))


def _parameter(parameter: click.Parameter | Any) -> str:
    if parameter.param_type_name == "argument":
        return f"`{parameter.name.upper()}`"
    return f"`{max(parameter.opts, key=len)}`"


def settings(fields: dict[str, FieldInfo], prefix: str) -> Table:
    """Every setting by the name of its environment variable, with other names and its default."""
    rows = [_setting(name, field, prefix) for name, field in fields.items()]
    return Table("settings", ("setting", "also", "default", "what it does"), sorted(rows))


def _setting(name: str, field: FieldInfo, prefix: str) -> Row:
    alias = field.validation_alias
    choices = [str(choice) for choice in alias.choices] if isinstance(alias, AliasChoices) else []
    own = prefix + name.upper()
    also = ", ".join(f"`{choice}`" for choice in choices if choice not in {own, name})
    return Row(own, (also, _default(field)), field.description or "")


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return "needed"
    default = field.get_default(call_default_factory=True, validated_data={})
    if default in (None, "", {}, []) or isinstance(default, SecretStr):
        return ""
    return f"`{str(default).lower() if isinstance(default, bool) else default}`"


def parts(fields: dict[str, FieldInfo]) -> Table:
    """Every field of a setting that has parts: `*` stands for any key, `[]` for each of a list."""
    return Table("parts", ("part", "default", "what it does"), list(_part_rows(fields, "")))


def _part_rows(fields: dict[str, FieldInfo], before: str) -> Iterator[Row]:
    for name, field in fields.items():
        model, mark = _model(field.annotation)
        if model is not None:
            yield from _part_rows(model.model_fields, f"{before}{name}{mark}.")
        elif before:
            yield Row(before + name, (_default(field),), field.description or "")


def _model(kind: Any) -> tuple[type[BaseModel] | None, str]:
    """Return the model inside a type, with the mark of what holds it; None when it holds none."""
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        return kind, ""
    mark = {dict: ".*", list: "[]"}.get(get_origin(kind), "")
    inside = (_model(one)[0] for one in get_args(kind))
    return next((model for model in inside if model is not None), None), mark


def routes(found: Sequence[BaseRoute]) -> Table:
    """Every route that answers, with its methods; the explanation is its endpoint's first line."""
    return Table("routes", ("route", "methods", "what it gives"), sorted(_route_rows(found, "")))


def _route_rows(found: Sequence[BaseRoute], prefix: str) -> Iterator[Row]:
    for context in iter_route_contexts(found):
        route, path = context.original_route, prefix + (context.path or "")
        methods: set[str] | None = getattr(route, "methods", None)
        if isinstance(route, Mount) and route.routes:
            yield from _route_rows(route.routes, path)
        elif isinstance(route, Mount):
            yield Row(path + "/{path}", ("GET",), "")
        elif methods:
            verbs = ", ".join(sorted(methods - {"HEAD", "OPTIONS"}))
            yield Row(path, (verbs,), _first_line(getattr(route, "endpoint", None).__doc__))


def targets() -> Table:
    """Every target of the Makefile that explains itself."""
    text = (ROOT / "Makefile").read_text(encoding="utf-8")
    rows = [
        Row(f"make {name}", (), about)
        for name, about in re.findall(r"^([a-z]+):.*?## (.+)$", text, re.MULTILINE)
    ]
    return Table("make", ("target", "what it does"), rows)
