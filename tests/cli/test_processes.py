"""Work on several processes: in order, bounded, and one item's death or error is that item's alone."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator

import pytest

from mailproc.cli.shell.processes import AHEAD, AT_ONCE, in_processes

KILLS, RAISES = 137, 171


def work(item: int) -> str:
    """Twice the item; one item kills its process, another raises."""
    if item == KILLS:
        os.kill(os.getpid(), signal.SIGKILL)
    if item == RAISES:
        raise ValueError("no such number")
    return f"{item * 2} by {os.getpid()}"


def lost(item: int, why: str) -> str:
    return f"{item} {why}"


def number_of(answer: str) -> str:
    return answer.partition(" by ")[0]


def test_answers_come_in_order_from_other_processes() -> None:
    answers = list(in_processes(work, range(100), 2, lost))
    assert [number_of(answer) for answer in answers] == [str(item * 2) for item in range(100)]
    assert str(os.getpid()) not in {answer.partition(" by ")[2] for answer in answers}


@pytest.mark.parametrize("items", [[KILLS], [1, KILLS, 2], [KILLS, KILLS], range(130, 140), range(RAISES)])
def test_an_item_that_kills_its_process_is_told_and_all_others_are_answered(items: list[int]) -> None:
    answers = [number_of(answer) for answer in in_processes(work, items, 2, lost)]
    killed = f"{KILLS} crashed the process that read it"
    assert answers == [killed if item == KILLS else str(item * 2) for item in items]


def test_an_item_that_kills_its_process_is_told_though_the_program_has_a_handler_of_its_own_for_sigterm() -> None:
    before = signal.signal(signal.SIGTERM, lambda *_: None)
    try:
        answers = [number_of(answer) for answer in in_processes(work, range(130, 140), 2, lost)]
    finally:
        signal.signal(signal.SIGTERM, before)
    assert answers[KILLS - 130] == f"{KILLS} crashed the process that read it"


def test_an_item_that_raises_is_told_and_all_others_are_answered() -> None:
    answers = [number_of(answer) for answer in in_processes(work, range(160, 180), 2, lost)]
    assert answers[RAISES - 160] == "171 could not be decided: ValueError: no such number"
    assert answers[:11] + answers[12:] == [str(item * 2) for item in range(160, 180) if item != RAISES]


def test_no_items_give_no_answers() -> None:
    assert list(in_processes(work, [], 2, lost)) == []


def test_only_so_many_items_are_taken_as_are_under_way() -> None:
    taken = 0

    def items() -> Iterator[int]:
        nonlocal taken
        for item in range(200, 10_000):
            taken += 1
            yield item

    answers = in_processes(work, items(), 2, lost)
    next(answers)
    assert taken <= 2 * AHEAD * AT_ONCE
    answers.close()  # type: ignore[attr-defined]


def test_a_program_that_used_processes_ends_without_a_word() -> None:
    program = (
        "from mailproc.cli.shell.processes import in_processes\n"
        "print(sum(in_processes(abs, range(300), 2, lambda item, why: 0)))\n"
        "some = in_processes(abs, range(3000), 2, lambda item, why: 0)\n"
        "next(some)\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert (done.stdout, done.stderr) == ("44850\n", "")
