"""Recorded sends on the terminal and as JSON."""

from collections.abc import Iterable

from mailproc.cli.shell.terminal import harmless, out
from mailproc.policy.standing.send import Send


def print_sends(sends: Iterable[Send]) -> None:
    """A line for each: what its number means, and which lists it went to."""
    for one in sends:
        lists = f"to {', '.join(one.list_ids)}" if one.list_ids else "to no list"
        name = f"{one.id} ({harmless(one.name)})" if one.name != one.id else one.id
        out.print(f"  send {one.number} is {name}, {one.classification.value}, {lists}", markup=False)
