"""Work that comes back: it goes on after any fault, ever more seldom, and ends when it is asked to."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from structlog.testing import capture_logs

from data.repeating import Repeating


class Counted(Repeating):
    """Does what it is given, with the number of the step, and notes when."""

    def __init__(self, act: Callable[[int], None], **options: float) -> None:
        super().__init__("tellen", **options)
        self.act = act
        self.at: list[float] = []
        self.enough = threading.Event()

    def step(self) -> None:
        self.at.append(time.monotonic())
        if len(self.at) == 4:
            self.enough.set()
        self.act(len(self.at))


def run(work: Counted) -> None:
    work.start()
    assert work.enough.wait(20)
    work.stop()


def fail(_number: int) -> None:
    raise KeyError("kanarie@voorbeeld.example")


def test_a_fault_is_said_with_its_place_and_without_its_values() -> None:
    with capture_logs() as said:
        run(Counted(fail, every_s=0.01))
    first = said[0]
    assert (first["werk"], first["soort"], first["log_level"]) == ("tellen", "KeyError", "warning")
    assert first["plek"].startswith(f"{__name__}:")
    assert "kanarie" not in str(said)


def test_the_pause_doubles_with_each_fault_up_to_the_longest() -> None:
    with capture_logs() as said:
        run(Counted(fail, every_s=0.01, longest_s=0.05))
    assert [line["opnieuw_over_s"] for line in said[:4]] == [0.02, 0.04, 0.05, 0.05]


def test_a_step_that_goes_well_brings_the_usual_pause_back() -> None:
    def once(number: int) -> None:
        if number != 2:
            fail(number)

    with capture_logs() as said:
        run(Counted(once, every_s=0.01))
    assert [line["opnieuw_over_s"] for line in said[:2]] == [0.02, 0.02]


def test_the_first_step_can_come_at_once() -> None:
    work = Counted(lambda _number: None, every_s=60.0, first_s=0.0)
    begun = time.monotonic()
    work.start()
    while not work.at and time.monotonic() < begun + 20:
        time.sleep(0.01)
    work.stop()
    assert len(work.at) == 1
    assert work.at[0] - begun < 20


def test_a_stop_waits_for_the_step_at_hand_and_comes_in_the_pause_at_once() -> None:
    done: list[bool] = []

    def slow(_number: int) -> None:
        time.sleep(0.1)
        done.append(True)

    work = Counted(slow, every_s=60.0, first_s=0.0)
    work.start()
    while not work.at:
        time.sleep(0.01)
    work.stop()
    assert done == [True]
    assert work.stopped()


def test_what_never_began_can_be_stopped() -> None:
    work = Counted(fail, every_s=60.0)
    work.stop()
    assert work.at == []
