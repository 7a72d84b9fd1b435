"""What became of each rule that was found in a mail: which decides, which counts, which a guard holds back."""

from dataclasses import dataclass
from typing import Any

from mailproc.policy.deciding.examination import Examination
from mailproc.policy.decision import Action
from mailproc.policy.rules.match import Match
from mailproc.policy.rules.rule_file import Guard, Rule
from mailproc.policy.rules.sign import is_only_sign
from mailproc.policy.storable import short_text

NO_SAY = "has no say here"
_TAKES_OUT = (Guard.false_friend, Guard.talk)


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleFate:
    """A rule's words in subject or body (`where`) and their spans there; the same words of a rule are told once.

    `fate` is a few words for people; `counts` is False for what a guard holds back.
    """

    rule: Rule
    phrase: str
    where: str
    spans: tuple[tuple[int, int], ...]
    fate: str
    counts: bool

    def as_json(self) -> dict[str, Any]:
        """The same as plain values."""
        return {
            "rule": self.rule.id,
            "does": self.rule.does,
            "phrase": self.phrase,
            "where": self.where,
            "spans": [list(span) for span in self.spans],
            "fate": self.fate,
            "counts": self.counts,
            "file": self.rule.file,
            "line": self.rule.line,
        }


def fates_of(seen: Examination) -> tuple[RuleFate, ...]:
    """Everything that was found, what decides first, then what counts, then what is held back; long words first."""
    told: dict[tuple[str, str, str, str], RuleFate] = {}
    for where, matches in (("subject", seen.subject_matches), ("body", seen.body_matches)):
        for match in matches:
            fate, counts = _fate_of(seen, match, where, matches)
            phrase = short_text(" ".join(match.phrase.split()))
            known = told.get(name := (match.rule.id, phrase.lower(), where, fate))
            spans = tuple(dict.fromkeys((*(known.spans if known else ()), match.span)))
            told[name] = RuleFate(
                rule=match.rule,
                phrase=known.phrase if known else phrase,
                where=where,
                spans=spans,
                fate=fate,
                counts=counts,
            )
    return tuple(sorted(told.values(), key=lambda one: (one.fate != "decides", not one.counts, -len(one.phrase))))


def _fate_of(seen: Examination, match: Match, where: str, matches: tuple[Match, ...]) -> tuple[str, bool]:
    if (match.rule.id, where, match.span) in seen.uncounted:
        by = next((one for one in matches if _takes_out(one, match)), None)
        if match.rule.guard in _TAKES_OUT:
            return "takes its sentence out", True
        held = "held back by a guard" if by is None else f"held back by “{short_text(by.phrase, 60)}” ({by.rule.id})"
        return held, False
    if match.rule.id == seen.decision.rule:
        return "decides", True
    if match.rule.guard is not None:
        return "counts", True
    if is_only_sign(match) and not _is_decided_by_signs(seen):
        return NO_SAY, False
    decisive = next((one for one in matches if one.rule.id == seen.decision.rule), None)
    if decisive is not None and decisive.rule.guard is not None and match.rule.action == Action.unsubscribe:
        return f"outweighed by “{short_text(decisive.phrase, 60)}” ({decisive.rule.id})", False
    return ("counts", True) if seen.decision.rule else (NO_SAY, False)


def _is_decided_by_signs(seen: Examination) -> bool:
    """Whether the mail is decided by a sign."""
    found = (*seen.subject_matches, *seen.body_matches)
    return any(one.rule.sign is not None for one in found if one.rule.id == seen.decision.rule)


def _takes_out(guard: Match, match: Match) -> bool:
    return (
        guard.rule.guard in _TAKES_OUT
        and guard.sentence == match.sentence
        and guard.rule.guard not in match.rule.despite
    )
