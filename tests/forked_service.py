"""Services of a process that has everything imported, and forks for each that is asked of it.

Most of a start is importing, the same for each service. It reads a line of JSON for each (`folder`,
`environment`, `log`) and answers with its process. `tests/test_starting.py` starts one from nothing.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import traceback
from typing import Any, NoReturn

import service.app  # noqa: F401 (the command imports it only when it serves)
from service.built_routes import api_routes, page_routes
from service.cli import main as command


def main() -> None:
    """Start a service for every line that comes in, until there are no more."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    page_routes()
    api_routes()
    for line in sys.stdin:
        order = json.loads(line)
        pid = os.fork()
        if not pid:
            _serve(order)
        print(pid, flush=True)


def _serve(order: dict[str, Any]) -> NoReturn:
    """Be what `wijkbeeld serve` is in this folder and environment, until somebody ends it."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    os.chdir(order["folder"])
    os.environ.clear()
    os.environ.update(order["environment"])
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    log = os.open(order["log"], os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    os.dup2(log, 1)
    os.dup2(log, 2)
    sys.argv = ["wijkbeeld", "serve"]
    try:
        command()
    except SystemExit:
        pass
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(0)


if __name__ == "__main__":
    main()
