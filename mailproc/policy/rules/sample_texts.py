"""Texts that a phrase finds, so that a phrase can be tried against all others without anybody writing examples."""

from itertools import islice, product

from mailproc.policy.rules.phrase import Phrase

MOST_SAMPLES = 96
# Words that no rule and no spelling knows.
_FILLER = "qzxvkq"
_ANY = r"[^ \n]*"


def samples_of(phrase: Phrase, *, surrounded: bool) -> tuple[str, ...] | None:
    """A text for every way in which a phrase may be said; None when there are more than a hundred.

    Any ending stands for none and for a strange one, a gap for nothing and for a strange word. `surrounded`: strange
    words stand before and behind, where the phrase does not ask for the edge of the sentence.
    """
    ways = [_ways(segment.source) for segment in phrase.segments]
    count = 2 ** (len(ways) - 1)
    for some in ways:
        count *= len(some)
    if count > MOST_SAMPLES or not count:
        return None
    gaps = product(("", f"{_FILLER} "), repeat=len(ways) - 1)
    texts = {
        "".join(piece for pair in zip(said, (*between, ""), strict=True) for piece in pair).strip()
        for said, between in product(product(*ways), gaps)
    }
    before = f"{_FILLER} " if surrounded and not phrase.begins else ""
    behind = f" {_FILLER}" if surrounded and not phrase.ends else ""
    return tuple(f"{before}{text}{behind}" for text in sorted(texts))


def _ways(source: str) -> list[str]:
    """All texts of a segment's expression; empty when there are too many."""
    found, _ = _sequence(source, 0)
    return found


def _sequence(source: str, at: int) -> tuple[list[str], int]:
    """Texts up to `|`, a closing bracket or the end, and where that is."""
    texts = [""]
    while at < len(source) and source[at] not in "|)":
        if source.startswith("(?:", at):
            pieces, at = _choice(source, at + 3)
        elif source.startswith(_ANY, at):
            pieces, at = ["", _FILLER], at + len(_ANY)
        elif source[at] == "\\":
            pieces, at = [source[at + 1]], at + 2
        else:
            pieces, at = [source[at]], at + 1
            if source.startswith("?", at):  # the space of a script without gaps
                pieces, at = [""], at + 1
        texts = list(islice((text + piece for text in texts for piece in pieces), MOST_SAMPLES + 1))
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
