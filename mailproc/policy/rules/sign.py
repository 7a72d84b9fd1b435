"""Weak signs: a wish that does not say what shall end, and a why that does not ask, are a request together.

At once only where one of them names mail, a list, or sending to the writer; else "it" may be an order, a claim or a
noise, and no list of such things is complete.
"""

from collections.abc import Iterable, Iterator, Sequence

from mailproc.policy.rules.folding import width_in_words
from mailproc.policy.rules.manners import Manners
from mailproc.policy.rules.match import Match, TextMatches, is_guard
from mailproc.policy.rules.normal_text import NormalText
from mailproc.policy.rules.rule_file import Guard, Sign

# Whoever writes more has other things to say; what "it" is may be one of these.
_MOST_WORDS = 60
# Beside a bare command so many words of its sentence say what it is about.
_OBJECT_WORDS = 3


def is_only_sign(match: Match) -> bool:
    """Whether a match says nothing by itself."""
    return match.rule.action is None and match.rule.guard is None


def is_why(match: Match) -> bool:
    """Whether a match is a reason to leave."""
    return match.rule.sign == Sign.why


def request_of_signs(found: TextMatches, counted: Iterable[Match]) -> tuple[Match, ...]:
    """The wish and the why that make a request of a short text, the wish first; empty where they do not.

    The same words are not both. Where a word of the text is known to mean something else, "it" may be that. Of several
    pairs one that names mail is taken, then the longest.
    """
    signs = _signs(found, counted)
    wishes = [match for match in signs if match.rule.sign == Sign.wish]
    pairs = _pairs(wishes, _whys(signs))
    return max(pairs, key=lambda pair: (names_mail(pair, signs), _said(pair)), default=())


def names_mail(signs: Iterable[Match], counted: Iterable[Match]) -> bool:
    """Whether one of the signs speaks of mail, a list, or sending to the writer: in its own words or beside them."""
    named = [match.line_span for match in counted if match.rule.sign == Sign.mail]
    return any(_touch(match.line_span, span) for match in signs for span in named)


def _touch(one: tuple[int, int], other: tuple[int, int]) -> bool:
    """Whether two stretches of a line share a word, or one follows the other in its sentence."""
    return one[0] <= other[1] + 1 and other[0] <= one[1] + 1


def reasons_of_signs(found: TextMatches, counted: Iterable[Match]) -> tuple[Match, ...]:
    """Two reasons to leave, of two rules, in a short text that asks for nothing; empty where there is one, or none."""
    whys = _whys(_signs(found, counted))
    return max(_pairs(whys, whys), key=_said, default=())


def may_mean_elsewhere(requests: Sequence[Match], counted: Sequence[Match]) -> bool:
    """Whether a text writes of an event, calls or paper, and its requests name no mail: what shall end?"""
    signs = [match.rule.sign for match in counted]
    if Sign.elsewhere not in signs:
        return False
    named = {match.sentence for match in counted if match.rule.sign == Sign.mail}
    return not any(match.sentence in named for match in requests)


def would_stay(counted: Iterable[Match]) -> bool:
    """Whether a text says that its writer would have more of the mail, or be back on its list."""
    return any(match.rule.sign == Sign.stay for match in counted)


def is_bare_beside_more(found: TextMatches, wish: Match, counted: Iterable[Match], manners: Manners) -> bool:
    """Whether a command that does not say what it is about stands beside words that may: "It broke. Please cancel."

    Not where the text names mail, or tells why its writer would leave.
    """
    if any(match.rule.sign in (Sign.mail, Sign.why) for match in _signs(found, counted)):
        return False
    others = (number for number in range(len(found.normal.sentences)) if number != wish.sentence)
    return (
        len(found.normal.sentences) > _MOST_WORDS
        or _has_object(found.normal, wish, manners)
        or any(not manners.is_courtesy(found.normal, number, after=number > wish.sentence) for number in others)
    )


def _has_object(normal: NormalText, wish: Match, manners: Manners) -> bool:
    """Whether more than courtesy stands before or behind a match in its sentence."""
    offset, line = normal.starts[wish.sentence], normal.lines[wish.sentence]
    before, behind = line[: wish.line_span[0] - offset] + " ", " " + line[wish.line_span[1] - offset :]
    return any(width_in_words(part) >= _OBJECT_WORDS and not manners.core(part).is_empty for part in (before, behind))


def _signs(found: TextMatches, counted: Iterable[Match]) -> list[Match]:
    """The signs of a text that may be a request by them; none where something speaks against it."""
    if found.normal.words > _MOST_WORDS or any(is_guard(match, Guard.false_friend) for match in found.matches):
        return []
    signs = [match for match in counted if match.rule.sign is not None]
    return [] if any(match.rule.sign in (Sign.against, Sign.stay) for match in signs) else signs


def _whys(signs: Iterable[Match]) -> list[Match]:
    return [match for match in signs if is_why(match)]


def _pairs(some: Iterable[Match], others: Sequence[Match]) -> Iterator[tuple[Match, Match]]:
    """Those of two rules whose words do not overlap."""
    for one in some:
        for other in others:
            if one.rule is not other.rule and not overlap(one.span, other.span):
                yield one, other


def overlap(one: tuple[int, int], other: tuple[int, int]) -> bool:
    """Whether two spans share a character."""
    return one[0] < other[1] and other[0] < one[1]


def _said(pair: tuple[Match, Match]) -> int:
    return sum(match.span[1] - match.span[0] for match in pair)
