"""What a text reads like, for people: its points, and which words made most of them."""

from dataclasses import dataclass
from typing import Any

from mailproc.policy.rules.likeness import Share, stretch_of
from mailproc.policy.rules.match import TextMatches
from mailproc.policy.rules.normal_text import NormalText
from mailproc.policy.rules.rules import RuleSet
from mailproc.policy.storable import short_text

_MOST_SHARES = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """The points of a text; `shares` are what, points, and the words.

    A person looks from `review_from` on, and up to `doubt_until` at a request (None: never).
    """

    points: int
    review_from: int
    shares: tuple[tuple[str, int, str], ...]
    doubt_until: int | None = None

    @property
    def is_like_a_request(self) -> bool:
        """Whether it has enough of them."""
        return self.points >= self.review_from

    def as_json(self) -> dict[str, Any]:
        """The same as plain values."""
        shares = [{"what": what, "points": points, "words": words} for what, points, words in self.shares]
        return {
            "points": self.points,
            "review_from": self.review_from,
            "doubt_until": self.doubt_until,
            "shares": shares,
        }


def find_reading(found: TextMatches, rules: RuleSet) -> Reading | None:
    """What the text reads like; None where it is too long to tell, says nothing known, or the rules have no points."""
    weighed = rules.weighed(found)
    if weighed is None or rules.likeness is None:
        return None
    shares = tuple((one.what, one.points, _words(one, found.normal)) for one in weighed.shares[:_MOST_SHARES])
    likeness = rules.likeness
    return Reading(
        points=weighed.points, review_from=likeness.review_from, doubt_until=likeness.doubt_until, shares=shares
    )


def _words(share: Share, normal: NormalText) -> str:
    if not share.words:
        return ""
    first, last = stretch_of(share.words, normal)
    return short_text(" ".join(normal.text[first:last].split()), 80)
