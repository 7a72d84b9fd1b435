"""Two decisions about the same mail, beside each other: whether they do the same, and by which words they differ."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from mailproc.policy.deciding.examination import Examination
from mailproc.policy.decision import decision_as_json
from mailproc.policy.storable import short_text

# What anybody notices of a decision, apart from how it was found.
_EFFECT_KEYS = ("kind", "action", "also", "level", "list", "subscribers", "foreign")

Words = frozenset[tuple[str, str, str, str]]  # rule, words as written, where, what the rule does


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """`changes` by key, each with its old and new value; empty: they do the same. `reasons` are both sentences.

    `only_old` and `only_new` are the words that only one of the two saw.
    """

    changes: Mapping[str, tuple[Any, Any]] = field(default_factory=dict)
    reasons: tuple[str, str] = ("", "")
    only_old: Words = frozenset()
    only_new: Words = frozenset()

    def as_json(self) -> dict[str, Any]:
        """The same as plain values."""
        return {
            "changes": {key: list(pair) for key, pair in self.changes.items()},
            "reason": list(self.reasons),
            "words": [
                {"only": side, "rule": rule, "phrase": phrase, "where": where, "does": does}
                for side, words in (("old", self.only_old), ("new", self.only_new))
                for rule, phrase, where, does in sorted(words)
            ],
        }


def compare_examinations(old: Examination, new: Examination) -> Comparison:
    """A mail as two rule sets see it."""
    old_words, new_words = _words_seen(old), _words_seen(new)
    return Comparison(
        changes=changes_between(decision_as_json(old.decision), decision_as_json(new.decision)),
        reasons=(old.decision.reason, new.decision.reason),
        only_old=old_words - new_words,
        only_new=new_words - old_words,
    )


def compare_with_decision(old: Mapping[str, Any], new: Examination) -> Comparison:
    """A decision of old, as JSON, beside what is seen now; the words are those of the evidence."""
    decision = decision_as_json(new.decision)
    old_words, new_words = _words_of_evidence(old), _words_of_evidence(decision)
    return Comparison(
        changes=changes_between(old, decision),
        reasons=(str(old.get("reason", "")), new.decision.reason),
        only_old=old_words - new_words,
        only_new=new_words - old_words,
    )


def comparison_from_json(value: Mapping[str, Any]) -> Comparison:
    """What `as_json` wrote."""
    words: dict[str, set[tuple[str, str, str, str]]] = {"old": set(), "new": set()}
    for one in value["words"]:
        words[one["only"]].add((one["rule"], one["phrase"], one["where"], one["does"]))
    return Comparison(
        changes={key: (old, new) for key, (old, new) in value["changes"].items()},
        reasons=(value["reason"][0], value["reason"][1]),
        only_old=frozenset(words["old"]),
        only_new=frozenset(words["new"]),
    )


def changes_between(old: Mapping[str, Any], new: Mapping[str, Any]) -> dict[str, tuple[Any, Any]]:
    """What differs in effect between two decisions as JSON, with old and new value; empty: they do the same."""
    before, after = _effect_of(old), _effect_of(new)
    return {key: (before[key], after[key]) for key in _EFFECT_KEYS if before[key] != after[key]}


def _effect_of(decision: Mapping[str, Any]) -> dict[str, Any]:
    people = decision.get("subscribers") or ()
    named = sorted(one.get("address") or f"key {one.get('key')}" for one in people)
    return {key: named if key == "subscribers" else decision.get(key) for key in _EFFECT_KEYS}


def _words_seen(seen: Examination) -> Words:
    """Every rule that was found, guards and what they took out too."""
    return frozenset(
        (match.rule.id, short_text(match.phrase), where, match.rule.does)
        for where, found in (("subject", seen.subject_matches), ("body", seen.body_matches))
        for match in found
    )


def _words_of_evidence(decision: Mapping[str, Any]) -> Words:
    return frozenset(
        (one["rule"], one["phrase"], one["where"], "") for one in decision.get("evidence", ()) if one.get("span")
    )
