"""What a person wants, read from the rules that were found in a text (docs/reference/rules.md tells the procedure)."""

import re
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import NamedTuple

from mailproc.policy.decision import Action, Also
from mailproc.policy.rules.folding import fold, is_gapless, width_in_words
from mailproc.policy.rules.likeness import stretch_of
from mailproc.policy.rules.manners import Manners
from mailproc.policy.rules.match import Match, TextMatches, is_guard
from mailproc.policy.rules.meaning import MeantWord
from mailproc.policy.rules.normal_text import NormalText
from mailproc.policy.rules.rule_file import Guard, Rule, Sign
from mailproc.policy.rules.rules import RuleSet, counted_matches
from mailproc.policy.rules.sign import (
    is_bare_beside_more,
    is_only_sign,
    is_why,
    may_mean_elsewhere,
    names_mail,
    overlap,
    reasons_of_signs,
    request_of_signs,
    would_stay,
)

# A request in the middle of a long text is more likely somebody else's words.
_LONG_TEXT_WORDS = 150
_EDGE_SENTENCES = 2
# A text of this length that also explains how to leave is a newsletter, or talk about one.
_EXPLAINING_WORDS = 40
# From so many words on, what stands beside a request is worth a person's reading.
_SUBSTANCE_WORDS = 5
# Nobody writes so many sentences of mere courtesy: so much text is worth reading, whatever it says.
_MOST_COURTESIES = 200
# What is said in so few words says nothing else.
_SURE_WORDS = 12
# Of a text of which less is known nobody can say what else it speaks of.
_WELL_KNOWN = 0.5
# So many words tell why a text reads like a request.
_MOST_TELLING = 5
_CLAUSE = re.compile(
    r"[,:()\u2013\u2014\uff0c\u3001]|\s-\s|\s(?:and|but|und|aber|et|mais|y|pero|e|ma|mas|en|maar)\s", re.IGNORECASE
)

_REASONS = {
    Guard.negation: "asks to stay, threatens to leave, or came off by mistake",
    Guard.third_person: "is about somebody else",
    Action.review: "may be a request",
    Action.forward: "keyword asks for a person",
    Action.record: "keyword asks for nothing",
}
LONG_TEXT = "keyword within a long mail"
OF_SIGNS = "a wish and a reason for it in reply"
OF_HALF_WORDS = "a wish and a reason for it, about something that is not named"
OF_REASONS = "has reasons to leave, and asks for nothing"
OF_ELSEWHERE = "writes of an event, calls or paper, and may mean these"
OF_STAYING = "asks for an end, and for more"
OF_UNLIKENESS = "keyword among words that speak of other things"
OF_LIKENESS = "reads like a request, in words that no rule knows"


class Intent(NamedTuple):
    """What a text asks for. `action` None: nothing. `decisive` is the match that decided; `matches` all that count.

    `guard` is set where a guard made it a review.
    `also` comes from every rule that counts. `substance` tells that beside the request there is more to read.
    `pinned` keeps an opt-out at account level.
    """

    action: Action | None = None
    guard: Guard | None = None
    reason: str = ""
    decisive: Match | None = None
    matches: tuple[Match, ...] = ()
    also: frozenset[Also] = frozenset()
    substance: bool = False
    pinned: bool = False


def read_intent(found: TextMatches, rules: RuleSet) -> Intent:
    """What the text asks for; a guard outweighs a request, a request outweighs everything else."""
    manners = rules.matcher.manners
    signed = counted_matches(found)
    counted = tuple([match for match in signed if not is_only_sign(match)])
    wanted = Action.unsubscribe
    requests = [match for match in counted if match.rule.action is wanted]
    guarded = any(match.rule.guard is not None for match in counted)
    for guard in (Guard.negation, Guard.third_person) if guarded else ():
        stops = [match for match in counted if is_guard(match, guard) and not _is_of_writer(match, signed, rules)]
        if not stops or (guard == Guard.third_person and _is_for_writer(requests, counted, rules)):
            continue
        if requests or request_of_signs(found, signed) or not _is_lost_in_long_text(found, stops):
            reason = _REASONS[guard]
            said = _without_weak(counted)
            return Intent(action=Action.review, guard=guard, reason=reason, decisive=stops[0], matches=said)
    if requests:
        if doubt := _doubt_about(found, requests, signed, rules):
            return Intent(action=Action.review, reason=doubt, decisive=requests[0], matches=_without_weak(counted))
        return _request(found, counted, requests, manners)
    if (signs := request_of_signs(found, signed)) and not _explains_leaving(found):
        return _wish_and_why(found, signed, signs, rules)
    for action in (Action.review, Action.forward, Action.record):
        decisive = next((match for match in counted if match.rule.action == action), None)
        if decisive is not None:
            also = frozenset(decisive.rule.also)
            return Intent(action=action, reason=_REASONS[action], decisive=decisive, matches=counted, also=also)
    if reasons := reasons_of_signs(found, signed):
        substance = _has_substance(found, counted, manners)
        return Intent(
            action=Action.review, reason=OF_REASONS, decisive=reasons[0], matches=reasons, substance=substance
        )
    substance = _has_substance(found, counted, manners)
    if likely := _likely(found, rules):
        return Intent(action=Action.review, reason=OF_LIKENESS, decisive=likely[0], matches=likely, substance=substance)
    return Intent(matches=counted, substance=substance)


