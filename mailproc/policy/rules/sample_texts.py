"""Texts that a phrase finds, so that a phrase can be tried against all others without anybody writing examples."""

import re
from itertools import product
from math import prod

from mailproc.policy.rules.phrase import Phrase

MOST_SAMPLES = 96
# Words that no rule and no spelling knows.
_FILLER = "qzxvkq"
_ANY = r"[^ \n]*"
_PLAIN = re.compile(r"(?:[^|()\[\\?](?!\?))+")  # stands for itself


class _TooMany(Exception):
    """More ways than anybody looks at: whatever follows can only make them more."""


def samples_of(phrase: Phrase, *, surrounded: bool) -> tuple[str, ...] | None:
    """A text for every way in which a phrase may be said; None when there are more than a hundred.

    Any ending stands for none and for a strange one, a gap for nothing and for a strange word. `surrounded`: strange
    words stand before and behind, where the phrase does not ask for the edge of the sentence.
    """
    try:
        ways = [_sequence(segment.source, 0)[0] for segment in phrase.segments]
    except _TooMany:
        return None
    if 2 ** (len(ways) - 1) * prod(map(len, ways)) > MOST_SAMPLES:
        return None
    gaps = product(("", f"{_FILLER} "), repeat=len(ways) - 1)
    texts = {
        "".join(piece for pair in zip(said, (*between, ""), strict=True) for piece in pair).strip()
        for said, between in product(product(*ways), gaps)
    }
    before = f"{_FILLER} " if surrounded and not phrase.begins else ""
    behind = f" {_FILLER}" if surrounded and not phrase.ends else ""
    return tuple(f"{before}{text}{behind}" for text in sorted(texts))


def _sequence(source: str, at: int) -> tuple[list[str], int]:
    """Texts up to `|`, a closing bracket or the end, and where that is. Raises _TooMany."""
    texts = [""]
    while at < len(source) and source[at] not in "|)":
        if plain := _PLAIN.match(source, at):
            pieces, at = [plain[0]], plain.end()
        elif source.startswith("(?:", at):
            pieces, at = _choice(source, at + 3)
        elif source.startswith(_ANY, at):
            pieces, at = ["", _FILLER], at + len(_ANY)
        elif source[at] == "\\":
            pieces, at = [source[at + 1]], at + 2
        else:
            pieces, at = [source[at]], at + 1
            if source.startswith("?", at):  # the space of a script without gaps
                pieces, at = [""], at + 1
        if len(texts) * len(pieces) > MOST_SAMPLES:
            raise _TooMany
        texts = [text + piece for text in texts for piece in pieces]
    return texts, at


def _choice(source: str, at: int) -> tuple[list[str], int]:
    texts, at = _sequence(source, at)
    while source[at] == "|":
        more, at = _sequence(source, at + 1)
        texts = texts + more
    at += 1
    if source.startswith("?", at):
        return ["", *texts], at + 1
    return texts, at
