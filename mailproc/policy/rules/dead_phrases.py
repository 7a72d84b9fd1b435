"""Phrases that can never win: a guard always takes them out, or another phrase always says the same."""

from collections.abc import Iterable, Iterator, Set
from dataclasses import dataclass
from itertools import tee

from mailproc.policy.account import MailboxRole
from mailproc.policy.rules.match import Match, Matcher, TextMatches
from mailproc.policy.rules.phrase import Phrase
from mailproc.policy.rules.rule_file import Alone, Guard, Rule
from mailproc.policy.rules.rules import RuleSet, counted_matches
from mailproc.policy.rules.sample_texts import samples_of

_WIDTH = {Alone.no: 0, Alone.sentence: 1, Alone.text: 2}


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadPhrase:
    """A phrase of a rule, and whose phrase always takes its place: a guard's (`guarded`), or one that does the same."""

    rule: Rule
    phrase: str
    by: Rule
    by_phrase: str
    guarded: bool


def dead_phrases(rules: RuleSet) -> Iterator[DeadPhrase | None]:
    """For every phrase, the last first, what makes it dead; None for one that lives.

    A phrase is tried with everything it may find; one with more than a hundred ways of being said is taken to live.
    Only rules that share a language say the same: each has the right to its own "no".
    """
    dead: set[tuple[str, str]] = set()  # of two that say the same only one is superfluous
    seen: set[tuple[str, str]] = set()
    # The last first: of two alike the one that was there before stays.
    for rule, phrase in reversed([(one, phrase) for one in rules.rules for phrase in one.phrases]):
        name = (rule.id, phrase.text)
        if name in seen:  # the very same twice
            yield DeadPhrase(rule=rule, phrase=phrase.text, by=rule, by_phrase=phrase.text, guarded=False)
            continue
        seen.add(name)
        samples = samples_of(phrase, surrounded=rule.alone == Alone.no)
        # Each looks at as many as it needs: one that lives is known by its first.
        held, said = tee(_found(rules.matcher, rule, sample) for sample in samples or ())
        killer = _guard_of_all(rule, held) or _twin_of_all(rule, phrase, said, dead)
        if killer is None:
            yield None
        else:
            dead.add(name)
            yield DeadPhrase(
                rule=rule,
                phrase=phrase.text,
                by=killer.rule,
                by_phrase=killer.source,
                guarded=killer.rule.guard is not None and rule.guard != killer.rule.guard,
            )


def _found(matcher: Matcher, rule: Rule, sample: str) -> TextMatches:
    where = "subject" if rule.where == {"subject"} else "body"
    return matcher.match(sample, where=where, mailbox=min(rule.mailboxes, default=MailboxRole.reply))


def _guard_of_all(rule: Rule, found: Iterable[TextMatches]) -> Match | None:
    """A guard because of which none of these texts is decided by the rule; None when there is a text that may be."""
    if rule.guard in (Guard.false_friend, Guard.talk):
        return None  # nothing stands above these
    guard = None
    for one in found:
        counted = counted_matches(one)
        taken_out = all(match.rule is not rule for match in counted)
        held = rule.guard is None and any(match.rule.guard is not None for match in counted)
        if not taken_out and not held:
            return None
        guards = [match for match in one.matches if match.rule.guard is not None and match.rule is not rule]
        guard = guard or next((match for match in guards if taken_out or match in counted), None)
    return guard


def _twin_of_all(rule: Rule, phrase: Phrase, found: Iterable[TextMatches], dead: Set[tuple[str, str]]) -> Match | None:
    """Another phrase, itself alive, that is found in each of these texts and does the same at least as often."""
    passed_over = {*dead, (rule.id, phrase.text)}
    twins: dict[tuple[str, str], Match] | None = None
    for one in found:
        here = {
            (match.rule.id, match.source): match
            for match in one.matches
            if (match.rule.id, match.source) not in passed_over and _does_the_same(match.rule, rule)
        }
        twins = here if twins is None else {name: match for name, match in twins.items() if name in here}
        if not twins:
            return None
    nearest = sorted((twins or {}).values(), key=lambda match: (match.rule is not rule, match.rule.file != rule.file))
    return nearest[0] if nearest else None


def _does_the_same(wider: Rule, rule: Rule) -> bool:
    """Whether one rule, wherever it finds something, does what the other would do there."""
    if wider is rule:
        return True
    return (
        not set(wider.languages).isdisjoint(rule.languages)
        and (wider.action, wider.guard, wider.level) == (rule.action, rule.guard, rule.level)
        and set(wider.also) == set(rule.also)
        and set(wider.despite) >= set(rule.despite)
        and wider.where >= rule.where
        and (not wider.mailboxes or (bool(rule.mailboxes) and wider.mailboxes >= rule.mailboxes))
        and _WIDTH[wider.alone] <= _WIDTH[rule.alone]
        and all(
            _at_least(getattr(wider, limit), getattr(rule, limit))
            for limit in ("max_words", "max_sentence_words", "first_lines")
        )
    )


def _at_least(wider: int | None, limit: int | None) -> bool:
    return wider is None or (limit is not None and wider >= limit)