def _likely(found: TextMatches, rules: RuleSet) -> tuple[Match, ...]:
    """The words that make a text read like a request, the most telling first; empty where it does not."""
    likeness, rule, weighed = rules.likeness, rules.likeness_rule, rules.weighed(found)
    if likeness is None or rule is None or weighed is None or weighed.points < likeness.review_from:
        return ()
    telling = [share for share in weighed.shares if share.points > 0 and share.words]
    telling.sort(key=lambda share: -len(share.words))  # two words beside each other say more than one
    return tuple([_told(found.normal, share.words, rule) for share in telling[:_MOST_TELLING]])


def _told(normal: NormalText, words: tuple[MeantWord, ...], rule: Rule) -> Match:
    first, last = stretch_of(words, normal)
    line_span = (words[0].line_span[0], words[-1].line_span[1])
    source = " + ".join(word.meaning for word in words)
    return Match(rule, normal.text[first:last], (first, last), words[0].sentence, line_span, source)


def _doubt_about(found: TextMatches, requests: list[Match], signed: tuple[Match, ...], rules: RuleSet) -> str:
    """Why requests may be none, or about something else than mail; empty where they are clear."""
    if would_stay(signed):
        return OF_STAYING
    if may_mean_elsewhere(requests, signed):
        return OF_ELSEWHERE
    manners = rules.matcher.manners
    bare = (match.rule.sign == Sign.wish and not _says_me(match, rules) for match in requests)
    if all(bare) and all(is_bare_beside_more(found, match, signed, manners) for match in requests):
        return OF_HALF_WORDS
    return OF_UNLIKENESS if _is_unlikely(found, requests, rules) else ""


def _is_unlikely(found: TextMatches, requests: Sequence[Match], rules: RuleSet) -> bool:
    """Whether all the words of a text but those of a request speak of other things.

    Who asks for more than that ("and erase my data") has reasons to write formally. Where words stand without gaps,
    nobody knows how many there are.
    """
    limit = None if rules.likeness is None else rules.likeness.doubt_until
    if limit is None or found.normal.words <= _SURE_WORDS or any(match.rule.also for match in requests):
        return False
    if is_gapless(found.normal.line):
        return False
    weighed = rules.weighed(found)
    return weighed is not None and weighed.known >= _WELL_KNOWN and weighed.points <= limit


def _without_weak(counted: tuple[Match, ...]) -> tuple[Match, ...]:
    """The same without what only may be a request: beside a clear one it is no evidence."""
    weak = Action.review
    return tuple([match for match in counted if match.rule.action is not weak or match.rule.also])


def _is_for_writer(requests: list[Match], counted: tuple[Match, ...], rules: RuleSet) -> bool:
    """Whether a request says "me", in a sentence that is not about somebody else."""
    others = {match.sentence for match in counted if is_guard(match, Guard.third_person)}
    return any(match.sentence not in others and _says_me(match, rules) for match in requests)


def _is_of_writer(guard: Match, signed: tuple[Match, ...], rules: RuleSet) -> bool:
    """Whether words that mostly tell of somebody else stand in the writer's own reason: "I no longer work there".

    "My mother", in the guard's own words, is nobody who writes.
    """
    whys = (match for match in signed if is_why(match) and overlap(match.span, guard.span))
    return guard.rule.guard == Guard.third_person and any(_says_me_beside(match, guard, rules) for match in whys)


def _says_me(match: Match, rules: RuleSet) -> bool:
    return _has_me(match.phrase, rules)


