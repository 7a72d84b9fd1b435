"""What a send check writes: rows as they came, and those that may not be mailed with what stops them.

Both files are written beside their places and put there at the end, so that nobody ever reads half of one.
"""

import csv
import json
import os
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from errno import EISDIR
from pathlib import Path
from typing import TextIO

import typer

from mailproc.cli.shell.terminal import EX_CANTCREAT, err
from mailproc.errands.sending import reason_of, trouble_of
from mailproc.files.people_file import PeopleFile, Portion
from mailproc.policy.standing.send import Stopped
from mailproc.policy.standing.standing import Block

BLOCKED_COLUMNS = (
    "blocked_what",
    "blocked_level",
    "blocked_list",
    "blocked_since",
    "blocked_in",
    "blocked_fact",
    "blocked_all",
)


class SendFiles(AbstractContextManager["SendFiles"]):
    """The two files of one check, written as `source` is; `keep` puts them in place, else they are taken away.

    Raises typer.Exit(73) with a sentence where they cannot be written.
    """

    def __init__(self, ok: Path, blocked: Path | None, source: PeopleFile) -> None:
        self._targets = [ok] if blocked is None else [ok, blocked]
        self._source = source
        self._files: list[TextIO] = []
        self.ok = self.blocked = 0
        self.reasons: Counter[str] = Counter()

    def __enter__(self) -> "SendFiles":
        """Open both beside their places."""
        for target in self._targets:
            try:
                if target.is_dir():
                    raise IsADirectoryError(EISDIR, os.strerror(EISDIR))
                self._files.append(self._opened(_beside(target)))
            except OSError as error:
                self._take_away()
                raise _unwritable(target, error) from None
        return self

    def __exit__(self, *_: object) -> None:
        """Take away what was not kept."""
        self._take_away()

    def begin(self) -> None:
        """Write the first lines. Raises BadFile where the source has a column of ours."""
        clash = sorted(set(self._source.head) & set(BLOCKED_COLUMNS))
        if clash and len(self._files) > 1:
            place = self._source.head.index(clash[0]) + 1
            raise self._source.bad(f"line 1, column {place}: {clash[0]} is there already; take it out, or rename it")
        self._files[0].write(_ended(self._source.head_text))
        if len(self._files) > 1:
            self._write_blocked([[*self._source.head, *BLOCKED_COLUMNS]])

    def write(self, portion: Portion, stopped: Mapping[int, Stopped]) -> None:
        """Write each row into the file where it belongs, in order."""
        texts = portion.texts
        if stopped:
            texts = [text for place, text in enumerate(texts) if place not in stopped]
        self._files[0].write(_ended("".join(texts)))
        self.ok += len(texts)
        self.blocked += len(stopped)
        for one in stopped.values():
            self.reasons[reason_of(one)] += 1
        if len(self._files) > 1:
            self._write_blocked([*portion.rows[place], *_cells(stopped[place])] for place in sorted(stopped))

    def keep(self) -> None:
        """Put both files in place."""
        try:
            for file in self._files:
                file.flush()
                os.fsync(file.fileno())
                file.close()
            for target in reversed(self._targets):  # whoever finds the file to be sent finds the other one, too
                _beside(target).replace(target)
        except OSError as error:
            raise _unwritable(error.filename or self._targets[0], error) from None
        self._files.clear()

    def _opened(self, path: Path) -> TextIO:
        """In the encoding of what was read; only the name of a list can have letters that it has not."""
        encoding = self._source.encoding.removesuffix("-sig")
        return path.open("x", encoding=encoding, errors="backslashreplace", newline="")

    def _write_blocked(self, rows: Iterable[Sequence[str]]) -> None:
        csv.writer(self._files[1], delimiter=self._source.delimiter, lineterminator="\n").writerows(rows)

    def _take_away(self) -> None:
        for file, target in zip(self._files, self._targets, strict=False):
            file.close()
            _beside(target).unlink(missing_ok=True)
        self._files.clear()


def _unwritable(target: Path | str, error: OSError) -> typer.Exit:
    err.print(f"mailproc: {target} cannot be written: {error.strerror}", markup=False)
    return typer.Exit(EX_CANTCREAT)


def block_as_json(block: Block) -> dict[str, object]:
    """A block as programs read it: what, at which level and list, since when, and where it is recorded."""
    return {
        "what": block.kind.value,
        "level": block.level.value,
        "list": block.list_id,
        "since": block.since.isoformat(),
        "channel": block.channel,
        "in": block.account_id,
        "fact": block.fact_id,
    }


def _cells(one: Stopped) -> list[str]:
    """The oldest block in columns of its own, and all of them as JSON."""
    if not one.blocks:
        said = [{"what": trouble_of(one), "problem": one.problem}]
        return [trouble_of(one), "", "", "", "", "", json.dumps(said, ensure_ascii=False)]
    first = one.blocks[0]
    every: Iterable[dict[str, object]] = map(block_as_json, one.blocks)
    return [
        first.kind.value,
        first.level.value,
        first.list_id or "",
        first.since.isoformat(),
        first.account_id,
        first.fact_id,
        json.dumps(list(every), ensure_ascii=False),
    ]


def _beside(target: Path) -> Path:
    return target.with_name(f".{target.name}.{os.getpid()}.part")


def _ended(text: str) -> str:
    """With a line end, which the last line of a file may lack."""
    return text if not text or text.endswith(("\n", "\r")) else text + "\n"
