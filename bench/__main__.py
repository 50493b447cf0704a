"""`python -m bench [NAME ...] [--turns N]`: prints the tables of the benchmarks named, or of all."""

from __future__ import annotations

import argparse
import os
import platform
import sys
from collections.abc import Callable, Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Final

from bench import gazetteer, imports, intake, locator, persons, themes, workbench

BENCHMARKS: Final[dict[str, Callable[..., Iterator[str]]]] = {
    "locator": locator.tables,
    "gazetteer": gazetteer.tables,
    "imports": imports.tables,
    "intake": intake.tables,
    "workbench": workbench.tables,
    "themes": themes.tables,
    "persons": persons.tables,
}
PEERS: Final = ("numpy", "shapely", "geopandas", "duckdb")


def main(arguments: list[str] | None = None) -> int:
    """Run what was asked for; 1 when the shared data is not there, else 0."""
    options = _parser().parse_args(arguments)
    shared = Path(os.environ.get("WIJKBEELD_SHARED", "../shared"))
    if not shared.is_dir():
        print(f"The benchmarks read the shared data, which is not at {shared}.", file=sys.stderr)
        return 1
    print(_conditions(), end="\n\n")
    for name in BENCHMARKS if "all" in options.names else options.names:
        print(f"## {name}", end="\n\n")
        for text in BENCHMARKS[name](shared, turns=options.turns):
            print(text, flush=True)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("names", nargs="*", choices=[*BENCHMARKS, "all"], default="all", metavar="NAME")
    parser.add_argument("--turns", type=int, default=5, help="turns per contender (default 5)")
    return parser


def _conditions() -> str:
    peers = ", ".join(f"{name} {version(name)}" for name in PEERS)
    return f"Python {platform.python_version()}, {os.cpu_count()} cores, {peers}; warm, taken in turns."


if __name__ == "__main__":
    sys.exit(main())
