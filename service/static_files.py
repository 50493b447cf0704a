"""Static files: scripts, styles and pictures that the package brings along."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from fastapi.staticfiles import StaticFiles
from starlette.responses import Response
from starlette.types import Scope

STATIC: Final = Path(__file__).parent / "static"
# Built files have a hash of their content in their name.
FOREVER: Final = "public, max-age=31536000, immutable"


class Static(StaticFiles):
    """The folder of static files; a browser may keep for good what can never change."""

    def __init__(self) -> None:
        # It is absent until the scripts are built, and the API needs none.
        super().__init__(directory=STATIC, check_dir=False)

    async def get_response(self, path: str, scope: Scope) -> Response:
        """Return the file, with how long it may be kept."""
        answer = await super().get_response(path, scope)
        if answer.status_code in {200, 304} and Path(path).parts[0] == "assets":
            answer.headers["Cache-Control"] = FOREVER
        return answer
