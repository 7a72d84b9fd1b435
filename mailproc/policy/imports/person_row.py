"""Rows of a file about people: what each says of one person, or why it cannot be taken."""

import hashlib
import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import NamedTuple

from mailproc.policy.address import is_address
from mailproc.policy.address_key import normalise_address
from mailproc.policy.imports.person_columns import PersonColumns
from mailproc.policy.imports.row_width import why_other_width
from mailproc.policy.imports.table_cell import plain_cell
from mailproc.policy.storable import storable_text
from mailproc.policy.tokens.token_key import subscriber_of

MAX_VALUE = 2000  # characters of an attribute
_SEPARATORS = re.compile("[;,|]")
_SHOWN = 60
_KEYED, _KEYLESS = "k:", "n:"


class PersonRow(NamedTuple):
    """What a file says of one person.

    `place` orders the rows of a file: by key, after those the rows that have none, by the key that their address gives.
    `lists` are those to be joined, `attributes` names and values; what a cell leaves empty is not among them.
    `consented_at` is an aware UTC time, None where the file proves no consent.
    """

    place: str
    address: str
    lists: tuple[str, ...] = ()
    attributes: tuple[tuple[str, str], ...] = ()
    consented_at: datetime | None = None

    @property
    def key(self) -> str:
        """The subscriber key: the file's own, else the one that the address gives."""
        return self.place[2:]

    @property
    def has_key(self) -> bool:
        """Whether the file names the key itself."""
        return self.place.startswith(_KEYED)


class Rejected(NamedTuple):
    """A row that cannot be taken: in which column (empty: the whole row), and a sentence why."""

    column: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RowReading:
    """How rows are read. `lists` are joined by everyone, `known_lists` are those of the account.

    `consented_at` holds for every row without a time of its own; `now` is what no consent lies beyond.
    """

    account_id: str
    columns: PersonColumns
    now: datetime
    lists: tuple[str, ...] = ()
    known_lists: Collection[str] = frozenset()
    consented_at: datetime | None = None

    def read(self, cells: Sequence[str]) -> PersonRow | Rejected:
        """Read one row. Raises nothing."""
        columns = self.columns
        if (why := why_other_width(len(cells), columns.width)) is not None:
            return Rejected("", why)
        address = _said(cells, columns.email)
        if not is_address(address) or not address.isprintable():
            return self._rejected(columns.email, f"{_short(address)} is no address" if address else "no address")
        key = _said(cells, columns.key)
        if key and (problem := problem_of_key(key)):
            return self._rejected(columns.key, problem)
        lists = self.lists
        if named := _said(cells, columns.lists):
            lists = tuple(dict.fromkeys((*lists, *self._lists_in(named))))
            if unknown := [one for one in lists if one not in self.known_lists]:
                return self._rejected(columns.lists, f"there is no list {_short(unknown[0])}")
        consented_at = self._consent(cells)
        if isinstance(consented_at, Rejected):
            return consented_at
        attributes = []
        for place, name in columns.attributes:
            if value := _said(cells, place):
                if len(value) > MAX_VALUE:
                    return self._rejected(place, f"{len(value)} characters are more than {MAX_VALUE}")
                attributes.append((name, storable_text(value)))
        place_in_order = f"{_KEYED}{key}" if key else f"{_KEYLESS}{derived_key(self.account_id, address)}"
        return PersonRow(place_in_order, address, lists, tuple(attributes), consented_at)

    def _lists_in(self, cell: str) -> list[str]:
        """The ids in a cell. One that has a separator in it, as settings may name it, stands alone or between ;."""
        for apart in ([cell], cell.split(";")):
            ids = [one.strip() for one in apart]
            if all(one in self.known_lists for one in ids):
                return ids
        return list(filter(None, map(str.strip, _SEPARATORS.split(cell))))

    def _consent(self, cells: Sequence[str]) -> datetime | Rejected | None:
        """When this person consented, by its own cell or for all rows; None for an empty cell."""
        place = self.columns.consented_at
        if place is None:
            return self.consented_at
        text = _said(cells, place)
        if not text:
            return None
        at = time_written(text)
        if at is None:
            return self._rejected(place, f"{_short(text)} is no time; write 2026-03-03 or 2026-03-03T09:12:00+01:00")
        return at if at <= self.now else self._rejected(place, f"{_short(text)} lies in the future")

    def _rejected(self, place: int | None, reason: str) -> Rejected:
        return Rejected(self.columns.head[place] if place is not None else "", reason)


def _said(cells: Sequence[str], place: int | None) -> str:
    """What a cell says; empty where there is no such column."""
    return "" if place is None else plain_cell(cells[place].strip())


def time_written(text: str) -> datetime | None:
    """The aware UTC time of an ISO 8601 text, which is UTC where it says nothing else; None for any other text."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return None
    try:
        return (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(UTC)
    except OverflowError:
        return None


def merged(rows: Sequence[PersonRow]) -> PersonRow:
    """What several rows about one person, in the order of the file, say together: as if one came after the other."""
    if len(rows) == 1:
        return rows[0]
    last = rows[-1]
    attributes = {name: value for row in rows for name, value in row.attributes}
    consents = [row.consented_at for row in rows if row.consented_at is not None]
    return PersonRow(
        last.place,
        last.address,
        tuple(dict.fromkeys(one for row in rows for one in row.lists)),
        tuple(attributes.items()),
        max(consents, default=None),
    )


def derived_key(account_id: str, address: str) -> str:
    """The subscriber key of somebody whom a file names by address alone: always the same, and short enough for a token.

    It does not show the address, but whoever guesses an address can compute it; tokens and links are signed, so that
    knowing a key opens nothing.
    """
    said = f"{account_id}\0{normalise_address(address)}".encode("utf-8", "surrogatepass")
    return "m" + hashlib.blake2b(said, digest_size=10).hexdigest()


def problem_of_key(key: str) -> str | None:
    """Why no subscriber can have this key, as a sentence; None where one can."""
    try:
        subscriber_of(key)
    except ValueError as error:
        return str(error)
    return None


def _short(text: str) -> str:
    return repr(text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…")