def _says_me_beside(match: Match, guard: Match, rules: RuleSet) -> bool:
    """Whether a match says "me" in words that are not the guard's."""
    start = match.span[0]
    before = match.phrase[: max(guard.span[0] - start, 0)]
    return _has_me(f"{before} {match.phrase[max(guard.span[1] - start, 0) :]}", rules)


def _has_me(words: str, rules: RuleSet) -> bool:
    return not rules.first_person.isdisjoint(fold(words).split())


def _request(found: TextMatches, counted: tuple[Match, ...], requests: list[Match], manners: Manners) -> Intent:
    decisive = requests[0] if len(requests) == 1 else max(requests, key=_weight)
    if _explains_leaving(found) or _is_lost_in_long_text(found, requests):
        return Intent(action=Action.review, reason=LONG_TEXT, decisive=decisive, matches=_without_weak(counted))
    return Intent(
        action=Action.unsubscribe,
        decisive=decisive,
        matches=_without_weak(counted),
        also=frozenset([also for match in counted for also in match.rule.also]),
        substance=_has_substance(found, counted, manners),
        pinned=any(match.rule.level is not None for match in requests),
    )


def _weight(request: Match) -> tuple[int, int]:
    return len(request.rule.also), request.span[1] - request.span[0]


def _wish_and_why(found: TextMatches, signed: tuple[Match, ...], signs: tuple[Match, ...], rules: RuleSet) -> Intent:
    """A request where either names mail; else "it" may be anything, and a person reads what."""
    also = frozenset(also for match in signed for also in match.rule.also)
    doubt = OF_HALF_WORDS if not names_mail(signs, signed) else ""
    doubt = doubt or (OF_UNLIKENESS if _is_unlikely(found, signs, rules) else "")
    said = [match for match in signed if match.rule.sign != Sign.mail]
    return Intent(
        action=Action.review if doubt else Action.unsubscribe,
        reason=doubt or OF_SIGNS,
        decisive=signs[0],
        matches=signs,
        also=also,
        substance=_has_substance(found, said, rules.matcher.manners),
    )


def _explains_leaving(found: TextMatches) -> bool:
    """Whether a text of some length tells its reader how to leave, in a sentence of its own."""
    return found.normal.words > _EXPLAINING_WORDS and any(is_guard(match, Guard.talk) for match in found.matches)


def _is_lost_in_long_text(found: TextMatches, said: list[Match]) -> bool:
    """Whether a long text has what is said neither at its beginning nor at its end."""
    last = len(found.normal.sentences) - 1
    return found.normal.words > _LONG_TEXT_WORDS and not any(
        match.sentence < _EDGE_SENTENCES or match.sentence > last - _EDGE_SENTENCES for match in said
    )


def _has_substance(found: TextMatches, counted: Iterable[Match], manners: Manners) -> bool:
    """Whether there is more to read than the request: other sentences, or other clauses of its sentence."""
    normal = found.normal
    spans: dict[int, list[tuple[int, int]]] = {}
    for match in counted:
        spans.setdefault(match.sentence, []).append(match.span)
    last_request = max(spans, default=-1)
    words = sum([_words_beside(normal.text, normal.sentences[number], spans[number], manners) for number in spans])
    if words + normal.words - sum([width_in_words(normal.lines[number]) for number in spans]) < _SUBSTANCE_WORDS:
        return False  # however much of the rest is courtesy
    others = [(number, width_in_words(line)) for number, line in enumerate(normal.lines) if number not in spans]
    if words + sum([width for _, width in others]) < _SUBSTANCE_WORDS:
        return False  # whether it is courtesy or not
    if len(others) > _MOST_COURTESIES:
        return True
    for number, width in others:
        if words >= _SUBSTANCE_WORDS:
            break
        if not manners.is_courtesy(normal, number, after=number > last_request):
            words += width
    return words >= _SUBSTANCE_WORDS


def _words_beside(text: str, sentence: tuple[int, int], spans: list[tuple[int, int]], manners: Manners) -> int:
    """Words of the clauses of one sentence in which no rule was found; short or courteous clauses do not count."""
    start, end = sentence
    edges = [start, *[found.end() for found in _CLAUSE.finditer(text, start, end)], end]
    words = 0
    for first, last in pairwise(edges):
        if not any(first < stop and begin < last for begin, stop in spans):
            clause = f" {fold(text[first:last])} "
            width = width_in_words(clause)
            if width >= _SUBSTANCE_WORDS - 1 and not manners.core(clause).is_empty:
                words += width
    return words + (words > 0)
