"""Crashes of PostgreSQL: its backends are killed while meldingen come in, and it recovers by itself."""

from __future__ import annotations

import os
import signal
import threading
import time
from pathlib import Path

import psycopg
import pytest
from intake_door import open_door, prepare, report, send, settings_for
from postgres import Cluster, running_cluster
from sqlalchemy import select

from data.models import Melding

pytestmark = [pytest.mark.faults, pytest.mark.timeout(3600)]


def kill_a_backend(cluster: Cluster) -> bool:
    """Kill one process that serves a client, as the kernel would; False when none is there now."""
    try:
        with cluster.connect("postgres") as connection:
            query = "SELECT pid FROM pg_stat_activity WHERE datname LIKE 'proef%' ORDER BY random() LIMIT 1"
            found = connection.execute(query).fetchone()
    except psycopg.OperationalError:
        return False
    if found is None:
        return False
    os.kill(int(str(found[0])), signal.SIGKILL)
    return True


def test_meldingen_outlive_the_backends_that_store_them(
    request: pytest.FixtureRequest, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    wanted = 200 if request.config.option.markexpr == "faults" else 5
    attempted: list[str] = []
    statuses: dict[str, int] = {}
    done = threading.Event()
    with running_cluster() as cluster, cluster.fresh() as url:
        prepare(url)
        client = open_door(settings_for(url, tmp_path))

        def key_of(words: str) -> str:
            return f"sleutel-van-{words.replace(' ', '-')}"

        def keep_sending() -> None:
            while not done.is_set():
                words = f"proef {len(attempted):06d}"
                attempted.append(words)
                statuses[words] = send(client, report(tekst=words), key_of(words)).status_code

        sender = threading.Thread(target=keep_sending)
        sender.start()
        kills = 0
        while kills < wanted:
            # Long enough for a recovery and some meldingen, never in step with them.
            time.sleep(0.7 + 0.01 * (kills % 7))
            kills += kill_a_backend(cluster)
        done.set()
        sender.join()
        for _ in range(100):
            if send(client, report(tekst=attempted[-1]), key_of(attempted[-1])).status_code == 201:
                break
            time.sleep(0.1)
        database = client.app.state.database  # type: ignore[attr-defined]
        with database.read() as session:
            present = sorted(words or "" for words in session.scalars(select(Melding.text)))
        database.close()
    acknowledged = {words for words, status in statuses.items() if status == 201}
    with capsys.disabled():
        refused = len(attempted) - len(acknowledged)
        print(f"\n{kills} kills, {len(acknowledged)} acknowledged, {refused} not, {len(present)} present")
    assert set(statuses.values()) <= {201, 503}
    assert acknowledged - set(present) == set()
    assert set(present) - set(attempted) == set()
    assert len(present) == len(set(present))
    assert len(acknowledged) > kills
