"""A set of names in memory that is asked for millions a second: sorted 64-bit hashes, and a bit table before them.

The hashes are Python's own of texts: SipHash with a key that every process draws anew (PEP 456), so that nobody can
choose names that collide. A name that is in the set is always found. One that is not is found by chance once in some
2^64 divided by the size of the set: whoever asks makes sure of what is found.
"""

from collections.abc import Iterable, Sequence

import numpy as np
import numpy.typing as npt

_BITS_PER_NAME = 16  # so that one in sixteen at most of those who are not in the set is looked for among the hashes
_FEWEST_BITS = 16
_MOST_LATECOMERS = 100_000

Hashes = npt.NDArray[np.uint64]


class NameIndex:
    """Grows only. `add` names, many at a time; `places_of` tells which of other names may be among them."""

    def __init__(self) -> None:
        self._parts: list[Hashes] = []
        self._sorted: Hashes = np.empty(0, dtype=np.uint64)
        self._late: set[int] = set()  # came after the last sorting
        self._shift = np.uint64(64 - _FEWEST_BITS)
        self._bits: npt.NDArray[np.uint8] = np.zeros(2**_FEWEST_BITS // 8, dtype=np.uint8)

    def __len__(self) -> int:
        """How many names there are, as far as their hashes differ."""
        return len(self._sorted) + len(self._late) + sum(map(len, self._parts))

    @property
    def memory_bytes(self) -> int:
        """What it takes, but for names that came late."""
        return self._sorted.nbytes + self._bits.nbytes + sum(part.nbytes for part in self._parts)

    def load(self, names: Sequence[str]) -> None:
        """Add many names; they are found after `settle`."""
        self._parts.append(_hashes(names))

    def settle(self) -> None:
        """Sort what was loaded and what came late."""
        late = np.fromiter(self._late, dtype=np.uint64, count=len(self._late))
        self._sorted = np.unique(np.concatenate([self._sorted, late, *self._parts]))
        self._parts.clear()
        self._late.clear()
        bits = max(_FEWEST_BITS, (len(self._sorted) * _BITS_PER_NAME - 1).bit_length())
        self._shift = np.uint64(64 - bits)
        flags = np.zeros(2**bits, dtype=np.bool_)
        flags[self._sorted >> self._shift] = True
        self._bits = np.packbits(flags, bitorder="little")

    def add(self, names: Iterable[str]) -> None:
        """Add some names that are found at once."""
        hashes = _hashes(list(set(names)))
        new = hashes[~self._are_sorted_in(hashes)]
        self._late.update(new.tolist())
        slots = new >> self._shift
        np.bitwise_or.at(self._bits, slots >> np.uint64(3), _ONE << (slots & np.uint64(7)).astype(np.uint8))
        if len(self._late) > _MOST_LATECOMERS:
            self.settle()

    def places_of(self, names: Sequence[str]) -> list[int]:
        """The places of those names that may be in the set, in order."""
        hashes = _hashes(names)
        slots = hashes >> self._shift
        likely = (self._bits[slots >> np.uint64(3)] >> (slots & np.uint64(7)).astype(np.uint8)) & _ONE
        places = np.flatnonzero(likely)
        if not len(places):
            return []
        found = self._are_sorted_in(hashes[places])
        if self._late:
            found |= np.fromiter((one in self._late for one in hashes[places].tolist()), np.bool_, len(places))
        return [int(place) for place in places[found]]

    def _are_sorted_in(self, hashes: Hashes) -> npt.NDArray[np.bool_]:
        if not len(self._sorted):
            return np.zeros(len(hashes), dtype=np.bool_)
        at = np.searchsorted(self._sorted, hashes)
        np.minimum(at, len(self._sorted) - 1, out=at)
        return np.asarray(self._sorted[at] == hashes)


_ONE = np.uint8(1)


def _hashes(names: Sequence[str]) -> Hashes:
    return np.fromiter(map(hash, names), dtype=np.int64, count=len(names)).view(np.uint64)
