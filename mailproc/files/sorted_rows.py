"""Rows about people in order of their key, however many: sorted in runs on disk, merged while they are read.

Sorted, because a database writes what lies together much faster than what lies anywhere, because whoever is named
twice then stands side by side, and because a key is all that is needed to go on where a run stopped.
"""

import hashlib
import tempfile
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from heapq import merge
from itertools import groupby
from operator import itemgetter
from typing import Any, BinaryIO

import orjson

from mailproc.policy.imports.person_row import PersonRow, merged

_RUN_ROWS = 100_000
_BLOCK_ROWS = 200  # read from each run at once
_PLACE = itemgetter(0)
_Kept = Sequence[Any]  # place, address, lists, attributes, consented_at


class SortedRows:
    """Takes rows in the order of the file; gives them by place, those about one person as one. A context manager.

    `digest` tells their content: the same rows in the same order have the same.
    """

    def __init__(self) -> None:
        self._digest = hashlib.sha256()
        self._waiting: list[_Kept] = []
        self._runs: list[BinaryIO] = []
        self.taken = 0

    def __enter__(self) -> "SortedRows":
        return self

    def __exit__(self, *_: object) -> None:
        for run in self._runs:
            run.close()

    def add(self, row: PersonRow) -> None:
        """Take one more. Raises OSError when the disk for temporary files is full."""
        at = row.consented_at
        self._waiting.append((*row[:4], None if at is None else at.timestamp()))
        self.taken += 1
        if len(self._waiting) >= _RUN_ROWS:
            self._write_run()

    def digest(self) -> str:
        """32 hex digits; to be asked when all rows were taken."""
        if self._waiting:
            self._write_run()
        return self._digest.hexdigest()[:32]

    def __iter__(self) -> Iterator[PersonRow]:
        if self._waiting:
            self._write_run()
        rows = merge(*map(_read, self._runs), key=_PLACE)  # of the same place in the order of the runs
        for _, same in groupby(rows, key=_PLACE):
            yield merged([_row(one) for one in same])

    def _write_run(self) -> None:
        rows, self._waiting = self._waiting, []
        self._digest.update(orjson.dumps(rows))
        rows.sort(key=_PLACE)  # whoever is named again stays behind
        run = tempfile.TemporaryFile()  # noqa: SIM115 - closed with the rest
        self._runs.append(run)
        for start in range(0, len(rows), _BLOCK_ROWS):
            run.write(orjson.dumps(rows[start : start + _BLOCK_ROWS]))
            run.write(b"\n")
        run.flush()


def _read(run: BinaryIO) -> Iterator[_Kept]:
    run.seek(0)
    for block in run:
        yield from orjson.loads(block)


def _row(kept: _Kept) -> PersonRow:
    place, address, lists, attributes, consented_at = kept
    return PersonRow(
        place,
        address,
        tuple(lists),
        tuple((name, value) for name, value in attributes),
        None if consented_at is None else datetime.fromtimestamp(consented_at, UTC),
    )
