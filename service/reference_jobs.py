"""Jobs on reference data: outlines, gebieden, figures, addresses, initiatieven, example records, by name."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any, Final

from data.audit import record
from data.database import Database
from data.examples import load_examples, remove_examples
from data.gebied_import import import_gebieden
from data.initiatief_import import import_initiatieven
from data.jobs import Arguments, Control, Kind
from data.leefbaarometer import import_leefbaarometer
from data.municipalities import need_municipality
from data.reference_imports import LoadReport, import_addresses, import_areas, import_figures
from data.sources import SourceKind
from data.survey_import import import_survey
from service.example_season import load_season

AREAS: Final = "import areas"
FIGURES: Final = "import figures"
ADDRESSES: Final = "import addresses"
INITIATIEVEN: Final = "import initiatieven"
GEBIEDEN: Final = "import gebieden"
LEEFBAAROMETER: Final = "import leefbaarometer"
SURVEY: Final = "import enquete"
EXAMPLES: Final = "examples load"
NO_EXAMPLES: Final = "examples remove"


def reference_kinds(database: Database) -> dict[str, Kind]:
    """Every kind of job on reference data by its name; the arguments are those of the function it calls."""

    def examples(arguments: Arguments, _control: Control) -> dict[str, Any]:
        day = arguments["until"]
        with database.read() as session:
            codes = [need_municipality(session, word).code for word in arguments["gemeenten"]]
        until = date.fromisoformat(day) if day else None
        done = load_examples(database, until=until, seed=arguments["seed"], gemeenten=codes or None)
        seasons = load_season(database, until=until, seed=arguments["seed"], gemeenten=codes or None)
        return {"lines": [*done.lines(), *seasons]}

    def no_examples(arguments: Arguments, _control: Control) -> dict[str, Any]:
        return {"lines": [_remove(database, arguments["gemeente"])]}

    return {
        AREAS: _kind(database, import_areas),
        FIGURES: _kind(database, import_figures),
        ADDRESSES: _kind(database, import_addresses),
        INITIATIEVEN: _kind(database, import_initiatieven),
        GEBIEDEN: _kind(database, import_gebieden),
        LEEFBAAROMETER: _kind(database, import_leefbaarometer),
        SURVEY: _kind(database, import_survey),
        EXAMPLES: examples,
        NO_EXAMPLES: no_examples,
    }


def _kind(database: Database, load: Callable[..., LoadReport]) -> Kind:
    def run(arguments: Arguments, _control: Control) -> dict[str, Any]:
        path = Path(arguments["path"])
        others = {name: value for name, value in arguments.items() if name != "path"}
        return load(database, path, **others).as_dict()

    return run


def _remove(database: Database, gemeente: str) -> str:
    kinds = (SourceKind.MELDINGEN, SourceKind.INITIATIEVEN)
    with database.write() as session:
        code = need_municipality(session, gemeente).code
        counts = {kind.value: remove_examples(session, code, kind) for kind in kinds}
        record(
            session,
            actor="opdrachtregel",
            action="voorbeelden.weg",
            object_kind="gemeente",
            object_id=code,
            detail=dict(counts),
        )
    return "weggehaald: " + ", ".join(f"{number} {kind}" for kind, number in counts.items())
