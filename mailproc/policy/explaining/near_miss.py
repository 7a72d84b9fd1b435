"""Rules whose words stand in a text but which do not count there: because of where, how long, or what else is said."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from mailproc.policy.account import MailboxRole
from mailproc.policy.rules.folding import width_in_words
from mailproc.policy.rules.match import Match, Matcher, TextMatches
from mailproc.policy.rules.phrase import Phrase
from mailproc.policy.rules.rule_file import Alone, Rule
from mailproc.policy.rules.rules import RuleSet

_EVERYWHERE = frozenset({"subject", "body"})


@dataclass(frozen=True, slots=True, kw_only=True)
class NearMiss:
    """A rule's words in a text, their span, and a few words on when they would have counted."""

    rule: Rule
    phrase: str
    span: tuple[int, int]
    when: str


def near_misses(
    rules: RuleSet, found: TextMatches, *, where: str, mailbox: MailboxRole = MailboxRole.reply
) -> tuple[NearMiss, ...]:
    """Rules with an action whose words are in a text that was matched, but do not count there; the longest words first.

    Words inside of others that count, or miss, say nothing more and are left out.
    """
    relaxed = _relaxed(rules)
    counted = {match.rule.id for match in found.matches}
    originals = {rule.id: rule for rule in rules.rules}
    taken = [match.span for match in found.matches if match.rule.action is not None]
    misses: list[NearMiss] = []
    loose = relaxed.match(found.normal.text, where=where, mailbox=mailbox).matches
    for match in sorted(loose, key=lambda one: (one.span[0] - one.span[1], one.span)):
        rule = originals[match.rule.id]
        if rule.id in counted or any(_within(match.span, other) for other in taken):
            continue
        taken.append(match.span)
        when = "; ".join(_conditions(rule, match, found, where=where, mailbox=mailbox))
        misses.append(NearMiss(rule=rule, phrase=match.phrase, span=match.span, when=when))
    return tuple(misses)


@lru_cache(maxsize=2)
def _relaxed(rules: RuleSet) -> Matcher:
    """A matcher for the rules that act, without any condition on their surroundings."""
    loose = [
        replace(
            rule,
            phrases=tuple(replace(phrase, begins=False, ends=False) for phrase in rule.phrases),
            where=_EVERYWHERE,
            alone=Alone.no,
            max_words=None,
            max_sentence_words=None,
            first_lines=None,
            mailboxes=frozenset(),
        )
        for rule in rules.rules
        if rule.action is not None
    ]
    return rules.matcher.of_rules(loose)


def _conditions(rule: Rule, match: Match, found: TextMatches, *, where: str, mailbox: MailboxRole) -> Sequence[str]:
    """What kept the rule from counting, as conditions; those that are certain, else those that it may be."""
    normal = found.normal
    certain = []
    if where not in rule.where:
        certain.append(f"only in the {min(rule.where)}")
    if rule.mailboxes and mailbox not in rule.mailboxes:
        certain.append(f"only in mail to {' or '.join(sorted(rule.mailboxes))}")
    if rule.max_words is not None and normal.words > rule.max_words:
        certain.append(f"only in texts of at most {rule.max_words} words, this one has {normal.words}")
    words = width_in_words(normal.lines[match.sentence])
    if rule.max_sentence_words is not None and words > rule.max_sentence_words:
        certain.append(f"only in sentences of at most {rule.max_sentence_words} words, this one has {words}")
    return certain or _possible(rule, match)


def _possible(rule: Rule, match: Match) -> Sequence[str]:
    if rule.alone == Alone.text:
        return ("only as the whole text, courtesy aside",)
    if rule.alone == Alone.sentence:
        return ("only as a sentence of its own",)
    phrase: Phrase | None = next((one for one in rule.phrases if one.text == match.source), None)
    possible = [f"only in the first {rule.first_lines} lines"] if rule.first_lines else []
    if phrase is not None and (phrase.begins or phrase.ends):
        edges = [edge for edge, is_there in (("beginning", phrase.begins), ("end", phrase.ends)) if is_there]
        possible.append(f"only at the {' and '.join(edges)} of a sentence")
    return possible or ("only under other conditions",)


def _within(span: tuple[int, int], other: tuple[int, int]) -> bool:
    return other[0] <= span[0] and span[1] <= other[1]
