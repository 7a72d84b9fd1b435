"""A set of names in memory that is asked for millions a second: sorted 64-bit hashes, and a bit table before them.

The hashes are Python's own of texts: SipHash with a key that every process draws anew (PEP 456), so that nobody can
choose names that collide. A name that is in the set is always found. One that is not is found by chance once in some
2^64 divided by the size of the set: whoever asks makes sure of what is found.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

_BITS_PER_NAME = 16  # so that one in sixteen at most of those who are not in the set is looked for among the hashes
_FEWEST_BITS = 16
_MOST_LATECOMERS = 100_000

Hashes = npt.NDArray[np.uint64]


class _Table(NamedTuple):
    """Sorted hashes, and a bit for each beginning that one of them has; replaced as a whole."""

    hashes: Hashes
    shift: np.uint64
    bits: npt.NDArray[np.uint8]


class NameIndex:
    """Grows only. `add` names, many at a time; `places_of` tells which of other names may be among them.

    One thread may add while others ask: they find all names that were there when they asked.
    """

    def __init__(self) -> None:
        self._parts: list[Hashes] = []
        self._late: set[int] = set()  # came after the last sorting
        self._table = _table_of(np.empty(0, dtype=np.uint64))

    def __len__(self) -> int:
        """How many names there are, as far as their hashes differ."""
        return len(self._table.hashes) + len(self._late) + sum(map(len, self._parts))

    @property
    def memory_bytes(self) -> int:
        """What it takes, but for names that came late."""
        return self._table.hashes.nbytes + self._table.bits.nbytes + sum(part.nbytes for part in self._parts)

    def load(self, names: Sequence[str]) -> None:
        """Add many names; they are found after `settle`."""
        self._parts.append(_hashes(names))

    def settle(self) -> None:
        """Sort what was loaded and what came late: a second for ten million."""
        late = np.fromiter(self._late, dtype=np.uint64, count=len(self._late))
        self._table = _table_of(np.unique(np.concatenate([self._table.hashes, late, *self._parts])))
        self._parts = []
        self._late = set()  # whoever asks meanwhile has the old set

    def add(self, names: Iterable[str]) -> None:
        """Add some names that are found at once."""
        hashes = _hashes(list(set(names)))
        table = self._table
        new = hashes[~_are_in(table.hashes, hashes)]
        self._late.update(new.tolist())
        slots = new >> table.shift
        np.bitwise_or.at(table.bits, slots >> np.uint64(3), _ONE << (slots & np.uint64(7)).astype(np.uint8))
        if len(self._late) > _MOST_LATECOMERS:
            self.settle()

    def places_of(self, names: Sequence[str]) -> list[int]:
        """The places of those names that may be in the set, in order."""
        hashes = _hashes(names)
        late, table = self._late, self._table  # in this order: what leaves the one is in the other before
        slots = hashes >> table.shift
        likely = (table.bits[slots >> np.uint64(3)] >> (slots & np.uint64(7)).astype(np.uint8)) & _ONE
        places = np.flatnonzero(likely)
        if not len(places):
            return []
        found = _are_in(table.hashes, hashes[places])
        if late:
            found |= np.fromiter((one in late for one in hashes[places].tolist()), np.bool_, len(places))
        return [int(place) for place in places[found]]


_ONE = np.uint8(1)


def _hashes(names: Sequence[str]) -> Hashes:
    return np.fromiter(map(hash, names), dtype=np.int64, count=len(names)).view(np.uint64)


def _table_of(hashes: Hashes) -> _Table:
    """The table of hashes that are sorted."""
    bits = max(_FEWEST_BITS, (len(hashes) * _BITS_PER_NAME - 1).bit_length())
    shift = np.uint64(64 - bits)
    flags = np.zeros(2**bits, dtype=np.bool_)
    flags[hashes >> shift] = True
    return _Table(hashes=hashes, shift=shift, bits=np.packbits(flags, bitorder="little"))


def _are_in(hashes: Hashes, asked: Hashes) -> npt.NDArray[np.bool_]:
    if not len(hashes):
        return np.zeros(len(asked), dtype=np.bool_)
    at = np.searchsorted(hashes, asked)
    np.minimum(at, len(hashes) - 1, out=at)
    return np.asarray(hashes[at] == asked)
